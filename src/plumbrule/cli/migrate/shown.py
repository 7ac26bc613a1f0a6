"""What `plumb migrate` says."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from plumbrule.report.view import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.cli.console import Output
    from plumbrule.verbs.migrate.history import History, Whereabouts
    from plumbrule.verbs.migrate.rehearsal import Fault, Rehearsed, Step
    from plumbrule.verbs.migrate.walk import Walked
    from plumbrule.verbs.outcome import Outcome

NAME = 14
"""as much of a revision as is shown in a table; Alembic's own have twelve letters"""


def status(output: Output, history: History, at: Whereabouts) -> None:
    """A line a migration."""
    applied = history.applied(at.heads)
    pending = len(history.revisions) - len(applied)
    there = "" if at.there else ", not there yet"
    output.line(
        f"{at.database}{there}: at {', '.join(at.heads) or 'the beginning'}, {pending} pending", "bold"
    )
    for revision in history.revisions:
        state = "applied" if revision.name in applied else "pending"
        head = "(head) " if revision.name in history.heads else ""
        output.line(clipped(output, f"  {state}  {revision.name[:NAME]:<{NAME}}  {head}{revision.title}"))
    if len(history.heads) > 1:
        output.line(f"{len(history.heads)} heads: `up` needs one; alembic merge heads joins them", "yellow")


def walked(output: Output, found: Walked, *, up: bool) -> None:
    """A line a step, and where the database is now."""
    for name, title, seconds in found.steps:
        word = "up to" if up else "down from"
        output.line(clipped(output, f"  {word:<10}{name[:NAME]:<{NAME}}{time(seconds):>9}  {title}"))
    at = ", ".join(found.at.heads) or "the beginning"
    done = many(len(found.steps), "migration") if found.steps else "nothing to do"
    output.line(
        f"{found.at.database}: {done}, now at {at}"
        if found.steps
        else f"{found.at.database}: {done}, at {at}"
    )


def check(output: Output, at: Whereabouts, differences: Sequence[str]) -> None:
    """A line a difference."""
    if not differences:
        output.line(f"{at.database} is what the models say, at {', '.join(at.heads) or 'the beginning'}")
        return
    for difference in differences:
        output.line(f"  {difference}")
    count = many(len(differences), "difference")
    output.line(f"{count} between the models and {at.database}; plumb migrate new MESSAGE writes a migration")


def rehearsed(output: Output, found: Rehearsed) -> None:
    """A line a migration, then what is wrong with them."""
    for step in found.steps:
        output.line(clipped(output, f"  {row(step)}"))
    for fault in found.faults:
        output.line()
        for line in told(fault, output.out.width):
            output.line(line)
    if found.faults or found.notes:
        output.line()
    for note in found.notes:
        output.line(f"  note: {f'{note.revision}: ' if note.revision else ''}{note.text}")
    output.line(verdict(found), "bold")
    if found.faults:
        output.line(f"Why: plumb explain {found.faults[0].rule}")


def linted(output: Output, outcome: Outcome) -> None:
    """The findings with their code, and how many there are."""
    # The rulebook takes a while to import, and no other command here needs it.
    from plumbrule.cli.audited import base_of  # noqa: PLC0415
    from plumbrule.report import View  # noqa: PLC0415
    from plumbrule.report.full import blocks  # noqa: PLC0415

    width = output.out.width if output.out.is_terminal else None
    view = View(base_of(outcome.project.root or Path()), width, output.colored)
    output.write(blocks(outcome, view))
    migrations, rules = len(outcome.project.migrations.all), many(len(outcome.rules), "rule")
    found = many(len(outcome.findings), "finding") if outcome.findings else "No findings"
    output.line(f"{found} in {many(migrations, 'migration')} ({rules})", "bold")
    if outcome.findings:
        output.line(f"Why: plumb explain {outcome.findings[0].rule.name}")


def row(step: Step) -> str:
    """The times of a migration."""
    times = zip(("up", "down", "up"), (step.up, step.down, step.again), strict=True)
    return (
        f"{step.revision[:NAME]:<{NAME}}"
        + "".join(f"{w:>5}{time(t):>8}" for w, t in times)
        + f"  {step.title}"
    )


def told(fault: Fault, width: int) -> Iterator[str]:
    """A fault, broken at the width of the terminal."""
    first = f"{fault.revision or 'all'}: error[{fault.rule}]: "
    room = min(width, 100)
    yield from textwrap.wrap(first + fault.message, room, subsequent_indent="  ", break_on_hyphens=False)
    yield from textwrap.wrap(f"  help: {fault.help}", room, subsequent_indent="    ", break_on_hyphens=False)


def verdict(found: Rehearsed) -> str:
    """How it went, in a line."""
    place = {"sqlite": "a scratch SQLite file", "postgresql": "a scratch database"}[found.kind]
    rows = f" with {many(found.rows, 'row')} a table" if found.rows else " with empty tables"
    faults = many(len(found.faults), "fault") if found.faults else "no fault"
    left = f"; {many(found.left, 'migration')} not reached" if found.left else ""
    return f"Rehearsed {many(len(found.steps), 'migration')} on {place}{rows}: {faults}{left}"


def time(seconds: float | None) -> str:
    """A time that is easy to compare."""
    if seconds is None:
        return "-"
    return f"{seconds:.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def clipped(output: Output, text: str) -> Text:
    """A line of a table, cut at the width of a terminal."""
    line = Text(text)
    if output.out.is_terminal:
        line.truncate(output.out.width, overflow="ellipsis")
    return line

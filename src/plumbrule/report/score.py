"""The marks, for a person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.view import many
from plumbrule.verbs.score import COSTS, score

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome
    from plumbrule.verbs.score import Mark

WELL, POORLY = 80, 50


def score_of(outcome: Outcome, view: View) -> str:
    """The five marks, where their points went, and how they are counted."""
    found = score(outcome)
    whole = "no rule applies" if found.value is None else f"{found.value} of 100"
    lines = [view.paint(whole, "bold"), ""]
    for mark in found.marks:
        lines += marked(mark, view)
    prices = ", ".join(f"{severity} {points}" for severity, points in COSTS.items())
    how = f"A rule costs {prices}, and that again for every doubling of its findings (1, 2, 4, 8 …)."
    lines += ["", view.wrap(how)]
    return "\n".join(lines) + "\n"


def marked(mark: Mark, view: View) -> Iterator[str]:
    """A mark and its deductions."""
    value = "-" if mark.value is None else str(mark.value)
    style = (
        "good" if mark.value is None or mark.value >= WELL else "warning" if mark.value >= POORLY else "error"
    )
    note = "  no rule applies" if mark.value is None else ""
    yield f"{mark.name:<14}{view.paint(f'{value:>4}', style)}{view.paint(note, 'dim')}"
    for deduction in mark.deductions:
        yield f"{-deduction.points:>18}  {deduction.rule}, {many(deduction.findings, deduction.severity)}"

"""How `plumb migrate new` asks, writes, and says what it wrote."""

import sys
from dataclasses import dataclass
from pathlib import Path

from plumbrule.cli.console import Output
from plumbrule.cli.created import relative
from plumbrule.plan import Plan, apply, revoke
from plumbrule.verbs.migrate import environment, generate, place


@dataclass(frozen=True, slots=True)
class Wishes:
    """The flags of one run."""

    message: str
    decided: generate.Decisions
    scratch: bool
    dry_run: bool
    allow_dirty: bool
    config: Path | None
    python: Path | None


def write(output: Output, wishes: Wishes) -> None:
    """Write the migration, and the environment before it if the project has none."""
    made: Plan | None = None
    try:
        there = place.find(Path(), wishes.config, wishes.python)
    except place.NoEnvironment:
        made, source = environment.plan(Path())
        apply(made, undoable=False)
        there = None
    try:
        found = migration(output, wishes, there or place.find(Path(), wishes.config, wishes.python))
    except BaseException:
        if made:
            revoke(made)
        raise
    if wishes.dry_run:
        output.write(found.text)
        if made:
            revoke(made)
        return
    if made:
        show_environment(output, made, source)
    apply(found.plan)
    output.line(f"Wrote {relative(Path(found.path))}", style="bold")
    for line in found.changes:
        output.line(f"  {line}")
    output.line("Next: read it, then plumb migrate rehearse, plumb migrate up")


def migration(output: Output, wishes: Wishes, there: place.Place) -> generate.Written:
    """Plan it; ask what has to be asked."""
    decided = wishes.decided
    while True:
        with output.patience("comparing the models with the database"):
            found = generate.plan(
                there, wishes.message, decided, scratch=wishes.scratch, allow_dirty=wishes.allow_dirty
            )
        if isinstance(found, generate.Written):
            return found
        decided = answered(found, decided)


def answered(pairs: tuple[generate.Rename, ...], decided: generate.Decisions) -> generate.Decisions:
    """Ask about each pair; refuses where there is nobody to ask."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise generate.undecided(pairs)
    import questionary  # noqa: PLC0415  it takes a while to import

    for pair in pairs:
        question = f"{pair.key} goes and {pair.table}.{pair.new} comes. Is that a rename?"
        if questionary.confirm(question, default=True).unsafe_ask():
            decided = decided.with_rename(pair)
    return generate.Decisions(decided.renames, drops=True, fills=decided.fills)


def show_environment(output: Output, made: Plan, source: str) -> None:
    """What there is now that was not there before."""
    for step in made.steps:
        if step.operation.path.endswith((".py", ".ini", ".mako")):
            output.line(f"Wrote {relative(made.root / step.operation.path)}")
    output.line(f"The database is that of {source}")

"""The commands that look at the database or change it; each imports what it needs, as that takes a while."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbrule.cli.console import Output, output_of
from plumbrule.cli.migrate.options import AllowDirty, Config, Python
from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from plumbrule.verbs.migrate.place import Place

To = Annotated[str, typer.Argument(metavar="REVISION", help="Default: head.")]
BackTo = Annotated[str, typer.Argument(metavar="REVISION", help="Default: one step; base: all of them.")]
EMPTY = re.compile(r"(\s|BEGIN;|COMMIT;)*")
"""SQL that does nothing"""
Start = Annotated[str | None, typer.Option("--from", metavar="REVISION", help="Default: where it is.")]


def status(context: typer.Context, config: Config = None, python: Python = None) -> None:
    """Show every migration, applied or pending, and the heads."""
    from plumbrule.cli.migrate import shown  # noqa: PLC0415
    from plumbrule.verbs.migrate import place, walk  # noqa: PLC0415

    history, at = walk.status(place.find(Path(), config, python))
    shown.status(output_of(context), history, at)


def up(
    context: typer.Context,
    revision: To = "head",
    allow_dirty: AllowDirty = False,
    config: Config = None,
    python: Python = None,
) -> None:
    """Run what is pending, a migration at a time."""
    from plumbrule.verbs.migrate import place  # noqa: PLC0415

    _walk(output_of(context), place.find(Path(), config, python), revision, up=True, dirty=allow_dirty)


def down(
    context: typer.Context,
    revision: BackTo = "-1",
    allow_dirty: AllowDirty = False,
    config: Config = None,
    python: Python = None,
) -> None:
    """Take migrations back, the last one first."""
    from plumbrule.verbs.migrate import place  # noqa: PLC0415

    if revision.startswith("--"):
        raise Refusal(f"no such option: {revision}")
    _walk(output_of(context), place.find(Path(), config, python), revision, up=False, dirty=allow_dirty)


def check(context: typer.Context, config: Config = None, python: Python = None) -> None:
    """Compare the models with the database. What differs makes the exit code 1."""
    from plumbrule.cli.migrate import shown  # noqa: PLC0415
    from plumbrule.verbs.migrate import inspection, place  # noqa: PLC0415

    at, differences = inspection.check(place.find(Path(), config, python))
    shown.check(output_of(context), at, differences)
    raise typer.Exit(int(bool(differences)))


def sql(
    context: typer.Context,
    revision: To = "head",
    start: Start = None,
    config: Config = None,
    python: Python = None,
) -> None:
    """Print what is pending as SQL, and run nothing."""
    from plumbrule.verbs.migrate import inspection, place  # noqa: PLC0415

    output = output_of(context)
    written = inspection.sql(place.find(Path(), config, python), start, revision)
    output.write(written)
    if EMPTY.fullmatch(written):
        output.progress("nothing is pending")


def _walk(output: Output, there: "Place", destination: str, *, up: bool, dirty: bool) -> None:
    from plumbrule.cli.migrate import shown  # noqa: PLC0415
    from plumbrule.verbs.migrate import walk  # noqa: PLC0415

    with output.working() as observe:
        walked = walk.walk(there, destination, up=up, allow_dirty=dirty, observe=observe)
    shown.walked(output, walked, up=up)

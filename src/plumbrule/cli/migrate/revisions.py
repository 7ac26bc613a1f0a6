"""The commands that write migrations and judge them."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.console import output_of
from plumbrule.cli.migrate.options import AllowDirty, Config, Python

Message = Annotated[str, typer.Argument(metavar="MESSAGE", help="What it does: 'add the age of users'.")]
Since = Annotated[
    str | None, typer.Option("--from", metavar="REVISION", help="Only those after it; default: all.")
]
Renames = Annotated[
    list[str] | None, typer.Option("--rename", metavar="TABLE.OLD:NEW", help="That is a rename.")
]
NoRename = Annotated[bool, typer.Option("--no-rename", help="What is dropped is meant to be dropped.")]
Fills = Annotated[
    list[str] | None, typer.Option("--fill", metavar="TABLE.COLUMN=VALUE", help="What existing rows get.")
]
Scratch = Annotated[
    bool, typer.Option("--scratch", help="Compare with the migrations on a scratch database.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the migration and write nothing.")]
Revisions = Annotated[list[str] | None, typer.Argument(metavar="[REVISION]...", help="Default: all.")]
Rows = Annotated[int, typer.Option(min=0, max=10_000, metavar="N", help="Synthetic rows in each table.")]


def new(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    message: Message,
    rename: Renames = None,
    no_rename: NoRename = False,
    fill: Fills = None,
    scratch: Scratch = False,
    dry_run: DryRun = False,
    allow_dirty: AllowDirty = False,
    config: Config = None,
    python: Python = None,
) -> None:
    """Write a migration. It holds what the models have and the database has not."""
    from plumbrule.cli.migrate import written  # noqa: PLC0415
    from plumbrule.verbs.migrate import generate  # noqa: PLC0415

    wishes = written.Wishes(
        message,
        generate.decisions(rename or (), no_rename, fill or ()),
        scratch=scratch,
        dry_run=dry_run,
        allow_dirty=allow_dirty,
        config=config,
        python=python,
    )
    written.write(output_of(context), wishes)


def lint(context: typer.Context, revisions: Revisions = None) -> None:
    """Read the migrations, and run nothing. Says what cannot be undone, locks, loses data."""
    from plumbrule.cli.migrate import shown  # noqa: PLC0415
    from plumbrule.verbs.migrate import lint as linting  # noqa: PLC0415

    output = output_of(context)
    with output.patience("reading the code"):
        outcome = linting.lint(Path(), revisions or ())
    shown.linted(output, outcome)
    raise typer.Exit(int(linting.fails(outcome)))


def rehearse(
    context: typer.Context,
    rows: Rows = 10,
    since: Since = None,
    config: Config = None,
    python: Python = None,
) -> None:
    """Take migrations up, down and up again on a scratch database. The real one is not touched."""
    from plumbrule.cli.migrate import shown  # noqa: PLC0415
    from plumbrule.verbs.migrate import place  # noqa: PLC0415
    from plumbrule.verbs.migrate import rehearse as rehearsing  # noqa: PLC0415

    output = output_of(context)
    with output.working() as observe:
        rehearsed = rehearsing.rehearse(place.find(Path(), config, python), rows, since, observe)
    shown.rehearsed(output, rehearsed)
    raise typer.Exit(int(bool(rehearsed.faults or rehearsed.left)))

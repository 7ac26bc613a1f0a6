"""`plumb add resource`: a name and fields → one more vertical slice."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.console import output_of

app = typer.Typer(no_args_is_help=True, help="Add something to a project that plumb has made.")


@app.callback()
def add() -> None:
    """Add something to a project that plumb has made."""


@app.command()
def resource(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="One of it: invoice.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD:TYPE...", help="number:str 'due:date?'")
    ] = None,
    plural: Annotated[str | None, typer.Option(metavar="WORD", help="Many of it, if not as usual.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the changes and write nothing.")] = False,
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Leave the database as it is.")] = False,
) -> None:
    """Add a resource: routes, service, model, schemas, tests and a migration."""
    # Templates take a while to import, and the other commands do not need them.
    from plumbrule.cli import added  # noqa: PLC0415
    from plumbrule.verbs import add as verb  # noqa: PLC0415

    output = output_of(context)
    addition = verb.plan(Path(), name, fields or [], plural)
    if diff:
        added.show_diff(output, addition)
    elif dry_run:
        added.show_plan(output, addition)
    else:
        with output.working() as observe:
            outcome = verb.carry_out(addition, migrate=not no_migrate, observe=observe)
        added.show_outcome(output, outcome)
        raise typer.Exit(int(outcome.failed))

"""`plumb add resource`: a name and fields → one more vertical slice."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.console import output_of
from plumbrule.plan import Refusal

app = typer.Typer()


@app.callback(invoke_without_command=True)
def add(context: typer.Context) -> None:
    """Add something to a project that plumb has made."""
    if context.invoked_subcommand is None:
        raise Refusal("say what to add: plumb add resource NAME FIELD:TYPE...")


@app.command()
def resource(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="One of it: invoice.")],
    fields: Annotated[
        list[str] | None, typer.Argument(metavar="FIELD:TYPE...", help="title:str 'paid:date?'")
    ] = None,
    plural: Annotated[str | None, typer.Option(metavar="WORD", help="Many of it, if not as usual.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Show the changes and write nothing.")] = False,
    no_migrate: Annotated[bool, typer.Option("--no-migrate", help="Leave the database as it is.")] = False,
) -> None:
    """Add a resource. It has routes, service, model, schemas, tests and a migration.

    Types are str text int float decimal bool date datetime uuid email url json, 'enum(open|paid)' and
    'ref(order)'; with a ? behind it, null is allowed. Quote what a shell would read: 'paid:date?'.
    """
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

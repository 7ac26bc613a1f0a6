"""`plumb migrate`: write, check, run, reverse and rehearse migrations."""

import typer

from plumbrule.cli.migrate import database, revisions
from plumbrule.plan import Refusal

app = typer.Typer()


@app.callback(invoke_without_command=True)
def migrate(context: typer.Context) -> None:
    """Alembic for async projects: write, check, run, rehearse."""
    if context.invoked_subcommand is None:
        raise Refusal("say what to do: plumb migrate status|new|up|down|check|sql|lint|rehearse")


app.command()(revisions.new)
app.command()(database.up)
app.command(context_settings={"ignore_unknown_options": True})(database.down)  # -1 is a revision
app.command()(database.status)
app.command()(database.check)
app.command()(database.sql)
app.command()(revisions.lint)
app.command()(revisions.rehearse)

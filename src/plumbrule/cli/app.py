"""The commands, and the flags that all of them have."""

import re
from typing import Annotated

import typer

from plumbrule import __version__
from plumbrule.cli import add, agents, audit, explain, guide, init, mcp, migrate, structure
from plumbrule.cli import map as map_
from plumbrule.cli.arguments import complete, hoist
from plumbrule.cli.console import Color, Output
from plumbrule.config import suggestion
from plumbrule.plan import Refusal

MEANT = re.compile(r"\. Did you mean '([^']*)'\?")

app = typer.Typer(
    name="plumb", rich_markup_mode=None, context_settings={"help_option_names": ["-h", "--help"]}
)
app.command()(init.init)
app.command()(structure.structure)
app.command()(audit.audit)
app.command()(explain.explain)
app.command("map")(map_.draw)
app.command()(guide.guide)
app.command("mcp")(mcp.serve)
app.add_typer(add.app, name="add")
app.add_typer(agents.app, name="agents")
app.add_typer(migrate.app, name="migrate")


@app.callback(invoke_without_command=True, epilog="These flags may also stand after a command.")
def plumb(
    context: typer.Context,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only results and errors.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="More about every step.")] = False,
    color: Annotated[Color, typer.Option(help="Colours in the output.")] = "auto",
    version: Annotated[bool, typer.Option("--version", help="Show the version and exit.")] = False,
) -> None:
    """The senior FastAPI engineer as a program."""
    if quiet and verbose:
        raise Refusal("--quiet and --verbose contradict each other; drop one of them")
    context.obj = Output(color, verbose - quiet)
    if version:
        context.obj.line(f"plumb {__version__}")
    elif context.invoked_subcommand is None:
        from plumbrule.cli import here  # noqa: PLC0415  no command needs it

        here.here(context.obj)


def run(arguments: list[str]) -> int:
    """Parse the arguments and run the command they name; gives the exit code."""
    try:
        code = app(hoist(complete(arguments)), prog_name="plumb", standalone_mode=False)
    except typer.TyperException as error:
        raise Refusal(worded(error)) from error
    if code == 130:
        raise KeyboardInterrupt
    return code or 0


def worded(error: typer.TyperException) -> str:
    """What the parser complains of, in one line, as all others of ours."""
    message = error.format_message().partition(" (Possible")[0].replace("\n", " ").rstrip(".")
    message = MEANT.sub(r"; did you mean `\1`?", message).replace("int range", "whole number")
    near = suggestion(getattr(error, "option_name", ""), getattr(error, "possibilities", None) or ())
    context = getattr(error, "ctx", None)
    if context and message.startswith("No such command") and not message.endswith("?"):
        near = f"; {context.command_path} --help lists them"
    return message[:1].lower() + message[1:] + near

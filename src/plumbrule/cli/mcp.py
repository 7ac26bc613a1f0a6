"""`plumb mcp`: the same verbs for a coding agent, over standard input and output."""

import sys

import typer

from plumbrule.cli.console import output_of
from plumbrule.plan import Refusal


def serve(context: typer.Context) -> None:
    """Serve the Model Context Protocol to a coding agent. It starts this itself."""
    try:
        import mcp  # noqa: F401, PLC0415  only those who install the extra have it
    except ModuleNotFoundError:
        raise Refusal("plumb mcp needs its extra: uv tool install 'plumbrule[mcp]'") from None
    from plumbrule.mcp.server import serve as run  # noqa: PLC0415

    if sys.stdin.isatty():
        hint = "waiting for a coding agent on standard input; it is started as: plumb mcp"
        output_of(context).progress(hint)
    run()

"""`plumb map`: a picture of the project."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.completing import among
from plumbrule.cli.console import output_of

DRAWN = ("routes", "deps", "modules", "auth")
Kind = Annotated[
    str, typer.Argument(metavar="|".join(DRAWN), help="What to draw.", autocompletion=among(DRAWN))
]


def draw(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    kind: Kind,
    wanted: Annotated[
        str, typer.Argument(metavar="[FILTER]", help="A part of a path or name, or a pattern.")
    ] = "",
    path: Annotated[Path | None, typer.Option(metavar="PATH", help="Default: the current folder.")] = None,
    output_format: Annotated[str, typer.Option(metavar="text|json|mermaid", help="How to draw it.")] = "text",
    file: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to FILE.")
    ] = None,
) -> None:
    """Show the routes, their dependencies and guards, or the modules."""
    # The model takes a while to import, and the other commands do not need it.
    from plumbrule.cli.audited import base_of, no_app  # noqa: PLC0415
    from plumbrule.cli.delivery import deliver  # noqa: PLC0415
    from plumbrule.config import one_of  # noqa: PLC0415
    from plumbrule.report import View  # noqa: PLC0415
    from plumbrule.report.map import MAP_FORMATS  # noqa: PLC0415
    from plumbrule.verbs.map import KINDS, not_followed, rows  # noqa: PLC0415
    from plumbrule.verbs.review import project_at, target  # noqa: PLC0415

    output = output_of(context)
    render = MAP_FORMATS[one_of(MAP_FORMATS, output_format, "--output-format")]
    drawn_kind = one_of(KINDS, kind, "plumb map")
    found = target([path] if path else [])
    with no_app(output):
        with output.patience() as observe:
            project = project_at(found, observe)
            drawn = rows(project, drawn_kind, wanted)
        width = output.out.width if output.out.is_terminal and file is None else None
        view = View(base_of(found.root), width, output.colored and file is None)
        deliver(output, render(drawn, view), file)
        hidden = not_followed(project, drawn_kind)
        if hidden:
            output.progress(hidden)
        if wanted and not drawn:
            output.progress(unmatched(wanted))


def unmatched(wanted: str) -> str:
    """A line about a filter that leaves nothing; whoever meant a folder to read learns how to say so."""
    meant = f": to read that folder, write --path {wanted}" if Path(wanted).is_dir() else ""
    return f"nothing matches `{wanted}`{meant}"

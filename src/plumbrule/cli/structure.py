"""`plumb structure`: see the architecture, change it, prove that nothing else changed."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.console import output_of


def structure(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    path: Annotated[
        str | None, typer.Argument(metavar="[PATH]", help="With --check, it may be a git revision.")
    ] = None,
    check: Annotated[
        str | None, typer.Option(metavar="BASE", help="Does it behave like this folder or revision?")
    ] = None,
    verify: Annotated[
        list[str] | None, typer.Option(metavar="tests", help="Run the tests too, before and after.")
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="lifespan|connections", help="What project code may do while it is compared."),
    ] = None,
    python: Annotated[Path | None, typer.Option(help="Default: that of the project's .venv.")] = None,
    output_format: Annotated[str, typer.Option(metavar="text|json|markdown")] = "text",
    file: Annotated[Path | None, typer.Option("-o", metavar="FILE", help="Where to write.")] = None,
) -> None:
    """Show how a project is built, give it another layout, prove that it behaves the same."""
    # The model takes a while to import, and the other commands do not need it.
    from plumbrule.cli import structured  # noqa: PLC0415

    wishes = structured.Wishes(
        path=path,
        check=check,
        verify=tuple(verify or ()),
        allow=tuple(allow or ()),
        python=python,
        output_format=output_format,
        file=file,
    )
    raise typer.Exit(structured.structured(output_of(context), wishes))

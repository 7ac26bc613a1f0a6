"""`plumb structure`: see the architecture, change it, prove that nothing else changed."""

from pathlib import Path
from typing import Annotated

import typer

from plumbrule.cli.completing import among
from plumbrule.cli.console import output_of

Flag = typer.Option
LAYOUTS = ("by-feature", "by-layer", "thin-routes", "acyclic")


def structure(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH] [STEP]...", help="A folder, with --check also a revision; steps."),
    ] = None,
    layout: Annotated[
        str | None,
        Flag(metavar="|".join(LAYOUTS), help="What would go where?", autocompletion=among(LAYOUTS)),
    ] = None,
    plan: Annotated[Path | None, Flag(metavar="FILE", help="Write what --layout says, or read it.")] = None,
    diff: Annotated[bool, Flag("--diff", help="Show what the plan, or some STEPs, would change.")] = False,
    apply: Annotated[bool, Flag("--apply", help="Do it, or some STEPs, once it is proved equal.")] = False,
    undo: Annotated[bool, Flag("--undo", help="Take the last --apply back.")] = False,
    check: Annotated[str | None, Flag(metavar="BASE", help="Is it equal to this folder or revision?")] = None,
    verify: Annotated[list[str] | None, Flag(metavar="tests", help="Prove with the tests too.")] = None,
    unproved: Annotated[
        list[str] | None, Flag(metavar="OpenAPI|migrations", help="Go on where this cannot be run.")
    ] = None,
    allow: Annotated[
        list[str] | None, Flag(metavar="lifespan|connections", help="What the project's code may do.")
    ] = None,
    allow_dirty: Annotated[bool, Flag("--allow-dirty", help="Though not all is committed.")] = False,
    no_commit: Annotated[bool, Flag("--no-commit", help="Change the files, leave git alone.")] = False,
    python: Annotated[Path | None, Flag(metavar="FILE", help="Default: that of the project's .venv.")] = None,
    output_format: Annotated[str, Flag(metavar="text|json|markdown")] = "text",
    file: Annotated[
        Path | None, Flag("--output", "-o", metavar="FILE", help="Where to write the report.")
    ] = None,
) -> None:
    """Show how a project is built, and give it another layout. Proves that it behaves the same."""
    # The model takes a while to import, and the other commands do not need it.
    from plumbrule.cli import structured  # noqa: PLC0415

    path, steps = structured.path_and_steps(words or [], doing=diff or apply)
    wishes = structured.Wishes(
        path, steps, layout, plan, diff, apply, undo, check, tuple(verify or ()), tuple(unproved or ()),
        tuple(allow or ()), allow_dirty, no_commit, python, output_format, file,
    )  # fmt: skip
    raise typer.Exit(structured.structured(output_of(context), wishes))

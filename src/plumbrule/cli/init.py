"""`plumb init`: flags and questions → a new project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbrule.cli.completing import among
from plumbrule.cli.console import output_of
from plumbrule.plan import Refusal
from plumbrule.scaffold.manifest import DATABASES, LAYOUTS, PARTS, PRESETS

if TYPE_CHECKING:
    from plumbrule.cli.console import Output
    from plumbrule.scaffold.answers import Wishes
    from plumbrule.verbs.init import Outcome

With = Annotated[
    list[str] | None,
    typer.Option(
        "--with", metavar="PART", help=f"Add a part: {', '.join(PARTS)}.", autocompletion=among(PARTS)
    ),
]
Preset = Annotated[
    str | None,
    typer.Option(metavar="|".join(PRESETS), help="How much of a service.", autocompletion=among(PRESETS)),
]
Layout = Annotated[
    str | None,
    typer.Option(metavar="|".join(LAYOUTS), help="How it is divided.", autocompletion=among(LAYOUTS)),
]
Database = Annotated[
    str | None,
    typer.Option(metavar="|".join(DATABASES), help="What it speaks to.", autocompletion=among(DATABASES)),
]


def init(  # noqa: PLR0913, PLR0917  a flag is a parameter
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(metavar="[PATH]", help="The folder to make; default: the current one.")
    ] = None,
    name: Annotated[str | None, typer.Option(metavar="NAME", help="Default: the name of the folder.")] = None,
    preset: Preset = None,
    layout: Layout = None,
    database: Database = None,
    with_: With = None,
    without: Annotated[
        list[str] | None, typer.Option(metavar="PART", help="Leave a part out.", autocompletion=among(PARTS))
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing, take the defaults.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan and write nothing.")] = False,
    no_git: Annotated[bool, typer.Option("--no-git", help="Make no git repository.")] = False,
    no_sync: Annotated[bool, typer.Option("--no-sync", help="Install no packages.")] = False,
    serve: Annotated[bool, typer.Option("--serve", help="Start the service at the end.")] = False,
) -> None:
    """Make a new FastAPI service, ready to run."""
    # Templates and questions take a while to import, and the other commands need neither.
    from plumbrule.cli import created  # noqa: PLC0415
    from plumbrule.scaffold.answers import Wishes, answer  # noqa: PLC0415
    from plumbrule.verbs import init as verb  # noqa: PLC0415

    if serve:
        refuse_to_serve({"--dry-run": dry_run, "--no-sync": no_sync})
    wishes = Wishes(name, preset, layout, database, tuple(with_ or ()), tuple(without or ()))
    folder, wishes = (path or Path(), wishes) if yes else asked(path, wishes)
    answers = answer(wishes, folder)
    project = verb.plan(folder, answers)
    if dry_run:
        created.show_plan(output_of(context), project, answers)
        return
    output = output_of(context)
    with output.working() as observe:
        outcome = verb.carry_out(project, answers, git=not no_git, sync=not no_sync, observe=observe)
    finish(output, outcome, serve=serve)


def asked(path: Path | None, wishes: Wishes) -> tuple[Path, Wishes]:
    """The folder and the wishes, asked for in a terminal; elsewhere what the flags say."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return path or Path(), wishes
    from plumbrule.cli import wizard  # noqa: PLC0415

    return wizard.ask(path, wishes)


def finish(output: Output, outcome: Outcome, *, serve: bool) -> None:
    """Say what came of it, and start the service if that was asked for."""
    from plumbrule.cli import created  # noqa: PLC0415
    from plumbrule.verbs import init as verb  # noqa: PLC0415

    created.show_outcome(output, outcome)
    if not (serve and outcome.installed):
        created.show_next(output, outcome)
    if serve:
        verb.serve(outcome, observe=output.progress)


def refuse_to_serve(flags: dict[str, bool]) -> None:
    """What is not written, or has no packages, cannot be started.

    Raises:
        Refusal: one of the flags is given.
    """
    for flag, given in flags.items():
        if given:
            raise Refusal(f"--serve and {flag} contradict each other; drop one of them")

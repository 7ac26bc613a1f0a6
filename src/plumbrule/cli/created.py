"""What `plumb init` has made or would make, and what to do next."""

import os
import shlex
import shutil
from pathlib import Path

from plumbrule.cli.console import Output
from plumbrule.plan import Plan, by_group
from plumbrule.scaffold.answers import Answers
from plumbrule.verbs.init import Done, Outcome


def show_plan(output: Output, project: Plan, answers: Answers) -> None:
    """The plan of a dry run."""
    output.line(f"Would create {_title(project, answers)}", style="bold")
    show_files(output, project)


def show_outcome(output: Output, outcome: Outcome) -> None:
    """The files, and the stages with their times."""
    for done in outcome.stages:
        if done.failure:
            output.warn(done.failure.output.splitlines()[-12:])
    output.line(f"Created {_title(outcome.plan, outcome.answers)}", style="bold")
    show_files(output, outcome.plan)
    output.line()
    for done in outcome.stages:
        output.listing(done.stage, "", [result(done)])
    output.line()


def show_next(output: Output, outcome: Outcome) -> None:
    """What a user types to see the service run."""
    output.line("Next:", style="bold")
    for command in _next_commands(outcome):
        output.line(f"  {command}")
    output.line("and open http://127.0.0.1:8000/docs")


def _title(project: Plan, answers: Answers) -> str:
    kind = answers.preset + (f" with {answers.database}" if answers.database else "")
    folder = relative(project.root)
    place = "here" if folder == "." else f"in {folder}/"
    return f"{answers.name} {place}: {kind}, {len(project.steps)} files"


def show_files(output: Output, project: Plan) -> None:
    """Print the steps of a plan by group and folder."""
    output.line()
    for group, steps in by_group(project).items():
        if output.verbosity > 0:
            for number, step in enumerate(steps):
                output.listing("" if number else group, f"{step.operation.path:<44}", [step.reason])
            continue
        folders: dict[str, list[str]] = {}
        for step in steps:
            folder, _, file = step.operation.path.rpartition("/")
            folders.setdefault(f"{folder}/  " if folder else "", []).append(file)
        for number, (folder, files) in enumerate(folders.items()):
            output.listing("" if number else group, folder, files)


def result(done: Done) -> str:
    """How long a stage took, or why it was left out."""
    if done.failure:
        return f"not installed, as {done.failure.tool} said above; all else is complete"
    if done.skipped:
        return f"left out: {done.skipped}"
    return f"{done.seconds:.1f} s" if done.seconds >= 1 else f"{done.seconds * 1000:.0f} ms"


def _next_commands(outcome: Outcome) -> list[str]:
    folder = relative(outcome.plan.root)
    uv = shutil.which("uv")
    prefix = "uv run " if uv else ".venv/bin/"
    return [
        *([] if folder == "." else [f"cd {shlex.quote(folder)}"]),
        *([] if outcome.installed else ["uv sync"] if uv else BY_HAND),
        *(["cp .env.example .env"] if outcome.answers.database == "postgres" else []),
        *([f"{prefix}alembic upgrade head"] if outcome.migrates else []),
        f"{prefix}python -m {outcome.answers.package}",
    ]


BY_HAND = [
    "python3 -m venv .venv",
    ".venv/bin/pip install --upgrade pip",
    ".venv/bin/pip install --editable . --group dev",
]


def relative(folder: Path) -> str:
    """The path as a user would type it here."""
    return min(os.path.relpath(folder), str(folder), key=len)

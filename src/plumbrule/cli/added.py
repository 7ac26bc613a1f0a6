"""What `plumb add resource` has added or would add, and what to do next."""

import shutil

from plumbrule.cli.console import Output
from plumbrule.cli.created import relative, result, show_files
from plumbrule.plan import diff
from plumbrule.verbs.add import Addition, Outcome


def show_plan(output: Output, addition: Addition) -> None:
    """The plan of a dry run."""
    output.line(f"Would add {_title(addition)}", style="bold")
    show_files(output, addition.plan)


def show_diff(output: Output, addition: Addition) -> None:
    """The plan as one unified diff."""
    for step in addition.plan.steps:
        output.line(diff(step).removesuffix("\n"))


def show_outcome(output: Output, outcome: Outcome) -> None:
    """The files, the stages with their times, the next commands."""
    addition = outcome.addition
    output.line(f"Added {_title(addition)}", style="bold")
    show_files(output, addition.plan)
    output.line()
    for done in outcome.stages:
        label = f"not migrated: {done.failure.reason}" if done.failure else result(done)
        output.listing(done.stage, "", [label])
    output.line()
    output.line("Next:", style="bold")
    for command in _next_commands(outcome):
        output.line(f"  {command}")


def _title(addition: Addition) -> str:
    names = addition.resource.names
    return (
        f"{names.plural} to {addition.project.name}: /api/v1/{names.route}, {len(addition.plan.steps)} files"
    )


def _next_commands(outcome: Outcome) -> list[str]:
    root = relative(outcome.addition.project.root)
    prefix = "uv run " if shutil.which("uv") else ".venv/bin/"
    return [
        *([] if root == "." else [f"cd {root}"]),
        *([] if outcome.migrated else [f"{prefix}alembic upgrade head"]),
        f"{prefix}pytest tests/test_{outcome.addition.resource.names.plural}.py",
    ]

"""`plumb agents`: skills for coding agents, put where they look."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from plumbrule.cli.console import Output, output_of
from plumbrule.plan import Refusal, apply

if TYPE_CHECKING:
    from plumbrule.verbs.agents import Agent, Removal

app = typer.Typer()


@app.callback(invoke_without_command=True)
def agents(context: typer.Context) -> None:
    """Bring coding agents along: skills such as /fastapi-audit."""
    if context.invoked_subcommand is None:
        raise Refusal("say what to do: plumb agents install")


@app.command()
def install(
    context: typer.Context,
    claude: Annotated[bool, typer.Option("--claude", help="In .claude/skills.")] = False,
    agents: Annotated[bool, typer.Option("--agents", help="In .agents/skills, for all others.")] = False,
    user: Annotated[bool, typer.Option("--user", help="For all projects: in the home folder.")] = False,
    uninstall: Annotated[bool, typer.Option("--uninstall", help="Take them away again.")] = False,
) -> None:
    """Put the skills where coding agents look. Ours are brought up to date, a file of yours is left alone.

    Without a flag they go to .agents/skills, and to .claude/skills too if there is a .claude.
    """
    # The skills are made of the rulebook and the templates, which take a while to import.
    from plumbrule.report.skills import skills  # noqa: PLC0415
    from plumbrule.verbs import agents as verb  # noqa: PLC0415
    from plumbrule.verbs.review import project_root  # noqa: PLC0415

    root = Path.home() if user else project_root(Path())
    chosen: list[Agent] = [*(["claude"] if claude else []), *(["agents"] if agents else [])]  # type: ignore[list-item]
    output = output_of(context)
    if uninstall:
        removal = verb.uninstall(root, frozenset(chosen))
        apply(removal.plan, undoable=False)
        show_removal(output, removal)
        return
    plan = verb.install(root, frozenset(chosen), skills())
    apply(plan, undoable=False)
    for place in verb.places(root, frozenset(chosen)):
        written = sum(step.group == place for step in plan.steps)
        done = f"{written} files written" if written else "up to date"
        output.line(f"{root / place}: {done}; /fastapi-init /fastapi-structure /fastapi-audit")


def show_removal(output: Output, removal: Removal) -> None:
    """What was taken away, and what was left because it is no longer ours."""
    count = len(removal.plan.steps)
    output.line(f"{count} files removed" if count else "there are no skills of plumb here")
    for path in removal.changed:
        output.line(f"left as you have changed it: {path}")

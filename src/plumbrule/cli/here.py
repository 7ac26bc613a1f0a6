"""`plumb` alone: what it sees here, and the next command."""

import shutil
from pathlib import Path

from plumbrule.cli.console import Output
from plumbrule.plan import Refusal
from plumbrule.verbs.here import look

WORST = 3


def here(output: Output) -> None:
    """Say what the current folder is and what to do with it."""
    sight = look(Path())
    output.line(sight.summary)
    if sight.kind in {"generated", "fastapi"}:
        worst(output)
    output.line()
    for command, purpose in (*sight.commands, ("plumb --help", "everything else")):
        output.line(f"  {command:<36}{purpose}")


def worst(output: Output) -> None:
    """What there is in the project, and its worst findings; nothing if it cannot be audited."""
    # The rulebook takes a while to import, and not every folder needs it.
    from plumbrule.cli.audited import base_of  # noqa: PLC0415
    from plumbrule.config import read_config  # noqa: PLC0415
    from plumbrule.report import View  # noqa: PLC0415
    from plumbrule.report.glance import glance  # noqa: PLC0415
    from plumbrule.verbs.review import review, target  # noqa: PLC0415

    try:
        found = target([])
        with output.patience() as observe:
            outcome = review(found, read_config(found.root), observe=observe)
    except Refusal:
        return
    width = shutil.get_terminal_size().columns if output.out.is_terminal else None
    output.write(glance(outcome, View(base_of(found.root), width, output.colored), WORST))

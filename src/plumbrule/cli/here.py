"""`plumb` alone: what it sees here, and the next command."""

from pathlib import Path

from plumbrule.cli.console import Output
from plumbrule.verbs.here import look


def here(output: Output) -> None:
    """Say what the current folder is and what to do with it."""
    sight = look(Path())
    output.line(sight.summary)
    output.line()
    for command, purpose in (*sight.commands, ("plumb --help", "everything else")):
        output.line(f"  {command:<36}{purpose}")

"""A migration that git knows and that was changed since: whoever has run it would never run the change."""

import subprocess
from collections.abc import Iterable
from pathlib import Path

from plumbrule.plan import Refusal


def refuse_changed(folders: Iterable[Path]) -> None:
    """Refuse uncommitted changes of migrations that are committed; new files are no matter."""
    for folder in folders:
        for line in status(folder):
            state, path = line[:2], line[3:]
            if state != "??" and path.endswith(".py") and not state.startswith("A"):
                raise Refusal(
                    f"{path} has uncommitted changes; commit them, take them back, or pass --allow-dirty"
                )


def status(folder: Path) -> list[str]:
    """What git says of the files in a folder; nothing without git or a repository."""
    command = ["git", "status", "--porcelain", "--no-renames", "--", "."]
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError:
        return []
    return done.stdout.splitlines() if done.returncode == 0 else []

"""The project's own Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from plumbrule.plan import Refusal

FOLDERS = (".venv", "venv", "env", ".env")
BINARY = ("Scripts", "python.exe") if sys.platform == "win32" else ("bin", "python")


def find(root: Path, given: Path | None = None) -> Path:
    """The interpreter of the project in `root`: the one given, an environment in its folder or above, that of
    the shell, that of uv.
    """
    if given is not None:
        return checked(given)
    for folder in (root, *within_repository(root)):
        for name in FOLDERS:
            if (folder / name / "pyvenv.cfg").is_file():
                return folder.joinpath(name, *BINARY)
    active = os.environ.get("VIRTUAL_ENV")
    if active and Path(active).joinpath(*BINARY).is_file():
        return Path(active).joinpath(*BINARY)
    managed = by_uv(root)
    if managed is not None:
        return managed
    raise Refusal(f"{root} has no environment of its own; make one (uv sync), or name its Python by --python")


def checked(given: Path) -> Path:
    """An interpreter that a user has named, or the environment that holds it."""
    path = given.joinpath(*BINARY) if given.is_dir() else given
    if not path.is_file() or not os.access(path, os.X_OK):
        raise Refusal(f"--python {given}: there is no interpreter")
    return Path(os.path.abspath(path))  # noqa: PTH100  a link leads out of the environment


def within_repository(root: Path) -> list[Path]:
    """The folders above one, up to the repository that it is in."""
    if (root / ".git").exists():
        return []
    found = []
    for folder in root.parents:
        found.append(folder)
        if (folder / ".git").exists():
            return found
    return []


def by_uv(root: Path) -> Path | None:
    """The interpreter of the environment that uv keeps for the project."""
    if not (root / "uv.lock").is_file():
        return None
    try:
        done = subprocess.run(
            ["uv", "python", "find", "--project", str(root)], capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    path = Path(done.stdout.strip())
    return path if done.returncode == 0 and (path.parent.parent / "pyvenv.cfg").is_file() else None

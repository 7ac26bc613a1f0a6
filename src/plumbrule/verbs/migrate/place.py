"""Where the migrations of a project are, and which interpreter runs them."""

import configparser
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from plumbrule.plan import Refusal
from plumbrule.verbs.environment import find_uv

DEPTH = 3
ELSEWHERE = {"venv", "env", "node_modules", "site-packages", "dist", "build"}
NOWHERE = (
    "no alembic.ini here and no [tool.alembic] in pyproject.toml; "
    "plumb migrate new MESSAGE makes one, --config FILE names one"
)


class NoEnvironment(Refusal):
    """The project has no migrations yet."""


@dataclass(frozen=True, slots=True)
class Place:
    """The folder that env.py runs in, the files that describe it, the project's Python."""

    root: Path
    ini: Path | None
    toml: Path | None
    python: Path


def find(folder: Path, config: Path | None = None, python: Path | None = None) -> Place:
    """The environment that a folder is in, around it or below it; refuses none and several."""
    if not folder.is_dir():
        raise Refusal(f"{folder}: no such folder")
    file = named(config) if config else nearest(folder.resolve()) or only_one(folder.resolve())
    if file.suffix == ".toml":
        return Place(file.parent, None, file, interpreter(file.parent, python))
    toml = file.with_name("pyproject.toml")
    root = working_folder(file, folder.resolve())
    return Place(root, file, toml if describes(toml) else None, interpreter(root, python))


def named(config: Path) -> Path:
    """The file that was given."""
    if not config.is_file():
        raise Refusal(f"--config {config}: no such file")
    if config.suffix == ".toml" and not describes(config):
        raise Refusal(f"--config {config}: it has no [tool.alembic]")
    return config.resolve()


def around(folder: Path) -> Iterator[Path]:
    """A folder and those that it is in, up to the repository."""
    for parent in (folder, *folder.parents):
        yield parent
        if (parent / ".git").exists():
            return


def nearest(folder: Path) -> Path | None:
    """The first description on the way up."""
    for parent in around(folder):
        if (parent / "alembic.ini").is_file():
            return parent / "alembic.ini"
        if describes(parent / "pyproject.toml"):
            return parent / "pyproject.toml"
    return None


def only_one(folder: Path) -> Path:
    """The description below a folder, if there is exactly one."""
    found = list(below(folder, DEPTH))
    if len(found) > 1:
        names = ", ".join(path.relative_to(folder).as_posix() for path in found[:4])
        raise Refusal(f"{len(found)} Alembic environments here ({names}); name one by --config FILE")
    if not found:
        raise NoEnvironment(NOWHERE)
    return found[0]


def below(folder: Path, depth: int) -> Iterator[Path]:
    """The alembic.ini files in the folders of a folder."""
    for path in sorted(folder.iterdir()):
        if path.name in ELSEWHERE or path.name.startswith(".") or path.is_symlink() or not path.is_dir():
            continue
        if (path / "alembic.ini").is_file():
            yield path / "alembic.ini"
        elif depth > 1:
            yield from below(path, depth - 1)


def describes(toml: Path) -> bool:
    """Whether a pyproject.toml has a section for Alembic."""
    try:
        return "alembic" in tomllib.loads(toml.read_text(encoding="utf-8")).get("tool", {})
    except (OSError, ValueError):
        return False


def working_folder(ini: Path, folder: Path) -> Path:
    """Where Alembic is meant to be started: a relative `script_location` counts from there."""
    parser = configparser.RawConfigParser()
    try:
        parser.read(ini, encoding="utf-8")
    except (configparser.Error, UnicodeDecodeError) as error:
        raise Refusal(f"cannot read {ini}: {str(error).splitlines()[0]}") from error
    location = parser.get("alembic", "script_location", fallback="")
    if not location or "%(" in location or ":" in location or Path(location).is_absolute():
        return ini.parent
    starts = (ini.parent, folder, *around(ini.parent))
    return next((start for start in starts if (start / location).is_dir()), ini.parent)


def interpreter(root: Path, python: Path | None) -> Path:
    """The project's Python: the one given, of its environment, or what its package manager says."""
    if python is not None:
        if python.is_file():
            return Path.cwd() / python  # a link is kept: it is what makes an environment
        found = shutil.which(str(python))
        if found is None:
            raise Refusal(f"--python {python}: no such interpreter")
        return Path(found)
    for candidate in environments(root):
        if candidate.is_file():
            return candidate
    asked = by_manager(root)
    if asked is None:
        raise Refusal(f"no environment in {root}; make one (uv sync), or name its interpreter by --python")
    return asked


def environments(root: Path) -> Iterator[Path]:
    """Where the interpreter of an environment usually is."""
    inside = Path("Scripts/python.exe") if sys.platform == "win32" else Path("bin/python")
    for parent in around(root):
        for name in (os.environ.get("UV_PROJECT_ENVIRONMENT", ".venv"), ".venv", "venv"):
            yield parent / name / inside
    if os.environ.get("VIRTUAL_ENV"):
        yield Path(os.environ["VIRTUAL_ENV"]) / inside


def by_manager(root: Path) -> Path | None:
    """What poetry or uv calls the interpreter of the project."""
    poetry = shutil.which("poetry") if (root / "poetry.lock").is_file() else None
    uv = find_uv()
    for command in ((poetry, "env", "info", "--executable"), (uv, "python", "find")):
        if command[0] is None:
            continue
        done = subprocess.run(
            [word for word in command if word], cwd=root, capture_output=True, text=True, check=False
        )
        if done.returncode == 0 and Path(done.stdout.strip()).is_file():
            return Path(done.stdout.strip())
    return None

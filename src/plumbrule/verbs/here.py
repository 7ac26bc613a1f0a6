"""What there is in a folder, for one who types `plumb` and nothing else."""

import re
import tomllib
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from plumbrule.model.tree import Tree
from plumbrule.plan import Refusal, read_text
from plumbrule.scaffold.marked import COMPANIONS

Kind = Literal["generated", "fastapi", "empty", "other"]

IMPORT = re.compile(rb"^[ \t]*(?:from|import)[ \t]+fastapi\b", re.MULTILINE)
MOST = 20_000
"""files that are looked at before a folder counts as no project, unless it is a repository"""
AUDIT = ("plumb audit", "what a review finds")


@dataclass(frozen=True, slots=True)
class Sight:
    """What a folder holds, and the commands that make sense there."""

    kind: Kind
    summary: str
    commands: tuple[tuple[str, str], ...]


def look(folder: Path) -> Sight:
    """Judge a folder by its name, its pyproject.toml and its requirements."""
    project = _pyproject(folder)
    name = str(_table(project, "project").get("name", folder.resolve().name))
    scaffold = _table(project, "tool", "plumb", "scaffold")
    if scaffold:
        summary = f"{name}: made by plumb {scaffold.get('version')}, preset {scaffold.get('preset')}"
        return Sight("generated", summary, (*growth(folder), AUDIT))
    if _uses_fastapi(folder, project):
        return Sight("fastapi", f"{name}: a FastAPI project", (AUDIT,))
    if all(path.name in COMPANIONS for path in folder.iterdir()):
        return Sight("empty", "an empty folder", (("plumb init", "a new FastAPI service here"),))
    return Sight("other", "no FastAPI project here", (("plumb init NAME", "a new FastAPI service"),))


def growth(folder: Path) -> tuple[tuple[str, str], ...]:
    """The command that adds a feature, where it can."""
    # The templates take a while to import, and not every folder needs them.
    from plumbrule.verbs import generated  # noqa: PLC0415

    try:
        generated.find(folder)
    except Refusal:
        return ()
    return (("plumb add resource NAME FIELD:TYPE…", "one more feature"),)


def _pyproject(folder: Path) -> dict[str, object]:
    try:
        return tomllib.loads(read_text(folder / "pyproject.toml"))
    except (OSError, ValueError):
        return {}


def _table(document: dict[str, object], *names: str) -> dict[str, object]:
    for name in names:
        table = document.get(name)
        document = table if isinstance(table, dict) else {}
    return document


def _uses_fastapi(folder: Path, project: dict[str, object]) -> bool:
    requirements = folder / "requirements.txt"
    declared = str(_table(project, "project").get("dependencies", "")) + str(
        _table(project, "tool", "poetry")
    )
    listed = read_text(requirements) if requirements.is_file() else ""
    return "fastapi" in (declared + listed).lower() or _imports_fastapi(folder)


def _imports_fastapi(folder: Path) -> bool:
    """Whether a module below does; of a folder that may be somebody's home nothing is read."""
    paths = list(islice(Tree(folder).walk(), MOST))
    if len(paths) == MOST and not (folder / ".git").exists():
        return False
    return any(IMPORT.search(_content(folder / path)) for path in paths if path.endswith(".py"))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""

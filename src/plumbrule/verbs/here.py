"""What there is in a folder, for one who types `plumb` and nothing else."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plumbrule.plan import Refusal, read_text
from plumbrule.scaffold.marked import COMPANIONS

Kind = Literal["generated", "fastapi", "empty", "other"]

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
    return "fastapi" in (declared + (read_text(requirements) if requirements.is_file() else "")).lower()

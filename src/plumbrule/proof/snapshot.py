"""Snapshots: what the apps of a tree are at run time, told by the project's own interpreter."""

from __future__ import annotations

import json
import os
import tempfile
from configparser import Error, RawConfigParser
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.proof.child import run
from plumbrule.proof.subject import alembic_files

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbrule.proof.subject import Subject

HERE = Path(__file__).parent
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from plumb_snapshot.take import main; main(*sys.argv[2:4])"
)
MASK = "<project>"


@dataclass(frozen=True, slots=True)
class Permissions:
    """What project code may do while a snapshot is taken, beyond being imported."""

    lifespan: bool = False
    connections: bool = False


ALEMBIC = "alembic"
"""the section that Alembic reads unless it is told another"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a tree is at run time, by import root; a section that failed holds its error."""

    sections: Mapping[str, Any]
    migrations: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    """why there is none"""


def take(subject: Subject, python: Path, permissions: Permissions) -> Snapshot:
    """Take the snapshot of a tree."""
    if not subject.groups:
        return Snapshot({}, error="no app can be made without arguments")
    sections: dict[str, Any] = {}
    for root, apps in sorted(subject.groups.items()):
        request = {
            "kind": "apps",
            "root": str(subject.root),
            "paths": search_path(subject.root, root),
            "apps": apps,
            "modules": subject.modules(root),
            "lifespan": permissions.lifespan,
            "connections": permissions.connections,
        }
        answer = asked(request, python, working_folder(subject.root, root), subject.root)
        if "error" in answer:
            return Snapshot(sections, error=answer["error"])
        if answer["value"]["strays"]:
            stray = answer["value"]["strays"][0]
            return Snapshot(sections, error=f"{stray} was loaded from another copy of the project")
        sections[root] = answer["value"]
    return Snapshot(sections, migrations(subject, python, permissions))


def migrations(subject: Subject, python: Path, permissions: Permissions) -> dict[str, Any]:
    """What Alembic sees, by the file that configures it."""
    found = {}
    for file in alembic_files(subject.root):
        roots = nearest_first(subject, file)
        for section in sections_of(file):
            request = {
                "kind": "alembic",
                "root": str(subject.root),
                "file": str(file),
                "section": section,
                "folder": str(file.parent),
                "paths": [*dict.fromkeys(p for r in roots for p in search_path(subject.root, r))],
                "modules": [name for root in roots for name in subject.modules(root)],
                "connections": permissions.connections,
            }
            name = file.relative_to(subject.root).as_posix() + ("" if section == ALEMBIC else f" [{section}]")
            found[name] = asked(request, python, subject.root, subject.root)
    return found


def sections_of(file: Path) -> list[str]:
    """The sections of a configuration that say where migrations are: one, or one for each database."""
    if file.suffix != ".ini":
        return [ALEMBIC]
    parser = RawConfigParser(strict=False)
    try:
        parser.read_string(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, Error):
        return [ALEMBIC]
    return [s for s in parser.sections() if parser.has_option(s, "script_location")] or [ALEMBIC]


def nearest_first(subject: Subject, file: Path) -> list[str]:
    """The import roots, first those that a file lies in, the deepest before all."""
    inside = file.relative_to(subject.root).as_posix()
    around = [root for root in subject.groups if not root or inside.startswith(f"{root}/")]
    return [*sorted(around, key=len, reverse=True), *sorted(subject.groups.keys() - set(around))]


def search_path(folder: Path, root: str) -> list[str]:
    """What an import finds first: the import root, then the folder of the project."""
    return list(dict.fromkeys([str(folder / root) if root else str(folder), str(folder)]))


def working_folder(folder: Path, root: str) -> Path:
    """Where the server of the project would be started."""
    inner = folder / root
    return inner.parent if inner.name == "src" and (inner.parent / "pyproject.toml").is_file() else inner


def asked(request: dict[str, Any], python: Path, folder: Path, root: Path) -> dict[str, Any]:
    """The answer of the project's interpreter, with the folder of the project masked."""
    with tempfile.TemporaryDirectory(prefix="plumb-ask-") as scratch:
        question, answer = Path(scratch, "question.json"), Path(scratch, "answer.json")
        question.write_text(json.dumps(request), encoding="utf-8")
        done = run([python, "-X", "utf8", "-c", START, HERE, question, answer], folder)
        if not answer.is_file():
            return {"error": done.reason}
        text = answer.read_text(encoding="utf-8")
    for spelled in sorted({str(root), os.path.realpath(root)}, key=len, reverse=True):
        text = text.replace(json.dumps(spelled)[1:-1], MASK)
    told: dict[str, Any] = json.loads(text)
    return told

"""A project that `plumb init` has made, as it is now: read, never imported."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumbrule.plan import Refusal, read_text
from plumbrule.scaffold.answers import known
from plumbrule.scaffold.manifest import DATABASES
from plumbrule.scaffold.resource import Target
from plumbrule.scaffold.slice import foundations


@dataclass(frozen=True, slots=True)
class Generated:
    """A project of the preset `service`, laid out by feature."""

    root: Path
    name: str
    package: str
    database: str

    @property
    def source(self) -> Path:
        """The folder of its package."""
        return self.root / "src" / self.package

    @property
    def migrations(self) -> Path:
        """The folder of its migrations."""
        return self.root / "migrations" / "versions"


def find(folder: Path) -> Generated:
    """The project that `folder` is in; refuses one that a resource cannot be added to."""
    for root in (folder, *folder.resolve().parents):
        if (root / "pyproject.toml").is_file():
            return _read(root)
    raise Refusal("there is no pyproject.toml here; go to a project that plumb init has made")


def _read(root: Path) -> Generated:
    try:
        document = tomllib.loads(read_text(root / "pyproject.toml"))
    except (OSError, ValueError) as error:
        raise Refusal(f"cannot read {root / 'pyproject.toml'}: {error}") from error
    scaffold = document.get("tool", {}).get("plumb", {}).get("scaffold")
    name = document.get("project", {}).get("name")
    if not isinstance(scaffold, dict) or not isinstance(name, str):
        raise Refusal("pyproject.toml has no [tool.plumb.scaffold]; go to a project that plumb init has made")
    _check_scaffold(scaffold)
    package = name.replace("-", "_").lower()
    project = Generated(root, name, package, str(scaffold["database"]))
    for path in foundations(package):
        if not (root / path).is_file():
            raise Refusal(f"{path} is missing; a resource is built on it, where plumb init has put it")
    has_sqlite = (project.source / "sqlite.py").is_file()
    if has_sqlite != (project.database == "sqlite"):
        there = "there" if has_sqlite else "missing"
        raise Refusal(
            f'pyproject.toml says database = "{project.database}", but src/{package}/sqlite.py is {there}; '
            "correct [tool.plumb.scaffold]"
        )
    return project


def _check_scaffold(scaffold: dict[str, Any]) -> None:
    preset, layout = scaffold.get("preset"), scaffold.get("layout")
    if preset != "service":
        raise Refusal(f"the preset {preset} has no database for a resource; it needs the preset service")
    if layout != "by-feature":
        raise Refusal(f"a resource cannot be added to the layout {layout}; it needs the layout by-feature")
    known("database in [tool.plumb.scaffold]", str(scaffold.get("database")), DATABASES)


def targets(project: Generated) -> tuple[Target, ...]:
    """The tables of the project, by the models in its folders."""
    return tuple(
        target
        for path in sorted(project.source.glob("*/models.py"))
        for target in _models(path, parse(path, project.root))
    )


def _models(path: Path, tree: ast.Module) -> Iterator[Target]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            assigned = {name: value for statement in node.body for name, value in _assigned(statement)}
            table = assigned.get("__tablename__")
            if isinstance(table, ast.Constant) and isinstance(table.value, str):
                yield Target(path.parent.name, node.name, table.value, "owner_id" in assigned)


def parse(path: Path, root: Path) -> ast.Module:
    """The syntax tree of a file; refuses one that is no Python."""
    try:
        return ast.parse(read_text(path))
    except (OSError, ValueError, SyntaxError) as error:
        raise Refusal(f"cannot read {path.relative_to(root).as_posix()}: {error}") from error


def next_revision(project: Generated) -> tuple[str, str]:
    """The revision of one more migration, and the head that it follows; refuses several heads."""
    revisions: set[str] = set()
    followed: set[str] = set()
    for path in sorted(project.migrations.glob("*.py")):
        revision, down_revisions = _revision(path, project.root)
        revisions.add(revision)
        followed |= down_revisions
    heads = sorted(revisions - followed)
    if not heads:
        raise Refusal("migrations/versions has no migration to follow; bring 0001_initial.py back")
    if len(heads) > 1:
        message = f"migrations/versions has {len(heads)} heads ({', '.join(heads)})"
        raise Refusal(f"{message}; run alembic merge heads, then again")
    numbers = (int(revision) for revision in revisions if re.fullmatch(r"\d{4}", revision))
    return f"{max(numbers, default=0) + 1:04}", heads[0]


def _revision(path: Path, root: Path) -> tuple[str, set[str]]:
    assigned = {name: value for node in parse(path, root).body for name, value in _assigned(node)}
    try:
        revision = ast.literal_eval(assigned["revision"])
        down = ast.literal_eval(assigned["down_revision"])
    except (KeyError, ValueError):
        revision, down = None, None
    downs = {down} if isinstance(down, str) else set(down or ())
    if not isinstance(revision, str):
        place = path.relative_to(root).as_posix()
        raise Refusal(f"cannot find revision and down_revision in {place}; write them as plain strings")
    return revision, downs


def _assigned(node: ast.stmt) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement gives a value, and the value; an ellipsis where it is only declared."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, value
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            yield name, value or ast.Constant(...)
        case _:
            pass

"""What there is to take a snapshot of: the apps, the modules, Alembic, as the code says."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.code import Function, Module
from plumbrule.model.import_roots import ImportRoots
from plumbrule.model.reading import read_project
from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from plumbrule.model.apps import App
    from plumbrule.model.project import Project

MIGRATIONS = {"alembic", "migrations", "versions"}
RUNS = ("uvicorn.run", "asyncio.run", "sys.exit", "typer.run", "anyio.run")


@dataclass(frozen=True)
class Subject:
    """A project on disk, about to be run."""

    root: Path
    project: Project

    @cached_property
    def roots(self) -> ImportRoots:
        """How its modules are imported."""
        return ImportRoots(self.project)

    @cached_property
    def groups(self) -> dict[str, list[dict[str, Any]]]:
        """The apps that can be made without arguments, by the folder their imports start from."""
        found: dict[str, list[dict[str, Any]]] = {}
        for app in self.project.apps:
            entry = self.entry(app)
            if entry is not None and app.module is not None:
                group = found.setdefault(self.roots.root(app.module), [])
                if entry not in group:
                    group.append(entry)
        return found

    def entry(self, app: App) -> dict[str, Any] | None:
        """The module that holds or makes an app, and the name to call in it."""
        scope, module = app.scope, app.module
        if module is None or app.is_assumed or self._is_aside(module):
            return None
        if not isinstance(scope, Function):
            return {"module": self.roots.name(module), "name": None}
        if scope.cls is not None or scope.parent is not None:
            return None
        held = self._held(scope)
        if held is not None:
            return held
        needed = [p for p in scope.node.parameters if p.default is None and p.kind not in ("args", "kwargs")]
        return None if needed else {"module": self.roots.name(module), "name": scope.name}

    def _held(self, factory: Function) -> dict[str, Any] | None:
        """The module and the variable in it that keeps what the factory makes."""
        for call in self.project.callers.of(factory):
            parent, scope = call.node.parent, call.scope
            if isinstance(scope, Module) and isinstance(parent, n.Assign) and not self._is_aside(scope):
                names = [target.id for target in parent.targets if isinstance(target, n.Name)]
                if names:
                    return {"module": self.roots.name(scope), "name": names[0]}
        return None

    def _is_aside(self, module: Module) -> bool:
        """Whether a module is about the app rather than of it."""
        return module.is_test or bool(MIGRATIONS & set(module.path.split("/")))

    def modules(self, root: str) -> list[str]:
        """The modules that are imported by their proper names when everything that belongs to the apps is."""
        return sorted({self.roots.name(m) for m in self._belonging(root) if not is_program(m)})

    def _belonging(self, root: str) -> Iterator[Module]:
        entries = {entry["module"] for entry in self.groups.get(root, ())}
        tops = {name.partition(".")[0] for name in entries}
        queue = [m for m in self.project.modules if self.roots.name(m) in entries]
        reached = set(queue)
        while queue:
            for edge in self.project.import_graph.of(queue.pop()):
                if edge.target not in reached:
                    reached.add(edge.target)
                    queue.append(edge.target)
        for module in self.project.modules:
            own = self.roots.root(module) == root and not module.is_test
            if own and (module in reached or self.roots.name(module).partition(".")[0] in tops):
                yield module


def is_program(module: Module) -> bool:
    """Whether importing a module would do its work: a script, a migration, an `env.py`."""
    *folders, name = module.path.split("/")
    if name in ("__main__.py", "env.py", "setup.py") or MIGRATIONS & set(folders) or module.is_broken:
        return True
    for node in module.body:
        if isinstance(node, n.ExprStatement) and isinstance(node.value, n.Call):
            called = module.call(node.value)
            if called.name in RUNS or (called.function is not None and called.function.module is module):
                return True
    return False


def read(root: Path) -> Subject:
    """The subject in a folder."""
    try:
        return Subject(root, read_project(root))
    except OSError as error:
        raise Refusal(f"cannot read {error.filename or root}: {error.strerror}") from error


def alembic_files(root: Path) -> list[Path]:
    """The files below a folder that configure Alembic."""
    hidden = (".", "node_modules", "site-packages")
    found = [
        path
        for path in sorted(root.rglob("alembic.ini"))
        if not any(part.startswith(hidden) for part in path.relative_to(root).parts)
    ]
    manifest = root / "pyproject.toml"
    if not found and manifest.is_file() and "[tool.alembic]" in manifest.read_text("utf-8", "replace"):
        found.append(manifest)
    return found

"""By which name the project itself imports each of its files, folders without `__init__.py` included."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.imports import dotted_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.code import Module
    from plumbrule.model.project import Project


class ImportRoots:
    """The folders from which imports start (what `sys.path` holds), as the absolute imports of files show."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._votes: dict[str, Counter[str]] = {}
        for module in project.modules:
            for root, top in self._seen(module):
                self._votes.setdefault(top, Counter())[root] += 1
        self._roots: dict[Module, str] = {}

    def root(self, module: Module) -> str:
        """The folder from which a module is imported: the one that most imports of its package start from."""
        if module not in self._roots:
            self._roots[module] = self._root(module)
        return self._roots[module]

    def name(self, module: Module) -> str:
        """The dotted name by which a module is imported."""
        root = self.root(module)
        inside = module.path[len(root) + 1 :] if root else module.path
        parts = dotted_path(inside)
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)

    def _root(self, module: Module) -> str:
        parts = module.path.split("/")
        found: Counter[str] = Counter()
        for depth in range(1, len(parts) + 1):
            for root, count in self._votes.get(
                "/".join(parts[:depth]).removesuffix(".py"), Counter()
            ).items():
                found[root] += count
        if found:
            return max(found, key=lambda root: (found[root], -len(root)))
        tail = module.name.replace(".", "/")
        whole = module.path.removesuffix(".py").removesuffix("/__init__")
        return whole.removesuffix(tail).rstrip("/") if whole.endswith(tail) else ""

    def _seen(self, module: Module) -> Iterator[tuple[str, str]]:
        """For each absolute import of project code: the root, and the file or folder right below it."""
        for node in module.imports:
            if isinstance(node, n.ImportFrom) and node.level:
                continue
            for name in self._named(node, module):
                target = self.project.imports.find(name, module)
                if target is None:
                    continue
                path, parts = dotted_path(target.path), name.split(".")
                if path[-len(parts) :] == parts:
                    root = "/".join(path[: -len(parts)])
                    yield root, "/".join(path[: len(path) - len(parts) + 1])

    def _named(self, node: n.Import | n.ImportFrom, module: Module) -> list[str]:
        """The modules that an import names; those inside of a folder without `__init__.py`, which is none."""
        if isinstance(node, n.Import):
            return [alias.name for alias in node.names]
        is_module = self.project.imports.find(node.module, module) is not None
        return [node.module] if is_module else [f"{node.module}.{alias.name}" for alias in node.names]

"""Which file a dotted name means, from the file that says it.

A module is known by its key: its path without `.py` or `/__init__.py`. A folder without `__init__.py` has one
too. A root is the folder that absolute names start from; a project can have several.
"""

from __future__ import annotations

import sys
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import BINDING, bindings
from plumbrule.restructure.tree import folders_above

if TYPE_CHECKING:
    from plumbrule.facts.scope import Binding
    from plumbrule.restructure.tree import Tree


class Found(NamedTuple):
    """A module, by its key, and the root that its name was spelled from (None for a relative name)."""

    key: str
    root: str | None


class Names:
    """The modules of a tree, by key."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.modules: dict[str, str] = {}
        for path in tree.python:
            key = key_of(path)
            if key not in self.modules or path.endswith("/__init__.py"):
                self.modules[key] = path
        self.folders = {folder for path in tree.python for folder in folders_above(path)}
        self._by_top: dict[str, list[str]] = {}
        for key in {*self.modules, *self.folders} - {""}:
            root, _, top = key.rpartition("/")
            self._by_top.setdefault(top, []).append(root)
        self._found: dict[tuple[str, str], Found | None] = {}
        self._bindings: dict[str, dict[str, tuple[Binding, ...]]] = {}

    def path(self, key: str) -> str | None:
        """The file of a module; None for a folder without `__init__.py`."""
        return self.modules.get(key)

    def exists(self, key: str) -> bool:
        """Whether a key can be imported."""
        return key in self.modules or key in self.folders

    def is_package(self, key: str) -> bool:
        """Whether a key has modules inside it."""
        return key in self.folders and (key not in self.modules or is_init(self.modules[key]))

    def bindings(self, key: str) -> dict[str, tuple[Binding, ...]]:
        """The names that a module binds at its own level."""
        if key not in self._bindings:
            path = self.modules.get(key)
            nodes = self.tree.facts(path).nodes if path else ()
            self._bindings[key] = bindings(node for node in nodes if isinstance(node, BINDING))
        return self._bindings[key]

    def imports(self, path: str) -> tuple[n.Import | n.ImportFrom, ...]:
        """The import statements of a file, at any level, in source order."""
        return self.tree.imports(path)

    def find(self, dotted: str, importer: str) -> Found | None:
        """The module that an absolute name means in a file."""
        slot = (dotted, importer.rpartition("/")[0])
        if slot not in self._found:
            self._found[slot] = self._search(dotted.split("."), *slot)
        return self._found[slot]

    def relative(self, importer: str, level: int, dotted: str) -> Found | None:
        """The module that `from ..name` means in a file."""
        folders = importer.split("/")[:-1]
        if level - 1 > len(folders):
            return None
        parts = folders[: len(folders) - level + 1] + (dotted.split(".") if dotted else [])
        key = "/".join(parts)
        return Found(key, None) if key and self.exists(key) else None

    def origin(self, importer: str, statement: n.ImportFrom) -> Found | None:
        """The module that a `from … import` reads."""
        if statement.level:
            return self.relative(importer, statement.level, statement.module)
        return self.find(statement.module, importer)

    def member(self, key: str, name: str) -> str | None:
        """The key of the submodule that `from key import name` means; None if it is a name bound in it."""
        inner = f"{key}/{name}"
        if not self.exists(inner) or not self.is_package(key):
            return None
        bound = self.bindings(key).get(name)
        if bound and not self._binds_submodule(key, name, bound):
            return None
        return inner

    def _binds_submodule(self, key: str, name: str, bound: tuple[Binding, ...]) -> bool:
        """Whether a package's own binding of a name is the submodule of that name."""
        path = self.modules[key]
        return all(
            isinstance(b.node, n.Alias)
            and isinstance(b.node.parent, n.ImportFrom)
            and b.node.name == name
            and (found := self.origin(path, b.node.parent)) is not None
            and found.key == key
            for b in bound
        )

    @cached_property
    def roots(self) -> set[str]:
        """The folders that dotted names start from, as the project's own imports show."""
        seen = set()
        for path in self.tree.python:
            for statement in self.imports(path):
                for dotted in _absolute(statement):
                    if "." in dotted and (found := self.find(dotted, path)) and found.root is not None:
                        seen.add(found.root)
        return seen

    @cached_property
    def crossed(self) -> set[str]:
        """The folders that relative imports start from: they lie in a package, root or not."""
        return {
            "/".join(path.split("/")[: -statement.level])
            for path in self.tree.python
            for statement in self.imports(path)
            if isinstance(statement, n.ImportFrom) and statement.level > 1
        }

    def _search(self, parts: list[str], dotted: str, folder: str) -> Found | None:
        if not parts[0] or (len(parts) == 1 and parts[0] in sys.stdlib_module_names):
            return None
        tail = dotted.replace(".", "/")
        ranked = []
        for root in self._by_top.get(parts[0], ()):
            key = join(root, tail)
            if self.exists(key) and (len(parts) > 1 or self._may_start(root, folder)):
                above = is_within(folder, root)
                rank = (
                    above,
                    root not in self.modules,
                    len(root) if above else shared(root, folder),
                    -len(root),
                )
                ranked.append((rank, Found(key, root)))
        return max(ranked)[1] if ranked else None

    def _may_start(self, root: str, folder: str) -> bool:
        """Whether a name of one part, maybe that of an installed package, is looked for in a root."""
        if not is_within(folder, root) and root not in self.roots:
            return False
        return root in self.roots or not any(is_within(root, known) for known in self.roots)


def _absolute(statement: n.Import | n.ImportFrom) -> list[str]:
    if isinstance(statement, n.Import):
        return [alias.name for alias in statement.names]
    inner = [f"{statement.module}.{alias.name}" for alias in statement.names]
    return [statement.module, *inner] if not statement.level else []


def key_of(path: str) -> str:
    """The key of a Python file."""
    return path.removesuffix(".py").removesuffix("/__init__")


def is_init(path: str) -> bool:
    """Whether a file is the face of a package."""
    return path.endswith("/__init__.py")


def join(folder: str, name: str) -> str:
    """A path inside a folder; the root of the tree is the empty name."""
    return f"{folder}/{name}" if folder else name


def is_within(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies inside it."""
    return not folder or path == folder or path.startswith(folder + "/")


def shared(one: str, other: str) -> int:
    """How many leading folders two paths share."""
    count = 0
    for a, b in zip(one.split("/"), other.split("/"), strict=False):
        if a != b:
            break
        count += 1
    return count


def dotted_from(key: str, root: str) -> str:
    """The name of a module as it is spelled from a root that it lies in."""
    return key.removeprefix(root + "/" if root else "").replace("/", ".")

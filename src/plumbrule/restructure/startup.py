"""In which order modules are run when an entry is imported, and what is asked for before it is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.meanings import runs_on_import
from plumbrule.restructure.names import Names, dotted_from

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.tree import Tree

Statement = n.Import | n.ImportFrom
WHOLE = float("inf")


@dataclass(frozen=True, slots=True)
class Asked:
    """A name that an import takes of a module: bound where, or the module of that name inside it."""

    name: str
    key: str
    bound: float
    inner: tuple[str, ...] | None
    failure: str
    """what goes wrong if it is not there yet; nothing if that cannot be told"""


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import statement does: the modules that it runs, then the names that it takes."""

    start: int
    loads: tuple[str, ...]
    names: tuple[Asked, ...]


class Startups:
    """The processes of a tree; what its imports do is worked out once for all of them."""

    def __init__(self, tree: Tree) -> None:
        self.names = tree.once(Names)
        self._plans: dict[str, tuple[Planned, ...]] = {}
        self._said: dict[tuple[str, ...], str | None] = {}

    def failure(self, paths: Iterable[str]) -> str | None:
        """What goes wrong first in a process that imports files one after the other, the packages around
        each first: `name of module, asked for by file`.
        """
        asked = tuple(paths)
        if asked not in self._said:
            reached: dict[str, float] = {}
            keys = (key for path in asked for key in self._around(_key(path), ""))
            self._said[asked] = next((f for key in keys if (f := self._run(key, reached))), None)
        return self._said[asked]

    def _run(self, key: str, reached: dict[str, float]) -> str | None:
        if key in reached:
            return None
        for planned in self._plan(key):
            reached[key] = planned.start
            for load in planned.loads:
                if load not in reached and (failed := self._run(load, reached)):
                    return failed
            for asked in planned.names:
                if failed := self._take(asked, reached):
                    return failed
        reached[key] = WHOLE
        return None

    def _take(self, asked: Asked, reached: dict[str, float]) -> str | None:
        """Take a name of a module that may be on its way."""
        at = reached.get(asked.key, WHOLE)
        if asked.bound < at:
            return None
        if asked.inner is not None:
            return next((failed for key in asked.inner if (failed := self._run(key, reached))), None)
        return None if at == WHOLE else asked.failure or None

    def _plan(self, key: str) -> tuple[Planned, ...]:
        if key not in self._plans:
            path = self.names.path(key) or ""
            always = (statement for statement in self.names.imports(path) if _always(statement))
            self._plans[key] = tuple(self._planned(path, statement) for statement in always)
        return self._plans[key]

    def _planned(self, path: str, statement: Statement) -> Planned:
        if isinstance(statement, n.Import):
            found = (self.names.find(alias.name, path) for alias in statement.names)
            loads = (key for one in found if one for key in self._around(one.key, one.root or ""))
            return Planned(statement.start, tuple(loads), ())
        origin = self.names.origin(path, statement)
        if origin is None:
            return Planned(statement.start, (), ())
        root = origin.root if origin.root is not None else self._root(origin.key)
        names = (self._asked(path, origin.key, root, alias.name) for alias in statement.names)
        return Planned(statement.start, tuple(self._around(origin.key, root)), tuple(filter(None, names)))

    def _asked(self, path: str, key: str, root: str, name: str) -> Asked | None:
        bound, inner = self.names.bindings(key), f"{key}/{name}"
        starts = min((b.node.start for b in bound.get(name, ())), default=WHOLE)
        if name == "*":
            return None
        if self.names.exists(inner) and self.names.is_package(key):
            return Asked(name, key, starts, tuple(self._around(inner, root)), "")
        if "*" in bound or name not in bound:
            return None
        said = f"`{name}` of {dotted_from(key, root)}, asked for by {path}"
        return Asked(name, key, starts, None, said)

    def _around(self, key: str, root: str) -> Iterator[str]:
        """A module and the packages around it, the outermost first."""
        start = f"{root}/" if root else ""
        parts = key.removeprefix(start).split("/")
        keys = (start + "/".join(parts[:end]) for end in range(1, len(parts) + 1))
        return (key for key in keys if self.names.path(key) is not None)

    def _root(self, key: str) -> str:
        """The deepest root that a module lies in."""
        around = [root for root in self.names.roots if key.startswith(root + "/") or not root]
        return max(around, key=len, default="")


def _key(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__")


def _always(statement: Statement) -> bool:
    """Whether an import is done when its module is run; one that may fail is not looked at."""
    return runs_on_import(statement) and not any(isinstance(p, n.Try) for p in statement.parents)


def failures(tree: Tree, groups: Iterable[list[str]]) -> list[str | None]:
    """What goes wrong first in each process, which imports the files of its group one after the other."""
    startups = tree.once(Startups)
    return [startups.failure(group) for group in groups]

"""In which order modules are run when an entry is imported, and what is asked for before it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.meanings import runs_on_import
from plumbrule.restructure.names import dotted_from

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.restructure.names import Names

Statement = n.Import | n.ImportFrom


class Startup:
    """One process: which modules have been run, and how far."""

    def __init__(self, names: Names, statements: dict[str, list[Statement]]) -> None:
        self.names = names
        self.statements = statements
        self.reached: dict[str, float] = {}

    def run(self, path: str) -> str | None:
        """Import a file; gives what goes wrong: `name of module, asked for by file`."""
        key = path.removesuffix(".py").removesuffix("/__init__")
        return self._load(key, "")

    def _load(self, key: str, root: str) -> str | None:
        """Import a module, the packages around it first."""
        parts = key.removeprefix(root + "/" if root else "").split("/")
        for end in range(1, len(parts) + 1):
            part = "/".join(parts[:end])
            failed = self._execute(f"{root}/{part}" if root else part)
            if failed:
                return failed
        return None

    def _execute(self, key: str) -> str | None:
        path = self.names.path(key)
        if key in self.reached or path is None:
            return None
        for statement in self._statements(path):
            self.reached[key] = statement.start
            failed = self._import(path, statement)
            if failed:
                return failed
        self.reached[key] = float("inf")
        return None

    def _statements(self, path: str) -> list[Statement]:
        if path not in self.statements:
            self.statements[path] = [s for s in self.names.imports(path) if _always(s)]
        return self.statements[path]

    def _import(self, path: str, statement: Statement) -> str | None:
        if isinstance(statement, n.Import):
            for alias in statement.names:
                found = self.names.find(alias.name, path)
                failed = self._load(found.key, found.root or "") if found else None
                if failed:
                    return failed
            return None
        origin = self.names.origin(path, statement)
        if origin is None:
            return None
        root = origin.root if origin.root is not None else self._root(origin.key)
        failed = self._load(origin.key, root)
        for alias in statement.names:
            failed = failed or self._name(path, origin.key, root, alias.name)
        return failed

    def _name(self, path: str, key: str, root: str, name: str) -> str | None:
        """Take a name of a module that may be on its way."""
        bound = self.names.bindings(key)
        at = self.reached.get(key, float("inf"))
        if name == "*" or (name in bound and min(b.node.start for b in bound[name]) < at):
            return None
        inner = f"{key}/{name}"
        if self.names.exists(inner) and self.names.is_package(key):
            return self._load(inner, root)
        if at == float("inf") or "*" in bound or name not in bound:
            return None
        return f"`{name}` of {dotted_from(key, root)}, asked for by {path}"

    def _root(self, key: str) -> str:
        """The deepest root that a module lies in."""
        around = [root for root in self.names.roots if key.startswith(root + "/") or not root]
        return max(around, key=len, default="")


def _always(statement: Statement) -> bool:
    """Whether an import is done when its module is run; one that may fail is not looked at."""
    return runs_on_import(statement) and not any(isinstance(p, n.Try) for p in statement.parents)


def failures(names: Names, groups: Iterable[list[str]]) -> list[str | None]:
    """What goes wrong first in each process, which imports the files of its group one after the other."""
    statements: dict[str, list[Statement]] = {}
    found: list[str | None] = []
    for group in groups:
        process = Startup(names, statements)
        found.append(next((failed for path in group if (failed := process.run(path))), None))
    return found

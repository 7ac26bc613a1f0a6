"""What the code of a tree refers to, in full names: the same before and after, or something is wrong."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.names import Names, key_of
from plumbrule.restructure.places import file_names, place_of
from plumbrule.restructure.scopes import Chain, Scopes, all_nodes, chain, named_by_string
from plumbrule.restructure.segments import logger_of, subject_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.tree import Tree

Units = dict[str, Counter[str]]


class Meanings:
    """Answers what names stand for in one tree; a full name is spelled from the root of the tree."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.names = tree.once(Names)
        self._finals: dict[tuple[str, str], str] = {}
        self._imported: dict[str, set[str]] = {}

    def imported(self, path: str, alias: n.Alias) -> str:
        """What one name of an import statement stands for."""
        statement = alias.parent
        if isinstance(statement, n.ImportFrom):
            found = self.names.origin(path, statement)
            if found is None:
                return f"{'.' * statement.level}{statement.module}.{alias.name}?"
            return dotted(found.key) + ".*" if alias.name == "*" else self.final(found.key, alias.name)
        wanted = alias.name if alias.asname else alias.name.partition(".")[0]
        module = self.names.find(wanted, path)
        if module is None and (whole := self.names.find(alias.name, path)) and whole.root is not None:
            return dotted(f"{whole.root}/{wanted}" if whole.root else wanted)
        return dotted(module.key) if module else f"{wanted}?"

    def final(self, key: str, name: str) -> str:
        """The full name of what `key.name` stands for, through re-exports; `?` ends one that is not there."""
        slot = (key, name)
        if slot not in self._finals:
            self._finals[slot] = f"{dotted(key)}.{name}?"
            self._finals[slot] = self._final(key, name)
        return self._finals[slot]

    def _final(self, key: str, name: str) -> str:
        inner = self.names.member(key, name)
        if inner is not None:
            return dotted(inner)
        path = self.names.path(key)
        bindings = self.names.bindings(key)
        for binding in reversed(bindings.get(name, ())):
            if isinstance(binding.node, n.Alias) and path:
                return self.imported(path, binding.node)
            return logger_of(binding.node) or f"{dotted(key)}.{name}"
        for binding in bindings.get("*", ()):
            statement = binding.node.parent
            if isinstance(statement, n.ImportFrom) and path and (found := self.names.origin(path, statement)):
                meant = self.final(found.key, name) if found.key != key else ""
                if meant and not meant.endswith("?"):
                    return meant
        return f"{dotted(key)}.{name}?"

    def of_file(self, path: str) -> Units:
        """What each top-level definition of a file refers to, how often; the rest counts as one."""
        file, key = self.tree.facts(path), key_of(path)
        scopes = file.once(Scopes)
        units: Units = {dotted(key): Counter()}
        places = (
            [place_of(use, path)[0] for use in file_names(file)] if b"__file__" in file.source.text else []
        )
        for node in all_nodes(file):
            if not isinstance(node, n.Name) or any(p.start <= node.start < p.end for p in places):
                continue
            if meant := self._meaning(scopes, path, key, chain(node)):
                top = list(node.parents)[-1:]
                if not top or not logger_of(top[0]):
                    units.setdefault(_unit(top[0] if top else node, key), Counter())[meant] += 1
        return units

    def _meaning(self, scopes: Scopes, path: str, key: str, found: Chain) -> str | None:
        bound = scopes.binding(found.name, found.name.id)
        if bound is None:
            stars = self.names.bindings(key).get("*")
            meant = self.final(key, found.name.id) if stars else "?"
            return None if meant.endswith("?") else self._descend(meant, found)
        scope, nodes = bound
        if isinstance(nodes[-1], n.Alias):
            return self._descend(self.imported(path, nodes[-1]), found)
        if scope is not None:
            return None
        own = logger_of(nodes[-1]) or f"{dotted(key)}.{found.name.id}"
        return self._descend(own, found)

    def _descend(self, at: str, found: Chain) -> str:
        for attribute in found.attributes:
            key = at.replace(".", "/")
            at = self.final(key, attribute.attr) if self.names.exists(key) else f"{at}.{attribute.attr}"
        named = named_by_string(found.outermost)
        return (
            self.final(at.replace(".", "/"), named)
            if named and self.names.exists(at.replace(".", "/"))
            else at
        )

    def address(self, text: str, path: str) -> str | None:
        """The full name of what `app.module.name` or `app.main:app` leads to, seen from a file."""
        parts = text.replace(":", ".").removesuffix("()").split(".")
        for end in range(len(parts), 0, -1):
            found = self.names.find(".".join(parts[:end]), path)
            if found is not None:
                at = dotted(found.key)
                for part in parts[end:]:
                    key = at.replace(".", "/")
                    at = self.final(key, part) if self.names.exists(key) else f"{at}.{part}"
                return at
        return None

    def imports_of(self, path: str) -> dict[int, str]:
        """What each import of a file brings, by where it stands."""
        return {
            alias.start: self.imported(path, alias)
            for statement in self.names.imports(path)
            for alias in statement.names
        }

    def edges(self, paths: Iterable[str], *, faces: bool = False) -> dict[str, set[str]]:
        """Which module imports which while it is imported; with `faces`, the packages on the way too."""
        found = {dotted(key_of(path)): set(self._runtime(path)) for path in paths}
        if faces:
            for name, targets in found.items():
                targets.update(face for t in (*targets, name) for face in above(t) if face in found)
                targets.discard(name)
        return found

    def _runtime(self, path: str) -> set[str]:
        if path not in self._imported:
            found = set()
            for statement in self.names.imports(path):
                if runs_on_import(statement):
                    found |= self._modules(path, statement)
            self._imported[path] = found - {dotted(key_of(path))}
        return self._imported[path]

    def _modules(self, path: str, statement: n.Import | n.ImportFrom) -> set[str]:
        if isinstance(statement, n.Import):
            keys = [found.key for a in statement.names if (found := self.names.find(a.name, path))]
        else:
            origin = self.names.origin(path, statement)
            if origin is None:
                return set()
            keys = [self.names.member(origin.key, alias.name) or origin.key for alias in statement.names]
        return {dotted(key) for key in keys if self.names.path(key)}


def imports_of(tree: Tree) -> dict[str, set[str]]:
    """Which module of a tree imports which when it is imported, by full names."""
    return tree.once(Meanings).edges(tree.python)


def above(name: str) -> Iterator[str]:
    """The packages that a module is in."""
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def dotted(key: str) -> str:
    """A key as a full name."""
    return key.replace("/", ".")


def _unit(top: n.Node, key: str) -> str:
    """The full name of a top-level definition; of its module for any other statement."""
    match top:
        case n.FunctionDef(name=name) | n.ClassDef(name=name) | n.Assign(targets=(n.Name(id=name), *_)):
            return f"{dotted(key)}.{name}"
        case n.ExprStatement() | n.Assign() if subject := subject_of(top):
            return f"{dotted(key)}.{subject}"
        case _:
            return dotted(key)


def runs_on_import(statement: n.Import | n.ImportFrom) -> bool:
    """Whether an import is done while its module is imported."""
    for parent in statement.parents:
        if isinstance(parent, n.FunctionDef):
            return False
        if isinstance(parent, n.If) and "TYPE_CHECKING" in parent.test.text:
            return False
    return True

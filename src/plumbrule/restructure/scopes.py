"""What binds a name, seen from the place that uses it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import BINDING as KINDS
from plumbrule.facts.scope import bindings, target_names
from plumbrule.restructure.quoted import quoted_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File

PATCHERS = {"setattr", "delattr", "object", "getattr", "hasattr"}
Scope = n.FunctionDef | n.ClassDef | None


@dataclass(frozen=True, slots=True)
class Chain:
    """`name.attr.attr` as it is written: the name, and the attributes from the inside out."""

    name: n.Name
    attributes: tuple[n.Attribute, ...]

    @property
    def outermost(self) -> n.Expr:
        """The whole of it."""
        return self.attributes[-1] if self.attributes else self.name


class Scopes:
    """The scopes of one file."""

    def __init__(self, file: File) -> None:
        self.file = file
        self._module: dict[str, list[n.Node]] | None = None
        self._local: dict[n.Node, dict[str, list[n.Node]]] = {}
        self._names: dict[str, list[n.Name]] | None = None
        self._used: dict[n.Statement, frozenset[str]] = {}

    def names(self, name: str) -> list[n.Name]:
        """Every use of a name in the file, quoted annotations left out."""
        if self._names is None:
            self._names = {}
            for node in all_nodes(self.file):
                if isinstance(node, n.Name):
                    self._names.setdefault(node.id, []).append(node)
        return self._names.get(name, [])

    def used(self, statement: n.Statement) -> frozenset[str]:
        """The names of the module's own level that a statement uses, quoted ones too."""
        if statement not in self._used:
            self._used[statement] = frozenset(self._said(statement))
        return self._used[statement]

    def _said(self, statement: n.Statement) -> Iterator[str]:
        module = self.locals(None)
        for node in statement.walk():
            if isinstance(node, n.Name) and node.id in module:
                bound = self.binding(node, node.id)
                if bound and bound[0] is None:
                    yield node.id
            elif isinstance(node, n.Constant) and isinstance(node.value, str):
                yield from (name for name in quoted_names(node) if name in module)
            elif isinstance(node, n.Scoped) and node.kind == "global":
                yield from node.names

    def is_bound(self, name: str) -> bool:
        """Whether a name means anything anywhere in the file."""
        return bool(self.names(name)) or any(
            name in self.locals(scope) for scope in (None, *self.file.functions, *self.file.classes)
        )

    def binding(self, use: n.Node, name: str) -> tuple[Scope, list[n.Node]] | None:
        """The scope that gives a name its meaning at a place, and the nodes that bind it there."""
        child, direct = use, True
        for parent in use.parents:
            match parent:
                case n.FunctionDef(body=body) if body and child.start >= body[0].start:
                    if name in (found := self.locals(parent)):
                        return self._declared(parent, found[name], name)
                    direct = False
                case n.ClassDef(body=body) if body and child.start >= body[0].start and direct:
                    if name in (found := self.locals(parent)):
                        return parent, found[name]
                case n.Lambda(parameters=parameters) if any(p.name == name for p in parameters):
                    return None
                case n.Comprehension(clauses=clauses) if any(
                    name in target_names(clause.target) for clause in clauses
                ):
                    return None
            child = parent
        found = self.locals(None)
        return (None, found[name]) if name in found else None

    def locals(self, scope: Scope) -> dict[str, list[n.Node]]:
        """The names bound in one scope itself; a parameter and a `global` count as their own node."""
        if scope is None:
            if self._module is None:
                self._module = _bound(self.file.nodes)
            return self._module
        if scope not in self._local:
            found = _bound(scope.nodes)
            for node in scope.nodes:
                if isinstance(node, n.Scoped):
                    found.update({name: [node] for name in node.names})
            if isinstance(scope, n.FunctionDef):
                for parameter in scope.parameters:
                    found[parameter.name] = [parameter]
            self._local[scope] = found
        return self._local[scope]

    def _declared(self, scope: Scope, found: list[n.Node], name: str) -> tuple[Scope, list[n.Node]] | None:
        if found and isinstance(found[0], n.Scoped) and found[0].kind == "global":
            module = self.locals(None)
            return (None, module[name]) if name in module else None
        return scope, found

    def uses(self, alias: n.Node, local: str) -> Iterator[Chain]:
        """Every use of what an import binds, with the attributes that are read of it."""
        for use in self.names(local):
            found = self.binding(use, local)
            if found and alias in found[1]:
                yield chain(use)


def chain(name: n.Name) -> Chain:
    """The longest `name.attr.attr` around a name."""
    attributes: list[n.Attribute] = []
    at: n.Node = name
    while isinstance(at.parent, n.Attribute) and at.parent.value is at:
        at = at.parent
        attributes.append(at)
    return Chain(name, tuple(attributes))


def named_by_string(expr: n.Expr) -> str | None:
    """The attribute that `patch.object(expr, "name")` and its like speak of."""
    call = expr.parent
    match call:
        case n.Call(func=func, args=(first, n.Constant(value=str(name)), *_)) if first is expr:
            called = func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")
            return name if called in PATCHERS else None
        case _:
            return None


def all_nodes(file: File) -> Iterator[n.Node]:
    """Every node of a file."""
    yield from file.nodes
    for function in file.functions:
        yield from function.nodes
    for cls in file.classes:
        yield from cls.nodes


BINDING = tuple(kind for kind in KINDS if kind is not n.Clause)


def _bound(nodes: tuple[n.Node, ...]) -> dict[str, list[n.Node]]:
    """The names that nodes bind, those of comprehensions left out: they are scopes of their own."""
    own = (node for node in nodes if isinstance(node, BINDING))
    return {name: [b.node for b in found] for name, found in bindings(own).items()}

"""Which names a module, class or function binds, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


@frozen
class Binding:
    """One place that gives a name its meaning: `node` is the statement, parameter, clause or alias."""

    name: str
    node: n.Node


def bindings(nodes: Iterable[n.Node]) -> dict[str, tuple[Binding, ...]]:
    """Every name bound by the nodes of one scope, with all the places that bind it, in source order."""
    found: dict[str, list[Binding]] = {}
    for node in nodes:
        for name in bound_names(node):
            if name in found:
                found[name].append(Binding(name, node))
            else:
                found[name] = [Binding(name, node)]
    return {name: tuple(places) for name, places in found.items()}


BINDING = (
    n.Assign,
    n.FunctionDef,
    n.ClassDef,
    n.TypeAlias,
    n.Alias,
    n.For,
    n.Clause,
    n.Walrus,
    n.WithItem,
    n.Handler,
)


def bound_names(node: n.Node) -> list[str]:
    """The names that one node binds in its own scope."""
    match node:
        case n.Assign(targets=(target,)):
            return target_names(target)
        case n.Assign(targets=targets):
            return [name for target in targets for name in target_names(target)]
        case n.FunctionDef(name=name) | n.ClassDef(name=name) | n.TypeAlias(name=name):
            return [name]
        case n.Alias(name=name, asname=asname):
            return [asname or (name if isinstance(node.parent, n.ImportFrom) else name.partition(".")[0])]
        case n.For(target=target) | n.Clause(target=target) | n.Walrus(target=target):
            return target_names(target)
        case n.WithItem(target=target) if target is not None:
            return target_names(target)
        case n.Handler(name=name) if name:
            return [name]
        case _:
            return []


def target_names(target: n.Expr) -> list[str]:
    """The plain names in the target of an assignment."""
    match target:
        case n.Name(id=name):
            return [name]
        case n.Sequence(items=items):
            return [name for item in items for name in target_names(item)]
        case n.Starred(value=value):
            return target_names(value)
        case _:
            return []

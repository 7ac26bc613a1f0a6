"""What stands in a module, class or function, and which names it binds."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable


class Nodes(tuple[n.Node, ...]):  # noqa: SLOT001  what is asked of them is kept beside them
    """The nodes of one scope; nested functions and classes have their own."""

    @cached_property
    def by_kind(self) -> dict[type[n.Node], tuple[Any, ...]]:
        """The nodes by their class."""
        found: defaultdict[type[n.Node], list[Any]] = defaultdict(list)
        for node in self:
            found[type(node)].append(node)
        return {kind: tuple(nodes) for kind, nodes in found.items()}

    @cached_property
    def bindings(self) -> dict[str, tuple[Binding, ...]]:
        """The names that they bind, with the places that bind them."""
        binding = [node for kind in BINDING for node in self.by_kind.get(kind, ())]
        binding.sort(key=attrgetter("start"))
        return bindings(binding)

    @cached_property
    def rebound(self) -> tuple[str, ...]:
        """The names that they bind in more than one place."""
        return tuple([name for name, places in self.bindings.items() if len(places) > 1])


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


def bound_names(node: n.Node) -> list[str]:  # noqa: PLR0911  one for each way to bind
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
    if isinstance(target, n.Name):  # nearly all are, and a pattern takes longer
        return [target.id]
    match target:
        case n.Sequence(items=items):
            return [name for item in items for name in target_names(item)]
        case n.Starred(value=value):
            return target_names(value)
        case _:
            return []

"""What stands in a module, class or function, and which names it binds."""

from __future__ import annotations

from collections import defaultdict
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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
        binding = [node for kind in BOUND for node in self.by_kind.get(kind, ())]
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
    """Every name bound by nodes of one scope that bind, with all the places that bind it, in source order."""
    found: dict[str, list[Binding]] = {}
    for node in nodes:
        for name in BOUND[type(node)](node):
            if name in found:
                found[name].append(Binding(name, node))
            else:
                found[name] = [Binding(name, node)]
    return {name: tuple(places) for name, places in found.items()}


def bound_names(node: n.Node) -> list[str]:
    """The names that one node binds in its own scope."""
    names = BOUND.get(type(node))
    return names(node) if names is not None else []


def alias_names(alias: n.Alias) -> list[str]:
    """What an import calls a thing; of `import a.b` that is `a`."""
    if alias.asname:
        return [alias.asname]
    return [alias.name if isinstance(alias.parent, n.ImportFrom) else alias.name.partition(".")[0]]


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


BOUND: dict[type[n.Node], Callable[[Any], list[str]]] = {
    n.Assign: lambda node: [name for target in node.targets for name in target_names(target)],
    n.FunctionDef: lambda node: [node.name],
    n.ClassDef: lambda node: [node.name],
    n.TypeAlias: lambda node: [node.name],
    n.Alias: alias_names,
    n.For: lambda node: target_names(node.target),
    n.Clause: lambda node: target_names(node.target),
    n.Walrus: lambda node: target_names(node.target),
    n.WithItem: lambda node: target_names(node.target) if node.target is not None else [],
    n.Handler: lambda node: [node.name] if node.name else [],
}
"""what binds names, and which"""
BINDING = tuple(BOUND)

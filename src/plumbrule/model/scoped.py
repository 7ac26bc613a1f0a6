"""What a module, a class and a function have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.words import last_word
from plumbrule.model.calls import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.scope import Binding, Nodes
    from plumbrule.model.code import Module, Parameter
    from plumbrule.model.inference import Inference
    from plumbrule.model.project import Project
    from plumbrule.model.values import Target, Type

N = TypeVar("N", bound=n.Node)
FAMILIES = frozenset({n.Node, n.Expr, n.Statement})
"""the kinds of which there are kinds"""


class Scoped:
    """What a module, a class and a function have in common: nodes, and names that they bind."""

    project: Project
    module: Module
    nodes: Nodes
    parameters: tuple[Parameter, ...] = ()

    @property
    def qualified_name(self) -> str:
        """The full name: `package.module.Class.method`."""
        raise NotImplementedError

    @cached_property
    def bindings(self) -> dict[str, tuple[Binding, ...]]:
        """The names bound here, with the places that bind them."""
        return self.nodes.bindings

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """The names of its parameters."""
        return ()

    @property
    def rebound(self) -> tuple[str, ...]:
        """The names bound here that mean one thing in one place and another in the next."""
        bindings = self.bindings
        return (*self.nodes.rebound, *[name for name in self.parameter_names if name in bindings])

    @cached_property
    def inference(self) -> Inference:
        """Answers what expressions in this scope stand for."""
        return self.project.inference_of(self)

    @property
    def enclosing(self) -> Scoped | None:
        """The scope in which a name is looked up next."""
        return None

    def find(self, kind: type[N]) -> Iterator[N]:
        """Every node of one kind in this scope itself (nested functions and classes have their own)."""
        found = self.by_kind.get(kind)
        if found is None and kind in FAMILIES:
            return (node for node in self.nodes if isinstance(node, kind))
        return iter(found or ())

    @cached_property
    def by_kind(self) -> dict[type[n.Node], tuple[Any, ...]]:
        """Its nodes by their class."""
        return self.nodes.by_kind

    @cached_property
    def calls(self) -> tuple[Call, ...]:
        """Every call made in this scope."""
        return tuple([Call(node, self) for node in self.find(n.Call)])

    @cached_property
    def made(self) -> tuple[Call, ...]:
        """Those calls that are made when it runs: what stands in a `lambda` runs when and where that does."""
        if n.Lambda not in self.by_kind:
            return self.calls
        return tuple(call for call in self.calls if not call.is_deferred)

    def call(self, node: n.Call) -> Call:
        """The model's view of a call node of this scope."""
        return self._call_by_node.get(node) or Call(node, self)

    @cached_property
    def _call_by_node(self) -> dict[n.Call, Call]:
        return {call.node: call for call in self.calls}

    def resolve(self, expr: n.Expr) -> Target | None:
        """What a name or dotted name stands for, None if it cannot be told."""
        return self.inference.target(expr)

    def callee(self, expr: n.Expr) -> Target | None:
        """What an expression stands for, unless no function or class of the project goes by its last word;
        what a test calls them for itself is not known.
        """
        word = last_word(expr)
        if not word or word in self.project.call_index.callable_words:
            return self.inference.target(expr)
        return self.inference.target(expr) if isinstance(expr, n.Name) and self.module.is_test else None

    def name_of(self, expr: n.Expr) -> str | None:
        """The full name of what an expression stands for: `requests.get` whatever it was imported as."""
        return self.inference.name_of(expr)

    def type_of(self, expr: n.Expr) -> Type | None:
        """The type of an expression, None if it cannot be told."""
        return self.inference.type_of(expr)

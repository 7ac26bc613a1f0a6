"""The kinds of expressions."""

from __future__ import annotations

from typing import Any

from plumbrule.facts.node import Node, node


@node
class Expr(Node):
    """A value in the making."""


@node
class Name(Expr):
    id: str


@node
class Attribute(Expr):
    value: Expr
    attr: str


@node
class Constant(Expr):
    """A literal: str, bytes, int, float, complex, bool, None or `...`."""

    value: str | bytes | int | float | complex | bool | Any | None


@node
class FString(Expr):
    """`f"…"`: Constants for the fixed parts, other expressions for what is put in.

    `formats` are the expressions that say how: `width` in `f"{name:>{width}}"`.
    """

    parts: tuple[Expr, ...]
    formats: tuple[Expr, ...] = ()


@node
class Keyword(Node):
    """`name=value` in a call; `name` is None for `**value`."""

    name: str | None
    value: Expr


@node
class Starred(Expr):
    value: Expr


@node
class Call(Expr):
    func: Expr
    args: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]

    def get(self, key: str) -> Expr | None:
        """What `dict(key=…)` holds for a key; None if it is another call."""
        return self.keyword(key) if isinstance(self.func, Name) and self.func.id == "dict" else None

    def keyword(self, name: str) -> Expr | None:
        """The value given as `name=`."""
        for keyword in self.keywords:
            if keyword.name == name:
                return keyword.value
        return None

    def argument(self, position: int | None, name: str) -> Expr | None:
        """The value given by position (unless None) or as `name=`."""
        if position is not None and 0 <= position < len(self.args):
            before = self.args[: position + 1]
            return None if any(isinstance(arg, Starred) for arg in before) else before[-1]
        return self.keyword(name)

    @property
    def given(self) -> tuple[Expr, ...]:
        """All that is given, by position and by name."""
        return (*self.args, *[keyword.value for keyword in self.keywords]) if self.keywords else self.args

    @property
    def is_splatted(self) -> bool:
        """Whether `*args` or `**kwargs` hide some of what is given."""
        return any(k.name is None for k in self.keywords) or any(isinstance(a, Starred) for a in self.args)


@node
class Sequence(Expr):
    """A `list`, `tuple` or `set` display; `kind` says which."""

    kind: str
    items: tuple[Expr, ...]


@node
class Dict(Expr):
    """A dict display; a key is None for `**value`."""

    keys: tuple[Expr | None, ...]
    values: tuple[Expr, ...]

    def get(self, key: str) -> Expr | None:
        """The value beside a literal key."""
        for at, value in zip(self.keys, self.values, strict=True):
            if isinstance(at, Constant) and at.value == key:
                return value
        return None


@node
class Subscript(Expr):
    """`value[items]`; one item unless there are commas."""

    value: Expr
    items: tuple[Expr, ...]


@node
class Slice(Expr):
    parts: tuple[Expr, ...]


@node
class BinOp(Expr):
    left: Expr
    op: str
    right: Expr


@node
class BoolOp(Expr):
    left: Expr
    op: str
    right: Expr


@node
class UnaryOp(Expr):
    op: str
    operand: Expr


@node
class Compare(Expr):
    """`a < b <= c`: operands a, b, c and operators `<`, `<=` (`is not` and `not in` count as one)."""

    operands: tuple[Expr, ...]
    ops: tuple[str, ...]


@node
class Conditional(Expr):
    """`body if test else orelse`."""

    body: Expr
    test: Expr
    orelse: Expr


@node
class Await(Expr):
    value: Expr


@node
class Yield(Expr):
    value: Expr | None
    is_from: bool


@node
class Walrus(Expr):
    target: Expr
    value: Expr


@node
class Clause(Node):
    """`for target in iterable if conditions` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...]
    is_async: bool


@node
class Comprehension(Expr):
    """`kind` is list, set, dict or generator; `key` only for dict."""

    kind: str
    key: Expr | None
    element: Expr
    clauses: tuple[Clause, ...]


@node
class Parameter(Node):
    """`kind` is positional_only, positional, keyword_only, args or kwargs."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


@node
class Lambda(Expr):
    parameters: tuple[Parameter, ...]
    body: Expr


@node
class Unknown(Expr):
    """Syntax that is not understood, or that is nested too deep; what is inside it was still read."""

    parts: tuple[Node, ...]


def names_in(*nodes: Node) -> set[str]:
    """The names that stand in nodes, inner functions and all."""
    return {node.id for outer in nodes for node in outer.walk() if isinstance(node, Name)}

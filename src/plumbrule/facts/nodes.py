"""What a file says, as values: expressions and statements in the vocabulary of Python itself.

Every node knows its place (`span`), its `parent` and the text it was read from. Nodes are made once by
`facts.syntax` and only read afterwards; they compare by identity.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Source, Span

C = TypeVar("C", bound=type)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def node(cls: C) -> C:
    """A node class: slotted, compared by identity."""
    return dataclass(eq=False, slots=True, repr=False)(cls)  # type: ignore[return-value]


@node
class Node:
    """Anything that has a place in a file."""

    source: Source
    start: int
    end: int
    parent: Node | None = field(init=False, default=None)

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.source.span(self.start, self.end)

    @property
    def line(self) -> int:
        """The line, from 1, on which it starts."""
        return self.source.line_of(self.start)

    @property
    def text(self) -> str:
        """Its source text."""
        return self.source.slice(self.start, self.end)

    @property
    def parents(self) -> Iterator[Node]:
        """The nodes around it, innermost first, up to the file."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent

    @property
    def children(self) -> Iterator[Node]:
        """The nodes directly inside it, in source order."""
        for name in child_fields(type(self)):
            yield from _nodes_in(getattr(self, name))

    def walk(self) -> Iterator[Node]:
        """The node itself and every node inside it, nested functions and classes included."""
        stack: list[Node] = [self]
        while stack:
            at = stack.pop()
            yield at
            stack.extend(reversed(list(at.children)))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text[:60]!r} {self.source.path}:{self.line}>"


def _nodes_in(value: object) -> Iterator[Node]:
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _nodes_in(item)


_CHILD_FIELDS: dict[type, tuple[str, ...]] = {}
_NOT_CHILDREN = {"source", "start", "end", "parent", "nodes"}


def child_fields(cls: type[Node]) -> tuple[str, ...]:
    """The names of the fields of a node class that can hold nodes."""
    known = _CHILD_FIELDS.get(cls)
    if known is None:
        known = tuple(f.name for f in fields(cls) if f.name not in _NOT_CHILDREN)
        _CHILD_FIELDS[cls] = known
    return known


# --- expressions


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
    """`f"…"`: Constants for the fixed parts, other expressions for what is put in."""

    parts: tuple[Expr, ...]


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

    def keyword(self, name: str) -> Expr | None:
        """The value given as `name=`."""
        return next((k.value for k in self.keywords if k.name == name), None)

    def argument(self, position: int | None, name: str) -> Expr | None:
        """The value given by position (unless None) or as `name=`."""
        if position is not None and position < len(self.args):
            before = self.args[: position + 1]
            return None if any(isinstance(arg, Starred) for arg in before) else before[-1]
        return self.keyword(name)

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


# --- statements


@node
class Statement(Node):
    """One statement."""


@node
class Alias(Node):
    """`name as asname` of an import; `name` is `*` for all."""

    name: str
    asname: str | None


@node
class Import(Statement):
    """`import a.b as c`."""

    names: tuple[Alias, ...]


@node
class ImportFrom(Statement):
    """`from ..module import names`; `level` counts the dots."""

    module: str
    level: int
    names: tuple[Alias, ...]


@node
class Assign(Statement):
    """`targets = value`, `target: annotation = value`, `target += value` (then `op` is `+`)."""

    targets: tuple[Expr, ...]
    annotation: Expr | None
    value: Expr | None
    op: str | None


@node
class ExprStatement(Statement):
    value: Expr


@node
class Return(Statement):
    value: Expr | None


@node
class Raise(Statement):
    exception: Expr | None
    cause: Expr | None


@node
class Assert(Statement):
    test: Expr
    message: Expr | None


@node
class Delete(Statement):
    targets: tuple[Expr, ...]


@node
class Scoped(Statement):
    """`global names` or `nonlocal names`."""

    kind: str
    names: tuple[str, ...]


@node
class Simple(Statement):
    """`pass`, `break` or `continue`."""

    kind: str


@node
class If(Statement):
    """An `elif` is an If alone in `orelse`."""

    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@node
class For(Statement):
    target: Expr
    iterable: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]
    is_async: bool


@node
class While(Statement):
    test: Expr
    body: tuple[Statement, ...]
    orelse: tuple[Statement, ...]


@node
class WithItem(Node):
    value: Expr
    target: Expr | None


@node
class With(Statement):
    items: tuple[WithItem, ...]
    body: tuple[Statement, ...]
    is_async: bool


@node
class Handler(Node):
    """`except exception as name`; a bare `except:` has no exception."""

    exception: Expr | None
    name: str | None
    body: tuple[Statement, ...]


@node
class Try(Statement):
    body: tuple[Statement, ...]
    handlers: tuple[Handler, ...]
    orelse: tuple[Statement, ...]
    final: tuple[Statement, ...]


@node
class Case(Node):
    patterns: tuple[Node, ...]
    guard: Expr | None
    body: tuple[Statement, ...]


@node
class Match(Statement):
    subject: Expr
    cases: tuple[Case, ...]


@node
class FunctionDef(Statement):
    """`nodes`: every node of its body but those inside nested functions, classes and lambdas' own scopes."""

    name: str
    name_start: int
    parameters: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    body: tuple[Statement, ...]
    is_async: bool
    nodes: tuple[Node, ...]

    @property
    def name_span(self) -> Span:
        """Where its name stands."""
        return self.source.span(self.name_start, self.name_start + len(self.name.encode()))

    @property
    def docstring(self) -> str | None:
        """Its docstring."""
        return docstring(self.body)


@node
class ClassDef(Statement):
    """`bases` are the positional arguments, `keywords` the others (`metaclass=`, `table=True`)."""

    name: str
    name_start: int
    bases: tuple[Expr, ...]
    keywords: tuple[Keyword, ...]
    decorators: tuple[Expr, ...]
    body: tuple[Statement, ...]
    nodes: tuple[Node, ...]

    @property
    def name_span(self) -> Span:
        """Where its name stands."""
        return self.source.span(self.name_start, self.name_start + len(self.name.encode()))

    @property
    def docstring(self) -> str | None:
        """Its docstring."""
        return docstring(self.body)


@node
class TypeAlias(Statement):
    """`type name = value`."""

    name: str
    value: Expr


@node
class Broken(Statement):
    """Text that does not parse; what could be read inside it is in `parts`."""

    parts: tuple[Node, ...]


Scope = FunctionDef | ClassDef


def docstring(body: tuple[Statement, ...]) -> str | None:
    """The docstring of a body of statements."""
    match body[:1]:
        case (ExprStatement(value=Constant(value=str(text))),):
            return text
        case _:
            return None

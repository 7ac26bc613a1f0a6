"""The kinds of statements."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from plumbrule.facts.expression import Constant, Expr, Keyword, Parameter
from plumbrule.facts.node import Node, node

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.facts.scope import Nodes
    from plumbrule.facts.source import Span

    Contents = Callable[["FunctionDef"], tuple[tuple["Statement", ...], Nodes]]


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
    """`nodes`: every node of its body but those inside nested functions, classes and lambdas' own scopes.

    `read` gives body and nodes of one that is read when first asked for.
    """

    name: str
    name_start: int
    parameters: tuple[Parameter, ...]
    returns: Expr | None
    decorators: tuple[Expr, ...]
    is_async: bool
    read: Contents | None
    body: tuple[Statement, ...] = field(init=False)
    nodes: Nodes = field(init=False)

    def __getattr__(self, name: str) -> tuple[Node, ...]:
        """Python asks here for what is not set yet: the body and its nodes."""
        if name not in {"body", "nodes"} or self.read is None:
            raise AttributeError(name)
        read, self.read = self.read, None
        self.body, self.nodes = read(self)
        return self.body if name == "body" else self.nodes

    def lacks(self, word: bytes) -> bool:
        """Whether its text is not read yet and has no such word in it, so that there is no need to."""
        return self.read is not None and self.source.text.find(word, self.start, self.end) < 0

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
    nodes: Nodes

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

"""What statements read before they have bound it themselves: the data flow of one function."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import bound_names, target_names

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Bound = set[str] | None
"""the names that are bound for certain; None where control never comes"""


@dataclass(slots=True)
class Reads:
    """Reads statements in the order in which they run.

    `local` are the names of the function, `swallowing` the context managers that may end an exception.
    `exposed` then holds the names that may be read before they are bound, `captured` those that functions
    and generators inside hold on to.
    """

    local: frozenset[str]
    swallowing: frozenset[str] = frozenset()
    exposed: dict[str, None] = field(default_factory=dict)
    captured: dict[str, None] = field(default_factory=dict)

    def block(self, body: Iterable[n.Statement], bound: set[str]) -> Bound:
        """Read statements one after the other, those that are never reached too; gives what is bound then."""
        at: Bound = set(bound)
        for statement in body:
            if at is None:
                self.statement(statement, set())
            else:
                at = self.statement(statement, at)
        return at

    def statement(self, statement: n.Statement, bound: set[str]) -> Bound:
        """Read one statement; `bound` is changed."""
        match statement:
            case n.Return(value=value):
                self._maybe(value, bound)
                return None
            case n.Raise(exception=exception, cause=cause):
                self._maybe(exception, bound)
                self._maybe(cause, bound)
                return None
            case n.Simple(kind=kind):
                return bound if kind == "pass" else None
            case n.If() | n.For() | n.While() | n.With() | n.Try():
                return self._compound(statement, bound)
            case n.FunctionDef() | n.ClassDef():
                self._definition(statement, bound)
            case n.Delete(targets=targets):
                for target in targets:
                    self.expr(target, bound)
                    bound -= set(target_names(target))
            case n.Assign():
                self._assign(statement, bound)
            case _:
                self._children(statement, bound)
                bound.update(name for inner in statement.children for name in bound_names(inner))
        return bound

    def _assign(self, statement: n.Assign, bound: set[str]) -> None:
        if statement.op:
            self._maybe(statement.targets[0], bound)
        self._maybe(statement.value, bound)
        for target in statement.targets:
            self._target(target, bound)
            if statement.value is not None:
                bound.update(target_names(target))

    def _target(self, target: n.Expr, bound: set[str]) -> None:
        """What is read to assign to a target: the object of `object.name = …`."""
        match target:
            case n.Name():
                pass
            case n.Sequence(items=items):
                for item in items:
                    self._target(item, bound)
            case n.Starred(value=value):
                self._target(value, bound)
            case _:
                self.expr(target, bound)

    def _compound(self, statement: n.Statement, bound: set[str]) -> Bound:
        match statement:
            case n.If(test=test, body=body, orelse=orelse):
                self.expr(test, bound)
                return either(self.block(body, bound), self.block(orelse, bound))
            case n.For(target=target, iterable=iterable, body=body, orelse=orelse):
                self.expr(iterable, bound)
                self._target(target, bound)
                bound -= gone(body)
                self.block(body, bound | set(target_names(target)))
                self.block(orelse, bound)
                return bound - gone(orelse)
            case n.While(test=test, body=body, orelse=orelse):
                self.expr(test, bound)
                bound -= gone(body)
                self.expr(test, bound)
                self.block(body, bound)
                self.block(orelse, bound)
                return bound - gone(orelse)
            case n.With():
                return self._with(statement, bound)
            case n.Try():
                return self._try(statement, bound)
            case _:
                return bound

    def _with(self, statement: n.With, bound: set[str]) -> Bound:
        self.enter(statement, bound)
        after = self.block(statement.body, bound)
        return bound - gone(statement.body) if after is None or self.swallows(statement) else after

    def enter(self, statement: n.With, bound: set[str]) -> None:
        """Read what a `with` statement does before its body."""
        for item in statement.items:
            self.expr(item.value, bound)
            if item.target is not None:
                self._target(item.target, bound)
                bound.update(target_names(item.target))

    def swallows(self, statement: n.With) -> bool:
        """Whether a `with` statement may end an exception of its body."""
        return any(called(item.value) in self.swallowing for item in statement.items)

    def _try(self, statement: n.Try, bound: set[str]) -> Bound:
        after = self.block(statement.body, bound)
        if after is not None:
            after = self.block(statement.orelse, after)
        bound -= gone(statement.body)
        for handler in statement.handlers:
            after = either(after, self.handler(handler, bound))
        inner = [*statement.orelse, *(inner for handler in statement.handlers for inner in handler.body)]
        caught = {handler.name for handler in statement.handlers if handler.name}
        final = self.block(statement.final, bound - gone(inner) - caught)
        if final is None or after is None:
            return None
        return (after | final) - gone(statement.final)

    def handler(self, handler: n.Handler, bound: set[str]) -> Bound:
        """Read what runs for one kind of exception; its name is gone afterwards."""
        own = {handler.name} if handler.name else set()
        self._maybe(handler.exception, bound)
        after = self.block(handler.body, bound | own)
        return after if after is None else after - own

    def _definition(self, statement: n.FunctionDef | n.ClassDef, bound: set[str]) -> None:
        for decorator in statement.decorators:
            self.expr(decorator, bound)
        self._capture(statement, bound)
        bound.add(statement.name)

    def _capture(self, node: n.Node, bound: set[str]) -> None:
        """Read what a function, class or generator inside may read, now or later."""
        for name in free(node):
            self._read(name, bound)
            if name in self.local:
                self.captured[name] = None

    def expr(self, expr: n.Node, bound: set[str], *, sure: bool = True) -> None:
        """Read an expression; what a walrus binds is bound for certain only where it is always reached."""
        match expr:
            case n.Name(id=name):
                self._read(name, bound)
            case n.Walrus(target=target, value=value):
                self.expr(value, bound, sure=sure)
                if sure:
                    bound.update(target_names(target))
            case n.BoolOp(left=left, right=right):
                self.expr(left, bound, sure=sure)
                self.expr(right, bound, sure=False)
            case n.Conditional(test=test, body=body, orelse=orelse):
                self.expr(test, bound, sure=sure)
                self.expr(body, bound, sure=False)
                self.expr(orelse, bound, sure=False)
            case n.Lambda():
                self._capture(expr, bound)
            case n.Comprehension():
                self._comprehension(expr, bound)
            case _:
                for inner in expr.children:
                    self.expr(inner, bound, sure=sure)

    def _comprehension(self, expr: n.Comprehension, bound: set[str]) -> None:
        own = {name for clause in expr.clauses for name in target_names(clause.target)}
        self.expr(expr.clauses[0].iterable, bound)
        if expr.kind == "generator":
            self._capture(expr, bound)
        else:
            inner = [node for node in expr.children if node is not expr.clauses[0]]
            first = expr.clauses[0]
            for node in (first.target, *first.conditions, *inner):
                self.expr(node, bound | own, sure=False)

    def _children(self, statement: n.Statement, bound: set[str]) -> None:
        for inner in statement.children:
            self.expr(inner, bound)

    def _maybe(self, expr: n.Expr | None, bound: set[str]) -> None:
        if expr is not None:
            self.expr(expr, bound)

    def _read(self, name: str, bound: set[str]) -> None:
        if name in self.local and name not in bound:
            self.exposed[name] = None


def gone(body: Iterable[n.Statement]) -> set[str]:
    """The names that statements may take away, by `del` or at the end of an `except`."""
    found: set[str] = set()
    for node in (node for statement in body for node in statement.walk()):
        if isinstance(node, n.Delete):
            found.update(name for target in node.targets for name in target_names(target))
        elif isinstance(node, n.Handler) and node.name:
            found.add(node.name)
    return found


def either(one: Bound, other: Bound) -> Bound:
    """What is bound for certain after one of two ways."""
    if one is None or other is None:
        return other if one is None else one
    return one & other


def called(expr: n.Expr) -> str:
    """The last part of the name that an expression calls."""
    func = expr.func if isinstance(expr, n.Call) else expr
    return func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")


def free(node: n.Node) -> Iterator[str]:
    """The names that a function, class, lambda or generator may take from around it."""
    own: set[str] = set()
    match node:
        case n.FunctionDef(parameters=parameters, nodes=nodes):
            declared = {name for x in nodes if isinstance(x, n.Scoped) for name in x.names}
            own = {p.name for p in parameters} | {name for x in nodes for name in bound_names(x)}
            own -= declared
        case n.Lambda(parameters=parameters):
            own = {p.name for p in parameters}
        case n.Comprehension(clauses=clauses):
            own = {name for clause in clauses for name in target_names(clause.target)}
    defaults = [p.default for p in getattr(node, "parameters", ()) if p.default is not None]
    outside = [x for default in defaults for x in default.walk()]
    yield from (x.id for x in outside if isinstance(x, n.Name))
    for inner in node.walk():
        if isinstance(inner, n.Name) and inner.id not in own:
            yield inner.id

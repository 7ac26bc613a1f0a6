"""The data flow of a handler around a run of its statements: what goes in, what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import bound_names, target_names
from plumbrule.restructure.extraction.reads import Reads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.extraction.reads import Bound

Suite = tuple[n.Statement, ...]
Owner = n.With | n.Try


@dataclass(frozen=True, slots=True)
class Run:
    """Statements that stand together in a body of a handler: `suite[first : last + 1]`.

    `owners` are the `try` and `with` around them; the last of them, or the handler, holds the suite.
    """

    handler: n.FunctionDef
    owners: tuple[Owner, ...]
    suite: Suite
    first: int
    last: int

    @property
    def statements(self) -> Suite:
        """The statements themselves."""
        return self.suite[self.first : self.last + 1]

    @property
    def rest(self) -> Suite:
        """Those behind them in the same body."""
        return self.suite[self.last + 1 :]

    @property
    def start(self) -> int:
        """The first byte, that of a decorator if there is one."""
        return begin_of(self.statements[0])

    @property
    def end(self) -> int:
        """The byte behind them."""
        return self.statements[-1].end

    @property
    def ends_handler(self) -> bool:
        """Whether nothing of the handler comes after them."""
        return not self.owners and not self.rest

    def holds(self, node: n.Node) -> bool:
        """Whether a node lies inside."""
        return self.start <= node.start < self.end

    def walk(self) -> Iterator[n.Node]:
        """Every node inside."""
        for statement in self.statements:
            yield from statement.walk()


def begin_of(statement: n.Statement) -> int:
    """Where a statement begins, with its decorators."""
    decorators: tuple[n.Expr, ...] = getattr(statement, "decorators", ())
    return min([statement.start, *(d.start - 1 for d in decorators)])


def suites(handler: n.FunctionDef) -> Iterator[tuple[tuple[Owner, ...], Suite]]:
    """The bodies that a run can be taken from: the handler's, and those of `try` and `with` in it."""
    waiting: list[tuple[tuple[Owner, ...], Suite]] = [((), handler.body)]
    while waiting:
        owners, suite = waiting.pop()
        yield owners, suite
        for statement in suite:
            if isinstance(statement, n.With | n.Try):
                waiting += [((*owners, statement), statement.body)]


class Flow:
    """Answers for one handler; `swallowing` are the context managers that may end an exception."""

    def __init__(self, handler: n.FunctionDef, swallowing: frozenset[str] = frozenset()) -> None:
        self.handler = handler
        self.swallowing = swallowing

    @cached_property
    def local(self) -> frozenset[str]:
        """The names that belong to the handler."""
        declared = {name for node in self.handler.nodes if isinstance(node, n.Scoped) for name in node.names}
        bound = {name for node in self.handler.nodes for name in own_names(node)}
        return frozenset(bound | {p.name for p in self.handler.parameters}) - declared

    def reads(self) -> Reads:
        """A reader that knows the names of the handler."""
        return Reads(self.local, self.swallowing)

    def entering(self, run: Run) -> Bound:
        """What is bound for certain where a run starts."""
        bound: Bound = {p.name for p in self.handler.parameters}
        reader, suite = self.reads(), self.handler.body
        for owner in run.owners:
            bound = reader.block(suite[: suite.index(owner)], bound) if bound is not None else None
            if isinstance(owner, n.With) and bound is not None:
                reader.enter(owner, bound)
            suite = owner.body
        return reader.block(suite[: run.first], bound) if bound is not None else None

    def leaving(self, run: Run) -> set[str]:
        """What may be read after a run has ended by itself, before it is bound anew."""
        reader = self.reads()
        bound = reader.block(run.rest, set())
        return set(reader.exposed) | (self._around(run.owners) - (bound or set()))

    def failing(self, run: Run) -> set[str]:
        """What may be read after an exception in a run was caught, or on its way."""
        found: set[str] = set()
        for depth, owner in reversed(list(enumerate(run.owners))):
            if isinstance(owner, n.Try):
                found |= self._handling(owner)
                if not owner.handlers:
                    continue
            elif not self.reads().swallows(owner):
                continue
            found |= self._after(run.owners[: depth + 1])
        return found

    def _handling(self, owner: n.Try) -> set[str]:
        """What the handlers and the `finally` of a `try` may read."""
        reader = self.reads()
        for handler in owner.handlers:
            reader.handler(handler, set())
        reader.block(owner.final, set())
        return set(reader.exposed)

    def _around(self, owners: tuple[Owner, ...]) -> set[str]:
        """What may be read once the body of the last owner has ended."""
        if not owners:
            return set()
        found, owner = self._after(owners), owners[-1]
        if isinstance(owner, n.Try):
            reader = self.reads()
            reader.block(owner.orelse, set())
            found |= set(reader.exposed) | self._handling(owner)
        return found

    def _after(self, owners: tuple[Owner, ...]) -> set[str]:
        """What may be read behind the last owner, whatever happens there."""
        suite = owners[-2].body if len(owners) > 1 else self.handler.body
        reader = self.reads()
        at = next(i for i, statement in enumerate(suite) if statement is owners[-1])
        reader.block(suite[at + 1 :], set())
        return set(reader.exposed) | self._around(owners[:-1])


def own_names(node: n.Node) -> Iterator[str]:
    """The names that one node makes local to its function, those of a comprehension left out."""
    match node:
        case n.Clause():
            return
        case n.Delete(targets=targets):
            for target in targets:
                yield from target_names(target)
        case _:
            yield from bound_names(node)


def names_in(nodes: Iterable[n.Node]) -> set[str]:
    """The names that nodes use or bind."""
    found = set()
    for node in nodes:
        if isinstance(node, n.Name):
            found.add(node.id)
        found.update(own_names(node))
    return found


def is_inner(node: n.Name, function: n.FunctionDef | None = None) -> bool:
    """Whether a name belongs to a function, lambda or comprehension around it, inside of `function`."""
    for parent in node.parents:
        if parent is function:
            return False
        match parent:
            case n.Lambda(parameters=found):
                inner = {p.name for p in found}
            case n.FunctionDef(parameters=found, nodes=nodes):
                inner = {p.name for p in found} | {name for x in nodes for name in own_names(x)}
            case n.Comprehension(clauses=clauses):
                inner = {name for clause in clauses for name in target_names(clause.target)}
            case _:
                continue
        if node.id in inner:
            return True
    return False

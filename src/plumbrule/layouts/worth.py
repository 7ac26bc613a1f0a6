"""Which lines of a handler are its logic: those that leave least behind but for what belongs to HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class
from plumbrule.model.values import External
from plumbrule.plan import Refusal
from plumbrule.restructure.extraction.cutting import cut_of
from plumbrule.restructure.extraction.flow import Flow, Run, suites

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.code import Function
    from plumbrule.restructure.extraction.cutting import Cut

HTTP = {"Request", "Response", "WebSocket", "HTTPConnection"}
LEAST = 4
"""statements that are worth a function"""
SHARE = 0.4
MOST_RESULTS, MOST_PARAMETERS = 3, 8
TRIES = 80


@dataclass(frozen=True, slots=True)
class Logic:
    """A run that is worth taking out; `size` counts its statements, `raises` its HTTP errors."""

    run: Run
    cut: Cut
    size: int
    total: int
    raises: int


class Worth:
    """Weighs the runs of one handler; `swallowing` are the context managers that may end an exception."""

    def __init__(self, function: Function, swallowing: frozenset[str]) -> None:
        self.function = function
        self.flow = Flow(function.node, swallowing)

    def best(self) -> Logic | str:
        """The logic; or why there is none."""
        if self.function.cls is not None or self.function.parent is not None:
            return "it is defined inside a class or function"
        runs = sorted(self._runs(), key=lambda scored: (-scored[0], len(scored[1].statements)))
        said: list[str] = []
        for _, run in runs[:TRIES]:
            try:
                cut = cut_of(self.flow, run)
            except Refusal as refusal:
                said.append(str(refusal))
                continue
            if len(cut.results) <= MOST_RESULTS and len(cut.parameters) <= MOST_PARAMETERS:
                size = sum(weight(s) for s in run.statements)
                return Logic(run, cut, size, self.total, sum(self._raises(s) for s in run.statements))
            much = f"{len(cut.parameters)} parameters" if len(cut.results) <= MOST_RESULTS else "many results"
            said.append(f"it would take {much}" if "param" in much else f"it would have {much}")
        return said[0] if said else "what is not about HTTP is too little for a function"

    @cached_property
    def total(self) -> int:
        """How many statements the handler has."""
        return sum(weight(statement) for statement in self.function.body)

    def _runs(self) -> Iterator[tuple[float, Run]]:
        least = max(LEAST, SHARE * self.total)
        for owners, suite in suites(self.function.node):
            if any(self._is_http(item) for o in owners if isinstance(o, n.With) for item in o.items):
                continue
            start = 1 if not owners and self.function.node.docstring is not None else 0
            for first in range(start, len(suite)):
                size = score = 0.0
                for last in range(first, len(suite)):
                    statement = suite[last]
                    if self._is_http(statement):
                        break
                    size += weight(statement)
                    score += weight(statement) - 4 * self._raises(statement) - self._shapes(statement)
                    if size >= least and score > 0:
                        yield score, Run(self.function.node, owners, suite, first, last)

    def _raises(self, statement: n.Node) -> int:
        """How many HTTP errors a statement raises."""
        return sum(
            isinstance(node, n.Raise) and node.exception is not None and self._is_http_error(node.exception)
            for node in statement.walk()
        )

    def _is_http_error(self, expr: n.Expr) -> bool:
        func = expr.func if isinstance(expr, n.Call) else expr
        match self.function.resolve(func):
            case Class() as cls:
                return cls.is_a("HTTPException")
            case External(name=name):
                return name.endswith("HTTPException")
            case _:
                return "HTTP" in func.text

    def _shapes(self, statement: n.Statement) -> int:
        """What it costs to take along how the answer is put together."""
        value = statement.value if isinstance(statement, n.Return) else None
        if isinstance(value, n.Call):
            return 3 if isinstance(self.function.resolve(value.func), Class) else 0
        return 3 if isinstance(value, n.Dict) else 0

    def _is_http(self, node: n.Node) -> bool:
        """Whether a statement speaks of the request or the response."""
        for inner in node.walk():
            if isinstance(inner, n.Name) and inner.id in self.http:
                return True
            if isinstance(inner, n.Call):
                match self.function.resolve(inner.func):
                    case External(name=name) if name.endswith("Response"):
                        return True
        return False

    @cached_property
    def http(self) -> frozenset[str]:
        """The parameters that are the request or the response."""
        return frozenset(
            p.name
            for p in self.function.parameters
            if p.type is not None and p.type.cls is None and p.type.name.rpartition(".")[2] in HTTP
        )


def weight(statement: n.Node) -> int:
    """How many statements there are in one."""
    return sum(isinstance(node, n.Statement) for node in statement.walk())

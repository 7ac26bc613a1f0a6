"""Where a project makes the calls that request data can harm, and what leads to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts.cached import cached_property
from plumbrule.model.knowledge import sinks as known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts import nodes as n
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.project import Project

SINKS = {name: (kind, places) for kind, sinks in known.SINKS.items() for name, places in sinks.items()}
STATEMENTS = {method: ("sql", known.FIRST) for methods in known.STATEMENTS.values() for method in methods}
PLACES = {**STATEMENTS, **SINKS}


class Dangers:
    """The dangerous calls of a project, and the ways to them."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._ways: dict[Function, list[Call]] = {}

    def ways(self, function: Function) -> list[Call]:
        """The calls of a function that may do harm, or lead to one that may."""
        if function not in self._ways:
            calls = function.calls if function in self.functions else ()
            self._ways[function] = [call for call in calls if call in self.calls or self._leads(call)]
        return self._ways[function]

    @cached_property
    def calls(self) -> frozenset[Call]:
        """The calls that may do harm by what they are given."""
        used = (methods for library, methods in known.STATEMENTS.items() if self.project.uses(library))
        names = (*SINKS, *(method for methods in used for method in methods))
        return frozenset(self.project.calls_to(*(name.removeprefix(".") for name in names)))

    @cached_property
    def functions(self) -> frozenset[Function]:
        """The functions that make one of these calls, or lead to one."""
        return frozenset(self.project.functions_leading_to(self.calls))

    def _leads(self, call: Call) -> bool:
        return call.function in self.functions or call in self.project.callers.offloading


def arguments(call: Call) -> Iterator[tuple[str, n.Expr]]:
    """The arguments of a dangerous call that count, each with the kind of danger."""
    method = f".{call.method}" if call.receiver is not None else ""
    kind, places = PLACES.get(call.name) or PLACES.get(method, ("", ()))
    seen = set()
    for position, name in places:
        found = call.receiver if position == -1 else call.argument(position, name)
        if found is not None and found not in seen:
            seen.add(found)
            yield kind, found


def by_method(call: Call) -> bool:
    """Whether a call is only known by the last word of its name."""
    return call.name not in SINKS

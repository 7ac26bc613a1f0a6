"""Who calls a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.code import Function
from plumbrule.model.knowledge.sinks import OFFLOADERS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Module, Scoped
    from plumbrule.model.project import Project


class Callers:
    """Finds the calls that run a function; a test is only looked into if its text names the function."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._found: dict[Function, tuple[Call, ...]] = {}
        self._in_code: dict[Function, list[Call]] = {}

    def of(self, function: Function) -> tuple[Call, ...]:
        """The calls known to run a function, those in tests last."""
        if function not in self._found:
            names = self._names(function)
            tests = (call for m in self.project.modules if m.is_test for call in calling(function, names, m))
            self._found[function] = (*self.in_code(function), *tests)
        return self._found[function]

    def leading_to(self, calls: Iterable[Call]) -> set[Function]:
        """The functions that make one of these calls, or run one that does, themselves or in a thread, and
        so on.
        """
        found: set[Function] = set()
        queue = list(calls)
        while queue:
            scope = queue.pop().scope
            if isinstance(scope, Function) and scope not in found:
                found.add(scope)
                queue += [*self.may_run(scope), *self._elsewhere.get(scope, ())]
        return found

    def before(self, function: Function, apart: Container[n.Expr] = ()) -> Iterator[Scoped]:
        """A function, and what calls it or hands it on, and what does so with that: functions and modules.
        Calls that stand apart are not looked at.
        """
        seen: set[Scoped] = {function}
        queue: list[Scoped] = [function]
        for scope in queue:
            yield scope
            if isinstance(scope, Function):
                calls = self.leading_into(scope)
                new = {call.scope for call in calls if call.node not in apart} - seen
                seen |= new
                queue += new

    def leading_into(self, function: Function) -> list[Call]:
        """The calls outside the tests that run a function, or hand it on."""
        return [*self.may_run(function), *self.handing(function)]

    def in_code(self, function: Function) -> list[Call]:
        """The calls outside the tests that are known to run a function."""
        if function not in self._in_code:
            self._in_code[function] = self.project.call_index.running(function)
        return self._in_code[function]

    def may_run(self, function: Function) -> list[Call]:
        """Those, and the calls of abstract methods in whose place it may be run."""
        return [call for one in (function, *function.stands_for) for call in self.in_code(one)]

    def handing(self, function: Function) -> list[Call]:
        """The calls outside the tests that are given a function."""
        return [c for c in self.project.call_index.mentioning(function) if function in handed_on(c)]

    @cached_property
    def offloading(self) -> frozenset[Call]:
        """The calls outside the tests that have a function run in a thread or a background task."""
        return frozenset(self.project.calls_to(*OFFLOADERS, "run_in_executor"))

    @cached_property
    def _elsewhere(self) -> dict[Function, list[Call]]:
        found: dict[Function, list[Call]] = {}
        for call in self.offloading:
            for function in handed_on(call):
                found.setdefault(function, []).append(call)
        return found

    def _names(self, function: Function) -> frozenset[bytes]:
        """The words by which other files may know a function, or for `__init__` its class."""
        names = {function.name}
        if function.cls is not None and function.name == "__init__":
            names |= {cls.name for cls in self.project.classes if function.cls in (cls, *cls.ancestors)}
        return self.project.words_for(*names)


def handed_on(call: Call) -> Iterator[Function]:
    """The functions that a call is given."""
    for value in call.given:
        target = call.scope.callee(value) if isinstance(value, (n.Name, n.Attribute)) else None
        if isinstance(target, Function):
            yield target


def calling(function: Function, names: frozenset[bytes], module: Module) -> Iterator[Call]:
    """The calls in a module that run a function which has one of these names there."""
    if not module.mentions(*names):
        return
    inner = (f for f in module.functions if not all(f.node.lacks(name) for name in names))
    for scope in (module, *module.classes, *inner):
        yield from (call for call in scope.calls if call.function is function)

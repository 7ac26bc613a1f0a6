"""Who calls a function."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.cached import cached_property
from plumbrule.model.knowledge.sinks import OFFLOADERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Module
    from plumbrule.model.project import Project


class Callers:
    """Finds the calls that run a function; a test is only looked into if its text names the function."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._found: dict[Function, tuple[Call, ...]] = {}

    def of(self, function: Function) -> tuple[Call, ...]:
        """The calls known to run a function, those in tests last."""
        if function not in self._found:
            names = self._names(function)
            tests = (call for m in self.project.modules if m.is_test for call in calling(function, names, m))
            self._found[function] = (*self.in_code.get(function, ()), *tests)
        return self._found[function]

    def leading_to(self, calls: Iterable[Call]) -> set[Function]:
        """The functions that make one of these calls, or run one that does, themselves or in a thread, and
        so on.
        """
        from plumbrule.model.code import Function

        found: set[Function] = set()
        queue = list(calls)
        while queue:
            scope = queue.pop().scope
            if isinstance(scope, Function) and scope not in found:
                found.add(scope)
                queue += [*self.in_code.get(scope, ()), *self._elsewhere.get(scope, ())]
        return found

    @cached_property
    def in_code(self) -> dict[Function, list[Call]]:
        """The calls outside the tests that are known to run each function."""
        found: dict[Function, list[Call]] = {}
        project = self.project
        for scope in (*project.modules, *project.classes, *project.functions):
            for call in () if scope.module.is_test else scope.calls:
                if call.function is not None:
                    found.setdefault(call.function, []).append(call)
        return found

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
    from plumbrule.model.code import Function

    for value in (*call.args, *(k.value for k in call.keywords)):
        target = call.scope.resolve(value) if isinstance(value, (n.Name, n.Attribute)) else None
        if isinstance(target, Function):
            yield target


def calling(function: Function, names: frozenset[bytes], module: Module) -> Iterator[Call]:
    """The calls in a module that run a function which has one of these names there."""
    if not any(name in module.source.text for name in names):
        return
    inner = (f for f in module.functions if not all(f.node.lacks(name) for name in names))
    for scope in (module, *module.classes, *inner):
        yield from (call for call in scope.calls if call.function is function)

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.cached import cached_property
from plumbrule.model.code import Class, Function, Module
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Span
    from plumbrule.model.code import Scoped
    from plumbrule.model.project import Project


@dataclass(frozen=True, slots=True)
class ImportEdge:
    """One import of a project module by another. `kind`: runtime, deferred (inside a function),
    typing (under TYPE_CHECKING).
    """

    source: Module
    target: Module
    node: n.Import | n.ImportFrom
    kind: str

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.node.span


class ImportGraph:
    """Who imports whom inside the project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._made: dict[Module, list[ImportEdge]] = {}

    @cached_property
    def edges(self) -> list[ImportEdge]:
        """Every import of one project module by another, in source order."""
        return [edge for module in self.project.modules for edge in self.of(module)]

    def of(self, module: Module) -> list[ImportEdge]:
        """The imports that one module makes of others."""
        if module not in self._made:
            found = self._made[module] = []
            for scope in (module, *module.classes, *module.functions):
                found_here: list[n.Import | n.ImportFrom] = [*scope.find(n.Import), *scope.find(n.ImportFrom)]
                for node in sorted(found_here, key=lambda statement: statement.start):
                    found.extend(self._of_statement(scope, node))
        return self._made[module]

    def _of_statement(self, scope: Scoped, node: n.Import | n.ImportFrom) -> Iterator[ImportEdge]:
        kind = kind_of(scope, node)
        seen: set[Module] = set()
        for target in self._targets(scope.module, node):
            if target is not scope.module and target not in seen:
                seen.add(target)
                yield ImportEdge(scope.module, target, node, kind)

    def _targets(self, module: Module, node: n.Import | n.ImportFrom) -> Iterator[Module]:
        imports = self.project.imports
        for alias in node.names:
            if isinstance(node, n.Import):
                found = imports.find(alias.name, module)
                if found is not None:
                    yield found
                continue
            origin = imports.origin(module, node)
            member = (
                imports.submodule(origin, alias.name)
                if origin is not None
                else imports.from_target(module, node, alias.name)
            )
            if isinstance(member, Module) and (origin is None or alias.name not in origin.bindings):
                yield member
            elif origin is not None:
                yield origin

    def cycles(self, *, tests: bool = True) -> list[list[ImportEdge]]:
        """The shortest cycle of each group of modules that import each other while being imported; without
        `tests` only of groups that are not made of tests alone.
        """
        found = []
        for group in self._components([m for m in self.project.modules if tests or not m.is_test]):
            if len(group) > 1:
                inside = set(group)
                ways = (self._back_to(start, inside) for start in sorted(group, key=lambda m: m.path))
                found.append(min((way for way in ways if way), key=len))
        return found

    def _runtime(self, module: Module) -> list[ImportEdge]:
        return [e for e in self.of(module) if e.kind == "runtime"]

    def _back_to(self, start: Module, inside: set[Module]) -> list[ImportEdge]:
        queue: list[list[ImportEdge]] = [[e] for e in self._runtime(start) if e.target in inside]
        seen: set[Module] = set()
        while queue:
            way = queue.pop(0)
            at = way[-1].target
            if at is start:
                return way
            if at not in seen:
                seen.add(at)
                queue.extend([*way, e] for e in self._runtime(at) if e.target in inside)
        return []

    def _components(self, roots: list[Module]) -> list[list[Module]]:
        """Strongly connected modules among what these import, by Tarjan's algorithm without recursion."""
        index: dict[Module, int] = {}
        low: dict[Module, int] = {}
        stack: list[Module] = []
        waiting: set[Module] = set()
        found: list[list[Module]] = []
        for root in roots:
            if root in index:
                continue
            work: list[tuple[Module, Iterator[ImportEdge]]] = [(root, iter(self._runtime(root)))]
            index[root] = low[root] = len(index)
            stack.append(root)
            waiting.add(root)
            while work:
                at, edges = work[-1]
                step = next(edges, None)
                if step is None:
                    work.pop()
                    if work:
                        low[work[-1][0]] = min(low[work[-1][0]], low[at])
                    if low[at] == index[at]:
                        cut = stack.index(at)
                        found.append(stack[cut:])
                        waiting -= set(stack[cut:])
                        del stack[cut:]
                elif step.target not in index:
                    index[step.target] = low[step.target] = len(index)
                    stack.append(step.target)
                    waiting.add(step.target)
                    work.append((step.target, iter(self._runtime(step.target))))
                elif step.target in waiting:
                    low[at] = min(low[at], index[step.target])
        return found


def kind_of(scope: Scoped, node: n.Node) -> str:
    """Whether an import runs when its module is imported."""
    if isinstance(scope, Function):
        return "deferred"
    for parent in node.parents:
        if isinstance(parent, n.If) and "TYPE_CHECKING" in parent.test.text:
            return "typing"
    return "runtime"


__all__ = ["Class", "ImportEdge", "ImportGraph", "Variable"]

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.facts.file import File
    from plumbrule.facts.source import Span
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

NAMED = re.compile(rb"""["']([a-zA-Z_]\w*(?:\.\w+)+)(?::\w+)?["']""")
COMPOSED = re.compile(rb"""f["']([a-zA-Z_]\w*(?:\.\w+)*\.)\{[^{}]*\}["']""")
"""`"app.plugins.mail:Mail"`, `f"app.plugins.{name}"`"""


@frozen
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
            statements = (self._of_statement(module, node) for node in module.imports)
            self._made[module] = [edge for edges in statements for edge in edges]
        return self._made[module]

    def _of_statement(self, module: Module, node: n.Import | n.ImportFrom) -> Iterator[ImportEdge]:
        for target in dict.fromkeys(self._targets(module, node)):
            if target is not None and target is not module:
                yield ImportEdge(module, target, node, kind_of(node))

    def _targets(self, module: Module, node: n.Import | n.ImportFrom) -> Iterable[Module | None]:
        imports = self.project.imports
        if isinstance(node, n.Import):
            return [imports.find(alias.name, module) for alias in node.names]
        origin = imports.origin(module, node)
        if origin is None:
            return [imports.in_folder(module, node, alias.name) for alias in node.names]
        if not origin.is_package:
            return [origin]
        inner = {alias.name: imports.submodule(origin, alias.name) for alias in node.names}
        # What a package takes of itself is a module inside it, though that is then what the name means there.
        bound = origin.bindings if origin is not module else {}
        return [found if found and name not in bound else origin for name, found in inner.items()]

    def loaded_with(self, modules: Iterable[Module]) -> set[Module]:
        """These modules and all that they may import, at once or later, with the packages around them."""
        found = set(modules)
        queue = list(found)
        while queue:
            targets = [edge.target for edge in self.of(queue.pop())]
            new = {m for target in targets for m in (target, *self._around(target))} - found
            found |= new
            queue += new
        return found

    def named_in(self, module: Module) -> Iterator[Module]:
        """The modules that texts in a module name: what `import_module` may be given."""
        imports = self.project.imports
        names, beginnings = module.file.once(dotted_texts)
        for name in names:
            target = imports.find(name, module) or imports.find(name.rpartition(".")[0], module)
            if target is not None and "." in target.name:
                yield from (target, *self._around(target))
        for beginning in beginnings:
            yield from imports.matching(f"{beginning}*", module)

    def _around(self, module: Module) -> Iterator[Module]:
        """The packages that a module stands in."""
        parts = module.path.split("/")[:-1]
        paths = ("/".join([*parts[:end], "__init__.py"]) for end in range(1, len(parts) + 1))
        return (self.project.imports.by_path[path] for path in paths if path in self.project.imports.by_path)

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


def dotted_texts(file: File) -> tuple[frozenset[str], frozenset[str]]:
    """The texts in a file that may name a module, and those that may be the beginning of such a name."""
    named, composed = NAMED.finditer(file.source.text), COMPOSED.finditer(file.source.text)
    return frozenset(match[1].decode() for match in named), frozenset(match[1].decode() for match in composed)


def kind_of(node: n.Node) -> str:
    """Whether an import runs when its module is imported."""
    kind = "runtime"
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            return "deferred"
        if isinstance(parent, n.If) and "TYPE_CHECKING" in parent.test.text:
            kind = "typing"
    return kind

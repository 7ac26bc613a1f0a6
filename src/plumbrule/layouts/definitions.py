"""The graph of top-level definitions: which uses which, through imports, aliases and re-exports."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import bound_names
from plumbrule.model.code import Class, Function, Module
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.project import Project
    from plumbrule.model.values import Target

IDENTIFIER = re.compile(r"[A-Za-z_]\w*")
LONGEST = 200  # characters of a string that may be an annotation or the target of a relationship


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A name that a statement at the top level of a module defines."""

    module: Module
    name: str
    node: n.Statement
    kind: str
    """function, class or variable"""


@dataclass(slots=True)
class _Statements:
    """The top-level statements of a module by where they begin."""

    starts: list[int] = field(default_factory=list)
    owners: list[tuple[Definition, ...]] = field(default_factory=list)

    def at(self, offset: int) -> tuple[Definition, ...]:
        found = bisect_right(self.starts, offset) - 1
        return self.owners[found] if found >= 0 else ()


class Definitions:
    """The definitions of a project, tests left out, and what each of them uses."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.all: list[Definition] = []
        self.by_name: dict[tuple[Module, str], Definition] = {}
        self._statements: dict[Module, _Statements] = {}
        for module in project.modules:
            if not module.is_test:
                self._define(module)
        self.number = {definition: i for i, definition in enumerate(self.all)}

    def of(self, module: Module) -> list[Definition]:
        """The definitions of one module."""
        return self._by_module.get(module, [])

    @cached_property
    def _by_module(self) -> dict[Module, list[Definition]]:
        found: dict[Module, list[Definition]] = {}
        for definition in self.all:
            found.setdefault(definition.module, []).append(definition)
        return found

    @cached_property
    def uses(self) -> list[set[int]]:
        """By number: the numbers of the definitions that each of them mentions."""
        found: list[set[int]] = [set() for _ in self.all]
        for module, statements in self._statements.items():
            for offset, target in self._mentions(module):
                for owner in statements.at(offset):
                    if target is not owner:
                        found[self.number[owner]].add(self.number[target])
        return found

    def mentioned(self, here: Module, there: Module) -> set[str]:
        """The names of one module's definitions that another one mentions."""
        return {found.name for _, found in self._mentions(here) if found.module is there}

    def _define(self, module: Module) -> None:
        statements = self._statements[module] = _Statements()
        for node in module.body:
            decorators = node.decorators if isinstance(node, (n.FunctionDef, n.ClassDef)) else ()
            statements.starts.append(min([node.start, *(d.start for d in decorators)]))
            statements.owners.append(tuple(self._made(module, node)))

    def _made(self, module: Module, node: n.Statement) -> Iterator[Definition]:
        kind = KINDS.get(type(node))
        if kind is None:
            return
        for name in bound_names(node):
            known = self.by_name.get((module, name))
            if known is None:
                known = self.by_name[module, name] = Definition(module, name, node, kind)
                self.all.append(known)
            yield known

    def _mentions(self, module: Module) -> Iterator[tuple[int, Definition]]:
        names: dict[str, Target | None] = {}
        for scope in (module, *module.classes, *module.functions):
            for node in scope.by_kind.get(n.Name, ()):
                if isinstance(node, n.Name):
                    target = self._named(module, node.id, names)
                    found = self._through(target, node)
                    if found is not None:
                        yield node.start, found
            for node in scope.by_kind.get(n.Constant, ()):
                if isinstance(node, n.Constant) and isinstance(node.value, str):
                    yield from ((node.start, found) for found in self._quoted(module, node.value, names))

    def _named(self, module: Module, name: str, names: dict[str, Target | None]) -> Target | None:
        if name not in names:
            names[name] = self.project.imports.member(module, name)
        return names[name]

    def _through(self, target: Target | None, node: n.Node) -> Definition | None:
        """What a name means, or the attribute that is taken of the module it means."""
        while isinstance(target, Module):
            node = node.parent if node.parent is not None else node
            if not isinstance(node, n.Attribute):
                return None
            target = self.project.imports.member(target, node.attr)
        return self.definition(target)

    def definition(self, target: Target | None) -> Definition | None:
        """The definition that a target is."""
        match target:
            case Function() if target.cls is None and target.parent is None:
                return self.by_name.get((target.module, target.name))
            case Class() | Variable():
                return self.by_name.get((target.module, target.name))
            case _:
                return None

    def _quoted(self, module: Module, text: str, names: dict[str, Target | None]) -> Iterator[Definition]:
        """Classes named in a string: an annotation, the target of a relationship."""
        if len(text) > LONGEST or " " in text.strip():
            return
        for word in IDENTIFIER.findall(text):
            if word[0].isupper():
                found = self.definition(self._named(module, word, names)) or self._classes.get(word)
                if found is not None:
                    yield found

    @cached_property
    def _classes(self) -> dict[str, Definition | None]:
        """Classes whose name is theirs alone."""
        found: dict[str, Definition | None] = {}
        for definition in self.all:
            if definition.kind == "class":
                found[definition.name] = None if definition.name in found else definition
        return found


KINDS: dict[type[n.Node], str] = {
    n.FunctionDef: "function",
    n.ClassDef: "class",
    n.Assign: "variable",
    n.TypeAlias: "variable",
}

"""What is to be taken out of the fat routes of a project: which lines, to which module, by which name."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.layouts.companions import companions
from plumbrule.layouts.homes import SERVICES, Homes
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.words import singular, words
from plumbrule.layouts.worth import Worth
from plumbrule.restructure.extraction.extracting import lines_of
from plumbrule.restructure.extraction.surroundings import swallowing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.layouts.worth import Logic
    from plumbrule.model.code import Function, Module
    from plumbrule.model.project import Project

FAT = 15
"""statements of a handler; a longer one has work in it that a service could do"""
FRAMING = {"route", "endpoint", "handler", "view", "api", "controller"}


def thin_routes(project: Project) -> Proposal:
    """What would be taken out of which route."""
    return Proposal("thin-routes", tuple(FatRoutes(project).lines()))


class FatRoutes:
    """Plans extractions for a project; a handler with fewer statements than `least` is thin."""

    def __init__(self, project: Project, least: int = FAT) -> None:
        self.project = project
        self.least = least
        self.swallowing = swallowing(module.file for module in project.modules)
        self.homes = Homes(project)
        self.roots = self.homes.roots
        self.taken: dict[str, set[str]] = {}

    def lines(self) -> Iterator[Line]:
        """A line for each fat route, behind those for what has to move before; one that stays says why."""
        stays: list[Line] = []
        found: dict[Module, list[tuple[Line, Logic]]] = {}
        for handler in fat_handlers(self.project, self.least):
            module, names = self.roots.name(handler.module), (handler.name,)
            logic = Worth(handler, self.swallowing).best()
            if isinstance(logic, str):
                stays.append(Line(module, None, logic, 1.0, names=names))
                continue
            target = self.homes.of(handler.module, SERVICES)
            function = self.name(handler, target)
            at = lines_of(logic.run)
            line = Line(module, target, said(logic), sure(logic), "", names, at, function)
            found.setdefault(handler.module, []).append((line, logic))
        for of, lines in found.items():
            yield from companions(self.homes, of, lines)
            yield from (line for line, _ in lines)
        yield from stays

    def name(self, handler: Function, target: str) -> str:
        """A name for the function: the handler's, without the words that say that it is one."""
        parts = handler.name.split("_")
        kept = [p for i, p in enumerate(parts) if p not in FRAMING or 0 < i < len(parts) - 1]
        name = "_".join(kept) if any(kept) else handler.name
        taken = self._taken(target)
        subject = singular(target.rpartition(".")[2].removesuffix("_service"))
        if subject in SERVICES.folders:
            subject = singular(target.split(".")[-2]) if "." in target else "request"
        about = [f"{name}_{subject}"] if subject not in {singular(word) for word in words(name)} else []
        for made in (name, *about, f"{name}_from_request"):
            if made not in taken and not hasattr(builtins, made) and made.isidentifier():
                taken.add(made)
                return made
        return name

    def _taken(self, target: str) -> set[str]:
        if target not in self.taken:
            found = next((m for m in self.project.modules if self.roots.name(m) == target), None)
            used = {x.id for m in [found] if m for s in m.body for x in s.walk() if hasattr(x, "id")}
            self.taken[target] = used | (set(found.bindings) if found else set())
        return self.taken[target]


def fat_handlers(project: Project, least: int = FAT) -> Iterator[Function]:
    """The handlers with so many statements that a service could do some of the work."""
    for route in project.routes:
        handler = route.handler
        if handler is None or route.module.is_test or handler.routes[0] is not route:
            continue
        if statements(handler) >= least:
            yield handler


def statements(function: Function) -> int:
    """How many statements a function has, nested ones included."""
    return sum(isinstance(node, n.Statement) for node in function.nodes)


def said(logic: Logic) -> str:
    """Why these lines."""
    errors = f"; it raises {logic.raises} HTTP errors" if logic.raises > 1 else "; it raises an HTTP error"
    return f"{logic.size} of {logic.total} statements" + (errors if logic.raises else "")


def sure(logic: Logic) -> float:
    """How sure it is that a reviewer would take them out."""
    against = 0.1 * min(logic.raises, 3) + 0.05 * max(0, len(logic.cut.parameters) - 4)
    return round(max(0.3, 0.95 - against - 0.1 * max(0, len(logic.cut.results) - 1)), 2)

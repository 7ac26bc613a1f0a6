"""What is to be taken out of the fat routes of a project: which lines, to which module, by which name."""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.words import GENERIC, LAYERS, singular, words
from plumbrule.layouts.worth import Worth
from plumbrule.model.import_roots import ImportRoots
from plumbrule.restructure.extraction.extracting import lines_of
from plumbrule.restructure.extraction.surroundings import swallowing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.layouts.worth import Logic
    from plumbrule.model.code import Function, Module
    from plumbrule.model.project import Project

FAT = 15
"""statements of a handler; a longer one has work in it that a service could do"""
SERVICES = ("services", "service", "usecases", "use_cases")
ENTRIES = {"app", "application", "asgi", "main", "server", "wsgi"}
VERSION = re.compile(r"v\d+")
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
        self.roots = ImportRoots(project)
        self.taken: dict[str, set[str]] = {}
        self.routing = {self.roots.name(route.module) for route in project.routes}

    def lines(self) -> Iterator[Line]:
        """A line for each fat route; one that stays says why."""
        for handler in fat_handlers(self.project, self.least):
            module, names = self.roots.name(handler.module), (handler.name,)
            logic = Worth(handler, self.swallowing).best()
            if isinstance(logic, str):
                yield Line(module, None, logic, 1.0, names=names)
                continue
            target = self.target(handler.module)
            function = self.name(handler, target)
            at = lines_of(logic.run)
            yield Line(module, target, said(logic), sure(logic), "", names, at, function)

    def name(self, handler: Function, target: str) -> str:
        """A name for the function: the handler's, without the words that say that it is one."""
        parts = handler.name.split("_")
        kept = [p for i, p in enumerate(parts) if p not in FRAMING or 0 < i < len(parts) - 1]
        name = "_".join(kept) if any(kept) else handler.name
        taken = self._taken(target)
        subject = singular(target.rpartition(".")[2].removesuffix("_service"))
        if subject in SERVICES:
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

    def target(self, module: Module) -> str:
        """The service module of a module with routes: the one that is there, or where one would be."""
        *folders, stem = self.roots.name(module).split(".")
        beside = {self.roots.name(m) for m in self.project.modules} - self.routing
        for service in SERVICES[:2]:
            if (sibling := ".".join([*folders, service])) in beside and not self._is_folder(sibling):
                return sibling
        if stem in LAYERS and folders and folders[-1] not in LAYERS:
            return ".".join([*folders, "service"])
        layer = self._layer(folders)
        if layer is not None:
            return self._in_layer(layer, self._subject([*folders, stem]))
        base = folders[: next((i for i, part in enumerate(folders) if part in LAYERS), len(folders))]
        if stem in ENTRIES:
            named = ".".join([*base, "service"])
            return ".".join([*folders, "service"]) if self._is_folder(named) else named
        return ".".join([*base, "services", self._subject([*folders, stem])])

    def _subject(self, parts: list[str]) -> str:
        """What a module is about: its name without the words for its layer."""
        for part in reversed(parts):
            words_of_layers = LAYERS if part is parts[-1] else GENERIC
            left = [word for word in part.split("_") if word and word not in words_of_layers]
            if left and left[0] not in ENTRIES and not VERSION.fullmatch(part):
                return "_".join(left)
        return parts[-1]

    def _holds_routes(self, package: str) -> bool:
        return any(name.startswith(f"{package}.") for name in self.routing)

    def _is_folder(self, name: str) -> bool:
        return any(self.roots.name(m).startswith(f"{name}.") for m in self.project.modules)

    def _layer(self, folders: list[str]) -> str | None:
        """The package of services that is nearest to a folder."""
        found = set()
        for module in self.project.modules:
            parts = self.roots.name(module).split(".")
            for at, part in enumerate(parts[:-1]):
                package = ".".join(parts[: at + 1])
                if part in SERVICES and not module.is_test and not self._holds_routes(package):
                    found.add(package)
        near = [name for name in found if name.split(".")[:1] == folders[:1]] or []
        return max(near, key=lambda name: (common(name.split("."), folders), -len(name)), default=None)

    def _in_layer(self, layer: str, subject: str) -> str:
        """The module of a package of services that is about something, or a new one like the others."""
        names = [self.roots.name(m) for m in self.project.modules]
        inside = [name.removeprefix(f"{layer}.") for name in names if name.startswith(f"{layer}.")]
        stems = [name for name in inside if "." not in name]
        about = {singular(word) for word in words(subject)}
        for stem in stems:
            if {singular(w) for w in words(stem)} - {"service"} == about:
                return f"{layer}.{stem}"
        if any(name.startswith(f"{layer}.{subject}.") for name in names):
            same = f"{layer}.{subject}.{subject}"
            return same if same in names else f"{layer}.{subject}.service"
        suffixed = sum(stem.endswith(("_service", "_services")) for stem in stems)
        if stems and suffixed * 2 > len(stems):
            return f"{layer}.{singular(subject)}_service"
        return f"{layer}.{subject}"


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


def common(one: list[str], other: list[str]) -> int:
    """How many leading parts two names share."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


def said(logic: Logic) -> str:
    """Why these lines."""
    errors = f"; it raises {logic.raises} HTTP errors" if logic.raises > 1 else "; it raises an HTTP error"
    return f"{logic.size} of {logic.total} statements" + (errors if logic.raises else "")


def sure(logic: Logic) -> float:
    """How sure it is that a reviewer would take them out."""
    against = 0.1 * min(logic.raises, 3) + 0.05 * max(0, len(logic.cut.parameters) - 4)
    return round(max(0.3, 0.95 - against - 0.1 * max(0, len(logic.cut.results) - 1)), 2)

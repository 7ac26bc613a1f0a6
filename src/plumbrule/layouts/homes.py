"""Where the service of a module with routes is, or its schemas: the module that is there, or a new one."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.layouts.words import GENERIC, LAYERS, singular, words
from plumbrule.model.import_roots import ImportRoots

if TYPE_CHECKING:
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

ROUTING = {word for word, role in LAYERS.items() if role in {"router", "controller"}}
ENTRIES = {"app", "application", "asgi", "main", "server", "wsgi"}
VERSION = re.compile(r"v\d+")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer: the words for its `folders`, what its one module of a feature is called, and its package."""

    folders: tuple[str, ...]
    module: str
    package: str

    @property
    def modules(self) -> tuple[str, ...]:
        """What its one module of a feature may be called."""
        return self.package, self.package.removesuffix("s")


SERVICES = Layer(("services", "service", "usecases", "use_cases"), "service", "services")
SCHEMAS = Layer(("schemas", "schema"), "schemas", "schemas")
MODELS = Layer(("models", "model"), "models", "models")


class Homes:
    """Finds the modules of a layer for those with routes."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.roots = ImportRoots(project)
        self.routing = {self.roots.name(route.module) for route in project.routes}

    def of(self, module: Module, layer: Layer) -> str:
        """The module of a layer for a module with routes, by its dotted name."""
        *folders, stem = self.roots.name(module).split(".")
        if (sibling := self._flat(folders, layer)) is not None:
            return sibling
        if stem in ROUTING and folders and folders[-1] not in LAYERS:
            return ".".join([*folders, layer.module])
        package = self._package(folders, layer)
        if package is not None:
            return self._in_package(package, self._subject([*folders, stem]), layer)
        for depth in reversed(range(len(folders))):
            if (above := self._flat(folders[:depth], layer)) is not None:
                return above
        base = folders[: next((i for i, part in enumerate(folders) if part in LAYERS), len(folders))]
        if stem in ENTRIES:
            named = ".".join([*base, layer.module])
            return ".".join([*folders, layer.module]) if self._is_folder(named) else named
        return ".".join([*base, layer.package, self._subject([*folders, stem])])

    def _flat(self, folders: list[str], layer: Layer) -> str | None:
        """The one module of a layer in a folder."""
        for name in layer.modules:
            here = ".".join([*folders, name])
            if here in self._others and not self._is_folder(here):
                return here
        return None

    @cached_property
    def _others(self) -> set[str]:
        """The modules without routes."""
        return {self.roots.name(m) for m in self.project.modules} - self.routing

    def _subject(self, parts: list[str]) -> str:
        """What a module is about: its name without the words for its layer."""
        for part in reversed(parts):
            said = ROUTING if part is parts[-1] else GENERIC
            left = [word for word in part.split("_") if word and word not in said]
            if left and left[0] not in ENTRIES and not VERSION.fullmatch(part):
                return "_".join(left)
        return parts[-1]

    def _holds_routes(self, package: str) -> bool:
        return any(name.startswith(f"{package}.") for name in self.routing)

    def _is_folder(self, name: str) -> bool:
        return any(self.roots.name(m).startswith(f"{name}.") for m in self.project.modules)

    def _package(self, folders: list[str], layer: Layer) -> str | None:
        """The package of a layer that is nearest to a folder."""
        found = set()
        for module in self.project.modules:
            parts = self.roots.name(module).split(".")
            for at, part in enumerate(parts[:-1]):
                package = ".".join(parts[: at + 1])
                if part in layer.folders and not module.is_test and not self._holds_routes(package):
                    found.add(package)
        near = [name for name in found if name.split(".")[:1] == folders[:1] and not is_apart(name, folders)]
        return max(near, key=lambda name: (common(name.split("."), folders), -len(name)), default=None)

    @cached_property
    def schemas(self) -> Layer:
        """The layer of schemas, by the word that the project has for it."""
        words = Counter(
            part
            for schema in self.project.schemas
            if schema.module not in self._serving and not schema.module.is_test
            for part in self.roots.name(schema.module).split(".")
            if LAYERS.get(part) in {"schemas", "models"}
        )
        word = max(words, key=lambda part: (words[part], part), default="schemas")
        return MODELS if LAYERS[word] == "models" else SCHEMAS

    @cached_property
    def _serving(self) -> set[Module]:
        return {route.module for route in self.project.routes}

    def _in_package(self, package: str, subject: str, layer: Layer) -> str:
        """The module of a package that is about something, or a new one like the others."""
        names = [self.roots.name(m) for m in self.project.modules]
        inside = [name.removeprefix(f"{package}.") for name in names if name.startswith(f"{package}.")]
        stems = [name for name in inside if "." not in name]
        about, word = {singular(word) for word in words(subject)}, singular(layer.module)
        for stem in stems:
            if {singular(w) for w in words(stem)} - {word} == about:
                return f"{package}.{stem}"
        if any(name.startswith(f"{package}.{subject}.") for name in names):
            same = f"{package}.{subject}.{subject}"
            return same if same in names else f"{package}.{subject}.{layer.module}"
        suffixed = sum(stem.endswith((f"_{word}", f"_{word}s")) for stem in stems)
        if stems and suffixed * 2 > len(stems):
            return f"{package}.{singular(subject)}_{word}"
        return f"{package}.{subject}"


def is_apart(package: str, folders: list[str]) -> bool:
    """Whether a package is a part of another layer than some folders."""
    parts = package.split(".")
    return any(part in LAYERS for part in parts[common(parts, folders) : -1])


def common(one: list[str], other: list[str]) -> int:
    """How many leading parts two names share."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count

"""The modules that a layout may move, and what each of them is in its slice."""

from __future__ import annotations

import sys
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.layouts.words import (
    AUTHENTICATION,
    GENERIC,
    GUARDING,
    LAYERS,
    MACHINERY,
    MIGRATIONS,
    SHARED,
    is_version,
    key_of,
    singular,
    words,
)
from plumbrule.model.import_roots import ImportRoots

if TYPE_CHECKING:
    from plumbrule.layouts.slices import Slices
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

FIXED = {"__init__.py", "__main__.py", "env.py", "conftest.py", "setup.py", "main.py", "settings.py"}


class Modules:
    """The modules of the apps of a project."""

    def __init__(self, slices: Slices) -> None:
        self.slices = slices
        self.project: Project = slices.project
        self.roots = ImportRoots(self.project)

    def name(self, module: Module) -> str:
        """How a module is imported."""
        return self.roots.name(module)

    @cached_property
    def movable(self) -> list[Module]:
        """What the apps import, but for packages, entry points and migrations."""
        project = self.project
        holding = {app.module for app in project.apps if app.module is not None and not app.module.is_test}
        holding |= {
            e.source for e in project.import_graph.edges if e.target in holding and not e.source.is_test
        }
        reached = set(holding)
        queue = list(holding)
        while queue:
            for edge in project.import_graph.of(queue.pop()):
                if edge.target not in reached:
                    reached.add(edge.target)
                    queue.append(edge.target)
        entries = {app.module for app in project.apps}
        return [m for m in project.modules if m in reached and m not in entries and is_movable(m)]

    @cached_property
    def base(self) -> str:
        """The package in which slices and layers lie: before the first part that names one of either.

        A folder without the app, and whose only layers are files, is a part like others: `mail/service.py`.
        """
        found: Counter[str] = Counter()
        files: Counter[str] = Counter()
        for module in self.movable:
            parts = self.name(module).split(".")
            for at, part in enumerate(parts):
                if at == 0 and self._around_all:
                    continue
                if part in LAYERS or key_of(part) in self.slices.names:
                    is_file = part in LAYERS and at == len(parts) - 1
                    (files if is_file else found)[".".join(parts[:at])] += 1
                    break
        apps = {self.name(app.module).rpartition(".")[0] for app in self.project.apps if app.module}
        for folder, count in files.items():
            found[folder if folder in found or folder in apps else folder.rpartition(".")[0]] += count
        return max(found, key=lambda base: (found[base], len(base)), default="")

    def base_for(self, module: Module) -> str:
        """Where the slices of an application's own module lie: beside the others, or beside it."""
        package = self.name(module).rpartition(".")[0]
        return self.base if self.base.startswith(package) and self.base else package

    def is_foreign(self, name: str) -> bool:
        """Whether a top-level name is that of Python's own or of a package that the project imports."""
        return name in sys.stdlib_module_names or name in self._foreign

    @cached_property
    def _foreign(self) -> set[str]:
        own = {self.name(module).partition(".")[0] for module in self.project.modules}
        return {
            name.partition(".")[0]
            for module in self.project.modules
            for node in module.imports
            for name in ([a.name for a in node.names] if isinstance(node, n.Import) else [node.module])
            if not (isinstance(node, n.ImportFrom) and node.level)
        } - own

    @cached_property
    def _around_all(self) -> bool:
        """Whether one package holds everything, the apps too: it may be called `service` or `api`."""
        apps = [app.module for app in self.project.apps if app.module and not app.module.is_test]
        names = [self.name(module) for module in (*self.movable, *apps)]
        return len({name.partition(".")[0] for name in names}) == 1 and all("." in name for name in names)

    def inside(self, module: Module) -> list[str]:
        """The parts of the name of a module below the base; all of them if it lies elsewhere."""
        name = self.name(module)
        prefix = f"{self.base}." if self.base else ""
        return name.removeprefix(prefix).split(".")

    def is_outside(self, module: Module) -> bool:
        """Whether a module is imported from another folder than most: a distribution of its own."""
        return self.roots.root(module) != self._most

    @cached_property
    def _most(self) -> str:
        """The folder that most modules are imported from."""
        roots = Counter(self.roots.root(module) for module in self.movable)
        return max(roots, key=lambda root: (roots[root], root), default="")

    def is_in_slice(self, module: Module, key: str) -> bool:
        """Whether a module lies in the folder of its slice, and not below a layer."""
        for part in self.inside(module)[:-1]:
            if part in LAYERS and (key_of(part) != key or self._routed.get(folder_of(module)) != {key}):
                return False
            if key_of(part) == key:
                return True
        return False

    def is_shared(self, module: Module) -> bool:
        """Whether a module lies among what no slice owns."""
        *folders, stem = self.inside(module)
        if SHARED & {*folders, stem}:
            return True
        return bool(folders) and folders[-1] in ("db", "database", "queries")

    def is_machinery(self, module: Module, key: str) -> bool:
        """Whether a module is what others than a slice are built on, however few of them there are yet."""
        named = set(words(self.stem(module)))
        return bool(MACHINERY & named) or bool(GUARDING & named and key not in AUTHENTICATION)

    def is_layered(self, module: Module) -> bool:
        """Whether a module, or the folder around it, is named after a layer."""
        return bool(LAYERS.keys() & set(self.inside(module)[-2:]))

    def package(self, module: Module) -> str | None:
        """The folder that a module lies in, if it is neither a layer nor one that holds everything."""
        folders = [folder for folder in self.inside(module)[:-1] if not is_version(folder)]
        return folders[-1] if folders and folders[-1] not in GENERIC | SHARED else None

    def lent(self, module: Module, key: str) -> str | None:
        """The package that a module is a part of though its name mentions a slice: `runner/task_files`."""
        parts = self.inside(module)
        is_layer = LAYERS.keys() & set(parts) or len(self._routed.get(folder_of(module), ())) > 1
        return None if is_layer or key in {key_of(part) for part in parts} else self.package(module)

    @cached_property
    def _routed(self) -> dict[str, set[str]]:
        """The slices of the routes in each folder: one with several is a layer, whatever it is called."""
        found: dict[str, set[str]] = {}
        for route in self.project.routes:
            if seed := self.slices.seed_of(route):
                found.setdefault(folder_of(route.scope.module), set()).add(seed.key)
        return found

    def apart(self, module: Module, key: str) -> str:
        """The folder that tells a module from others of its role in a slice; empty if none does."""
        for folder in reversed(self.inside(module)[:-1]):
            if folder not in LAYERS and not is_version(folder) and key_of(folder) != key:
                return folder
        return ""

    def gathers(self, module: Module) -> bool:
        """Whether a module includes the routers of several slices, and is named after none."""
        return len(self._gathered.get(module, ())) > 1 and self.slices.by_path(module) is None

    @cached_property
    def _gathered(self) -> dict[Module, set[str]]:
        """The slices of the routes that are included in each module."""
        found: dict[Module, set[str]] = {}
        for route in self.project.routes:
            seed = self.slices.seed_of(route)
            for include in route.places[0].includes if seed and seed.key else ():
                if seed and include.parent.module is not None:
                    found.setdefault(include.parent.module, set()).add(seed.key)
        return found

    def role(self, module: Module, key: str = "") -> str:
        """What a module is called in its slice if it is the only one of its kind."""
        if self.routing.get(module):
            return "router"
        *folders, stem = self.inside(module)
        if LAYERS.get(stem) == "router" and self._holds_router(module):
            return "router"
        named = () if key_of(stem) == key else (stem,)
        layers = [LAYERS[part] for part in (*named, *reversed(folders)) if part in LAYERS]
        other = next((layer for layer in layers if layer != "router"), None)
        if other is not None or self._holds_router(module):
            return other or "router"
        if self.holds_tables(module):
            return "models"
        return "schemas" if self.holds_schemas(module) else stem

    def holds_tables(self, module: Module) -> bool:
        """Whether tables are defined in a module."""
        return any(table.module is module for table in self.project.tables)

    def holds_schemas(self, module: Module) -> bool:
        """Whether a module is schemas, most of it."""
        count = sum(schema.module is module for schema in self.project.schemas)
        others = sum(d.kind != "variable" for d in self.slices.definitions.of(module)) - count
        return count > others

    def _holds_router(self, module: Module) -> bool:
        return any(router.module is module for router in self.project.routers)

    @cached_property
    def routing(self) -> Counter[Module]:
        """How many routes each module registers."""
        return Counter(route.scope.module for route in self.project.routes)

    def leftover(self, module: Module, key: str) -> str:
        """What the name of a module says besides its slice; nothing if that is a layer."""
        own = set(key.split("_"))
        parts = [part for part in self.stem(module).lower().split("_") if part]
        while parts and {singular(word) for word in words(parts[0])} <= own:
            parts.pop(0)
        while parts and {singular(word) for word in words(parts[-1])} <= own:
            parts.pop()
        return "" if LAYERS.keys() >= set(parts) else "_".join(parts)

    def folder(self, module: Module) -> str:
        """The folder next to it."""
        return self.inside(module)[-2] if len(self.inside(module)) > 1 else ""

    def stem(self, module: Module) -> str:
        """The last part of its name."""
        return self.inside(module)[-1]


def folder_of(module: Module) -> str:
    """The path of the folder that a module lies in."""
    return module.path.rpartition("/")[0]


def is_movable(module: Module) -> bool:
    """Whether a module is none that something outside of the code knows by its place."""
    *folders, name = module.path.split("/")
    if name in FIXED or MIGRATIONS & set(folders) or module.is_test or module.is_broken:
        return False
    return not any(isinstance(node, n.If) and "__name__" in node.test.text for node in module.body)

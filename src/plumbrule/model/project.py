from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.file import around, is_test
from plumbrule.model.call_index import CallIndex, known_as
from plumbrule.model.callers import Callers
from plumbrule.model.carried import given
from plumbrule.model.code import Class, Function, Module, Scoped
from plumbrule.model.dangers import Dangers
from plumbrule.model.import_graph import ImportGraph
from plumbrule.model.imports import Imports
from plumbrule.model.inference import Inference
from plumbrule.model.loop import Blocking
from plumbrule.model.migrations import MigrationGraph
from plumbrule.model.naming import module_names
from plumbrule.model.pydantic_2 import is_surely_2
from plumbrule.model.schemas import MODELS, SETTINGS, Schema, Settings, Table, is_table
from plumbrule.model.unserved import not_followed
from plumbrule.model.values import External, Target, Type, Variable
from plumbrule.model.versions import Requirement, Version, normal, read_requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from plumbrule.facts.file import File
    from plumbrule.model.calls import Call
    from plumbrule.model.carried import Given
    from plumbrule.model.routing import App, Route, Router
    from plumbrule.model.scoped import Scoped
    from plumbrule.model.tree import Tree

N = TypeVar("N", bound=n.Node)
DEVELOPMENT = re.compile(r"(^|[/._-])(dev|devel|development|devcontainer)([/._-]|$)", re.IGNORECASE)


class Project:
    """Everything that is known about the code under one folder."""

    def __init__(self, files: Iterable[File], tree: Tree | None = None) -> None:
        ordered = sorted(files, key=lambda f: f.path)
        self.tree = tree
        names = module_names([f.path for f in ordered])
        self.modules = [Module(f, names[f.path], self) for f in ordered]
        self.functions_by_node: dict[n.FunctionDef, Function] = {}
        self.classes_by_node: dict[n.ClassDef, Class] = {}
        for module in self.modules:
            self._define(module)
        self.imports = Imports(self)
        self.refusals: dict[Function, bool] = {}
        self.prohibitions: dict[tuple[Function, int], bool] = {}
        self._variable_types: dict[n.Assign, Type | None] = {}
        self._possible: dict[tuple[str, str], bool] = {}
        self._mentioning: dict[tuple[bytes, ...], list[Module]] = {}

    def _define(self, module: Module) -> None:
        """Make the functions and classes of a module; an outer one is always made before those inside it."""
        for node, outer in module.file.definitions:
            if isinstance(node, n.ClassDef):
                self._define_class(node, module, self._made(outer))
            else:
                self._define_function(node, module, self._made(outer))

    def _define_class(self, node: n.ClassDef, module: Module, owner: Function | Class | None) -> None:
        cls = self.classes_by_node[node] = Class(node, module, owner)
        module.classes.append(cls)
        if isinstance(owner, Class):
            owner.classes[node.name] = cls

    def _define_function(self, node: n.FunctionDef, module: Module, owner: Function | Class | None) -> None:
        cls = owner if isinstance(owner, Class) else None
        around = cls.outer if cls else owner
        parent = around if isinstance(around, Function) else None
        function = self.functions_by_node[node] = Function(node, module, cls, parent)
        module.functions.append(function)
        if cls is not None:
            cls.methods[node.name] = function

    def _made(self, node: n.Scope | None) -> Function | Class | None:
        if isinstance(node, n.FunctionDef):
            return self.functions_by_node.get(node)
        return self.classes_by_node.get(node) if node is not None else None

    @property
    def root(self) -> Path | None:
        """The folder that was read."""
        return self.tree.root if self.tree is not None else None

    # --- what there is

    @cached_property
    def broken(self) -> dict[str, Module]:
        """The modules of which a part does not parse, by path."""
        return {module.path: module for module in self.modules if module.is_broken}

    @cached_property
    def code_modules(self) -> list[Module]:
        """Every module outside the tests."""
        return [m for m in self.modules if not m.is_test]

    @cached_property
    def not_followed(self) -> list[str]:
        """A clause for each include outside the tests that may add routes nobody can see from here."""
        return not_followed(self)

    @cached_property
    def functions(self) -> list[Function]:
        """Every function and method, by path and place."""
        return [f for m in self.modules for f in m.functions]

    @cached_property
    def code_functions(self) -> list[Function]:
        """Every function and method outside the tests."""
        return [f for m in self.code_modules for f in m.functions]

    @cached_property
    def code_scopes(self) -> list[Scoped]:
        """Every module outside the tests, each followed by its classes and functions."""
        return [scope for m in self.code_modules for scope in (m, *m.classes, *m.functions)]

    @cached_property
    def classes(self) -> list[Class]:
        """Every class, by path and place."""
        return [c for m in self.modules for c in m.classes]

    @cached_property
    def derived(self) -> list[Class]:
        """The classes that have bases."""
        return [cls for cls in self.classes if cls.node.bases]

    @cached_property
    def proxies(self) -> set[Class]:
        """The classes that answer for names they do not have."""
        return {cls for cls in self.classes if "__getattr__" in cls.methods}

    @cached_property
    def heirs(self) -> dict[Class, list[Class]]:
        """The classes outside the tests that descend from a class of the project."""
        found: dict[Class, list[Class]] = {}
        for cls in self.derived:
            for ancestor in cls.ancestors if not cls.module.is_test else ():
                if isinstance(ancestor, Class):
                    found.setdefault(ancestor, []).append(cls)
        return found

    @cached_property
    def routing(self) -> Routing:
        """How the apps are put together."""
        from plumbrule.model.routing import Routing

        return Routing(self)

    @property
    def apps(self) -> list[App]:
        """The FastAPI apps."""
        return self.routing.apps

    @property
    def routers(self) -> list[Router]:
        """The routers, apps included."""
        return self.routing.routers

    @property
    def routes(self) -> list[Route]:
        """The routes, one a definition whatever the number of places it is included in."""
        return self.routing.routes

    @cached_property
    def code_routes(self) -> list[Route]:
        """The routes outside the tests."""
        return [route for route in self.routes if not route.module.is_test]

    @cached_property
    def schemas(self) -> list[Schema]:
        """The pydantic models."""
        return [
            Schema(c) for c in self.derived if c.is_a(*MODELS) and not is_table(c) and not c.is_a(*SETTINGS)
        ]

    @cached_property
    def settings(self) -> list[Settings]:
        """The settings classes."""
        return [Settings(c) for c in self.derived if c.is_a(*SETTINGS)]

    @cached_property
    def tables(self) -> list[Table]:
        """The mapped classes."""
        return [Table(c) for c in self.classes if is_table(c)]

    @cached_property
    def migrations(self) -> MigrationGraph:
        """The Alembic revisions."""
        return MigrationGraph(self)

    @cached_property
    def requirements(self) -> dict[str, Requirement]:
        """The packages that manifests and lock files declare, by normal name."""
        return read_requirements(self.tree.manifests()) if self.tree is not None else {}

    def package_of(self, module: Module) -> str:
        """The folder of the package that a module belongs to: in a repository of several, its own."""
        return self.tree.package_of(module.path) if self.tree is not None else ""

    def requirement(self, package: str) -> Requirement | None:
        """What is declared about a package."""
        return self.requirements.get(normal(package))

    def version(self, package: str) -> Version | None:
        """The exact version of a package if a lock file or pin gives it."""
        found = self.requirement(package)
        return found.exact if found else None

    def may_be(self, package: str, range_: str) -> bool:
        """Whether a version in a range (`>=0.118`) may be in use; True when nothing is declared."""
        key = package, range_
        if key not in self._possible:
            found = self.requirement(package)
            self._possible[key] = found is None or found.may_be(range_)
        return self._possible[key]

    @cached_property
    def imported(self) -> frozenset[str]:
        """The top-level names of all that any file imports; functions and classes in tests are left out."""
        return frozenset(name for module in self.modules for name in module.file.packages)

    def uses(self, package: str) -> bool:
        """Whether a package is imported or declared."""
        return package.replace("-", "_") in self.imported or normal(package) in self.requirements

    # --- questions

    def inference_of(self, scope: Scoped) -> Inference:
        """What answers for the expressions of a scope."""
        return Inference(scope)

    def module(self, name: str) -> Module | None:
        """A module by its dotted name or path."""
        return next((m for m in self.modules if name in (m.name, m.path)), None)

    def variable_target(self, variable: Variable) -> Target | None:
        """What a variable that is another name for something stands for."""
        if variable.value is None:
            return None
        return variable.module.inference.target(variable.value)

    def variable_type(self, variable: Variable) -> Type | None:
        """The type of a module-level variable or class attribute."""
        key = variable.assignment
        if key not in self._variable_types:
            self._variable_types[key] = None
            self._variable_types[key] = self._scope_of(variable).inference.assigned_type(key, variable.name)
        return self._variable_types[key]

    def _scope_of(self, variable: Variable) -> Class | Function | Module:
        return self._made(around(variable.assignment)) or variable.module

    def find(self, kind: type[N]) -> Iterator[tuple[Scoped, tuple[N, ...]]]:
        """The nodes of one kind outside the tests, scope by scope."""
        for scope in self.code_scopes:
            if kind in scope.by_kind:
                yield scope, scope.by_kind[kind]

    def calls_to(self, *names: str) -> list[Call]:
        """The calls outside the tests of any of these, by path and place: full names (`requests.get`,
        `redis.*.set`), or words without a dot as they are written (`commit`).
        """
        return self.call_index.to(names)

    def calls_named(self, names: Iterable[str]) -> list[Call]:
        """The calls outside the tests that may be of something with one of these names, by path and place:
        of what they really are nothing is asked.
        """
        return self.call_index.named(names)

    def functions_leading_to(self, calls: Iterable[Call]) -> list[Function]:
        """The functions outside the tests that make one of these calls themselves or through others, by path
        and place; whether all those on the way are really run is not asked.
        """
        found = self.callers.leading_to(calls)
        return [function for function in self.code_functions if function in found]

    def mentioning(self, *words: bytes) -> list[Module]:
        """The modules outside the tests whose text has one of some words."""
        if words not in self._mentioning:
            self._mentioning[words] = [m for m in self.code_modules if m.mentions(*words)]
        return self._mentioning[words]

    def words_for(self, *names: str) -> frozenset[bytes]:
        """The words by which files may know what has one of these names: an import may give it another."""
        return frozenset(word.encode() for word in known_as(names, self.renamed))

    @cached_property
    def renamed(self) -> dict[str, set[str]]:
        """For every name that an import changes, what it is changed to."""
        found: dict[str, set[str]] = {}
        for name, other in (pair for module in self.modules for pair in module.file.renamed):
            found.setdefault(name, set()).add(other)
        return found

    @cached_property
    def carried(self) -> Given:
        """What is assigned to the `state` of apps and requests."""
        return given(self)

    @cached_property
    def dangers(self) -> Dangers:
        """The calls that request data can harm."""
        return Dangers(self)

    @cached_property
    def blocking(self) -> Blocking:
        """The calls that hold up the thread they run on."""
        return Blocking(self)

    @cached_property
    def call_index(self) -> CallIndex:
        """The calls by what they call."""
        return CallIndex(self)

    @cached_property
    def callers(self) -> Callers:
        """Who calls whom."""
        return Callers(self)

    @cached_property
    def may_be_pydantic_2(self) -> bool:
        """Whether pydantic 2 may be in use: neither a manifest nor a name that it has dropped says no."""
        if not self.may_be("pydantic", ">=2") or not self.may_be("fastapi", ">=0.100"):
            return False
        bases = (base for settings in self.settings for base in settings.cls.bases)
        return not any(isinstance(base, External) and base.name == "pydantic.BaseSettings" for base in bases)

    @cached_property
    def is_pydantic_2(self) -> bool:
        """Whether pydantic 2 is surely in use."""
        return self.may_be_pydantic_2 and is_surely_2(self)

    @cached_property
    def uses_async_sessions(self) -> bool:
        """Whether it works with SQLAlchemy's async sessions."""
        imports = (statement for m in self.code_modules for statement in m.imports)
        made = {alias.name for statement in imports for alias in statement.names}
        return bool(made & {"AsyncSession", "async_sessionmaker"})

    @cached_property
    def serving(self) -> Serving:
        """When functions run: for a request, or only at the start."""
        from plumbrule.model.serving import Serving

        return Serving(self)

    @cached_property
    def _tables_by_class(self) -> dict[Class, Table]:
        return {t.cls: t for t in self.tables}

    @cached_property
    def _schemas_by_class(self) -> dict[Class, Schema]:
        return {s.cls: s for s in self.schemas}

    def table_of(self, cls: Class | None) -> Table | None:
        """The table that a class is mapped to."""
        return self._tables_by_class.get(cls) if cls is not None else None

    def schema_of(self, cls: Class | None) -> Schema | None:
        """The schema that a class is."""
        return self._schemas_by_class.get(cls) if cls is not None else None

    @cached_property
    def import_graph(self) -> ImportGraph:
        """Which module imports which."""
        return ImportGraph(self)

    def texts(self, name: str) -> dict[str, str]:
        """The files beside the code that have a name or match a pattern (`Dockerfile*`, `*.toml`),
        by path.
        """
        return self.tree.texts(name) if self.tree is not None else {}

    @cached_property
    def dockerfiles(self) -> dict[str, str]:
        """The Dockerfiles of what is deployed, by path: none of the tests, none for development."""
        found = self.texts("*Dockerfile*").items()
        return {path: text for path, text in found if not is_test(path) and not DEVELOPMENT.search(path)}

    def subclasses(self, *names: str) -> list[Class]:
        """The project classes that descend from one of these, by full or last name."""
        return [c for c in self.classes if c.is_a(*names)]


if TYPE_CHECKING:
    from plumbrule.model.routing import Routing
    from plumbrule.model.serving import Serving

__all__ = ["External", "Project"]

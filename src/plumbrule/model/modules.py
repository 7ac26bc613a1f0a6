"""Modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.scoped import Scoped

if TYPE_CHECKING:
    from plumbrule.facts.file import File
    from plumbrule.facts.source import Source, Span
    from plumbrule.model.code import Class, Function
    from plumbrule.model.project import Project
    from plumbrule.model.values import Target

IMPORTS: tuple[type[n.Import | n.ImportFrom], ...] = (n.Import, n.ImportFrom)


class Module(Scoped):
    """One Python file of the project: `name` is how it is imported, `path` starts at the audited folder;
    `is_test` says whether it belongs to the tests.
    """

    def __init__(self, file: File, name: str, project: Project) -> None:
        self.file = file
        self.name = name
        self.path = file.path
        self.folder = file.path.rpartition("/")[0]
        self.is_test = file.is_test
        self.project = project
        self.module = self
        self.nodes = file.nodes
        self.functions: list[Function] = []
        self.classes: list[Class] = []

    def __repr__(self) -> str:
        return f"<Module {self.name}>"

    @property
    def qualified_name(self) -> str:
        """The same as its name."""
        return self.name

    @property
    def source(self) -> Source:
        """The text of its file."""
        return self.file.source

    @property
    def runs(self) -> None:
        """A module cannot be called."""
        return None

    @property
    def body(self) -> tuple[n.Statement, ...]:
        """Its statements."""
        return self.file.body

    @property
    def span(self) -> Span:
        """Its first character."""
        return self.source.span(0, 0)

    @property
    def is_package(self) -> bool:
        """Whether it is the `__init__.py` of a folder."""
        return self.path.endswith("__init__.py")

    @property
    def rebound(self) -> tuple[str, ...]:
        """None: what looks into a module sees it when it is done."""
        return ()

    def mentions(self, *words: bytes) -> bool:
        """Whether its text has one of some words."""
        return self.file.mentions(*words)

    @cached_property
    def is_broken(self) -> bool:
        """Whether a part of it does not parse."""
        return bool(self.file.broken)

    @cached_property
    def imports(self) -> tuple[n.Import | n.ImportFrom, ...]:
        """Its import statements, also those inside functions and classes."""
        if not self.is_test:
            return self.file.imports
        inside = (statement for f in self.functions for kind in IMPORTS for statement in f.find(kind))
        return tuple(dict.fromkeys((*self.file.imports, *inside)))

    @cached_property
    def star_imports(self) -> tuple[n.ImportFrom, ...]:
        """Its `from … import *`."""
        return tuple(s for s in self.find(n.ImportFrom) if s.names and s.names[0].name == "*")

    def member(self, name: str) -> Target | None:
        """What `module.name` stands for, through re-exports and `import *`."""
        return self.project.imports.member(self, name)

    def function(self, name: str) -> Function | None:
        """A top-level function by name."""
        return next(
            (f for f in self.functions if f.name == name and f.cls is None and f.parent is None), None
        )

    def cls(self, name: str) -> Class | None:
        """A top-level class by name."""
        return next((c for c in self.classes if c.name == name and c.outer is None), None)

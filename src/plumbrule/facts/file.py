from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.facts.frozen import frozen
from plumbrule.facts.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.facts.scope import Nodes
    from plumbrule.facts.source import Source, Span

A = TypeVar("A")
SERVING = re.compile(rb"^@\w+\.(get|post|put|patch|delete|websocket)\(", re.MULTILINE)
TESTING = re.compile(rb"\b(def test|class Test|TestClient|pytest|unittest|FastAPI\s*\(|__main__)")
TESTS = {"tests", "test", "testing", "e2e", "cypress", "fakes", "mocks"}
"""folders of tests, and of what stands in for the real thing in them"""
OURS = "plumbrule."
"""where a question is from that does not change while this program stays the same"""


@frozen
class Comment:
    """A `# comment`, with its place."""

    text: str
    span: Span


@dataclass(eq=False)
class File:
    """All that is known of one file by itself; nobody changes it, and what is asked of it is kept beside it.

    `nodes` are those of the module's own level; `functions`, `classes` and `imports` hold every one in the
    file, in source order, but for imports in functions that are read later;
    `broken` lists the parts that do not parse.
    """

    source: Source
    body: tuple[n.Statement, ...]
    nodes: Nodes
    functions: tuple[n.FunctionDef, ...]
    classes: tuple[n.ClassDef, ...]
    imports: tuple[n.Import | n.ImportFrom, ...]
    comments: tuple[Comment, ...]
    broken: tuple[Span, ...]
    _answers: dict[Callable[[File], Any], Any] = field(init=False, default_factory=dict)
    _mentions: dict[tuple[bytes, ...], bool] = field(init=False, default_factory=dict)

    def once(self, question: Callable[[File], A]) -> A:
        """The answer to a question about this file and nothing else: it is asked only once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: A = self._answers[question]
        return answer

    def mentions(self, *words: bytes) -> bool:
        """Whether its text has one of some words."""
        if words not in self._mentions:
            self._mentions[words] = any(map(self.source.text.__contains__, words))
        return self._mentions[words]

    def __getstate__(self) -> dict[str, Any]:
        """What a copy knows: of the answers those to our own questions, under their names."""
        answers = {(q.__module__, q.__qualname__): a for q, a in self._answers.items()}
        ours = {name: answer for name, answer in answers.items() if name[0].startswith(OURS)}
        return {**vars(self), "_answers": ours}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take it up."""
        answers = {question(*name): answer for name, answer in state["_answers"].items()}
        vars(self).update(state, _answers=answers)

    @property
    def path(self) -> str:
        """Its path, relative to the folder that was asked about, with `/`."""
        return self.source.path

    @cached_property
    def is_test(self) -> bool:
        """Whether it belongs to the tests."""
        return is_test(self.path, self.source.text)

    @cached_property
    def definitions(self) -> tuple[tuple[n.Scope, n.Scope | None], ...]:
        """Its functions and classes in source order, each with the one around it."""
        both: list[n.Scope] = [*self.functions, *self.classes]
        return tuple([(node, around(node)) for node in sorted(both, key=attrgetter("start"))])

    @property
    def scopes(self) -> list[Nodes]:
        """The nodes of the module's own level, of each class, then of each function."""
        return [self.nodes, *[cls.nodes for cls in self.classes], *[f.nodes for f in self.functions]]

    @cached_property
    def words(self) -> Words:
        """The words of its calls: of the module first, then of each class, then of each function."""
        return Words(self.scopes)

    @cached_property
    def needed(self) -> tuple[n.Import | n.ImportFrom, ...]:
        """What it imports; functions and classes in tests are left out."""
        return tuple([s for s in self.imports if not self.is_test or around(s) is None])

    @cached_property
    def packages(self) -> frozenset[str]:
        """The first names of what is needed, but for its own package."""
        names = [name for statement in self.needed for name in absolute_names(statement)]
        return frozenset(name.partition(".")[0] for name in names)

    @cached_property
    def renamed(self) -> tuple[tuple[str, str], ...]:
        """The names that imports change, with what they become; those in classes of tests are left out."""
        tests = [f for f in self.functions if self.is_test and not (f.lacks(b" as ") or f.lacks(b"import"))]
        inside = [statement for f in tests for statement in f.nodes.by_kind.get(n.ImportFrom, ())]
        froms = [s for s in (*self.needed, *inside) if isinstance(s, n.ImportFrom)]
        return tuple([(a.name, a.asname) for s in froms for a in s.names if a.asname])


@cache
def question(module: str, name: str) -> Callable[[File], Any]:
    """One of our own questions by its name."""
    if not module.startswith(OURS):
        raise ValueError(module)
    found: Callable[[File], Any] = getattr(import_module(module), name)
    return found


def is_test(path: str, text: bytes = b"") -> bool:
    """Whether a path is one of the tests; `start_test.py` is none if its text serves and tests nothing."""
    *folders, name = path.split("/")
    return (
        not TESTS.isdisjoint(folders)
        or any(folder.endswith("_tests") for folder in folders[:1])
        or any(folder.startswith(("pytest-", "pytest_")) for folder in folders)  # a plugin
        or name.startswith("conftest")
        or ((name.startswith("test_") or name.endswith("_test.py")) and not only_serves(text))
    )


def only_serves(text: bytes) -> bool:
    """Whether a text registers handlers and has nothing that a test or a script has."""
    return SERVING.search(text) is not None and TESTING.search(text) is None


def around(node: n.Node) -> n.Scope | None:
    """The innermost function or class in which a node stands."""
    at = node.parent
    while at is not None and not isinstance(at, (n.FunctionDef, n.ClassDef)):
        at = at.parent
    return at


def absolute_names(statement: n.Import | n.ImportFrom) -> list[str]:
    """The full names of the modules that an import statement reads."""
    if isinstance(statement, n.Import):
        return [alias.name for alias in statement.names]
    return [] if statement.level else [statement.module]

"""From a folder to a Project."""

from __future__ import annotations

import gc
import sys
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from plumbrule.facts.grammar import NAMES
from plumbrule.facts.syntax import read, unread
from plumbrule.model.project import Project
from plumbrule.model.tree import Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from plumbrule.facts.file import File
    from plumbrule.model.tree import Seen

    Known = dict[str, tuple[Seen, File]]

DEEP = 20_000
"""calls in each other: code nests deeper than Python's own limit expects"""


class Observer(Protocol):
    """Hears what is being done, how much of it is, and how much there is."""

    def __call__(self, what: str, done: int = 0, total: int = 0, /) -> None:
        """Called as often as there is something to say."""


class Reading:
    """The project under a folder, as often as it is asked for; only what has changed since is read.

    `known` are the files as they were for a tree that was `opened` then, in nanoseconds.
    """

    def __init__(self, root: Path, known: Known | None = None, opened: int = 0) -> None:
        self.root = root
        self.known = known or {}
        self.opened = opened
        self._given: Callable[[], Project | None] = lambda: None

    def project(self, observe: Observer | None = None) -> Project:
        """The project as it is now; `observe` hears how many files of how many are read."""
        with no_collection():
            tree = Tree(self.root)
            paths = python_files(tree)
            files = {}
            for number, path in enumerate(paths):
                if observe:
                    observe("reading the code", number, len(paths))
                before = self.known.get(path)
                same = before is not None and tree.recognizes(path, before[0], self.opened)
                files[path] = before[1] if before is not None and same else read_file(tree, path)
            NAMES.clear()
            self.known = {path: (tree.seen[path], file) for path, file in files.items() if path in tree.seen}
            self.opened = tree.opened
            project = Project(files.values(), tree)
        self._given = weakref.ref(project)
        return project

    def rest(self) -> None:
        """Give back what the last project has taken; for a moment when nobody uses it, and nobody waits."""
        if self._given() is not None:  # all in it knows each other: it does not go by itself
            gc.collect()


def read_project(root: Path, observe: Observer | None = None) -> Project:
    """The project under a folder, or of one file; `observe` hears how many files of how many are read."""
    if root.is_file():
        with no_collection():
            return Project([read(root.name, root.read_bytes())], Tree(root.parent))
    return Reading(root).project(observe)


def read_file(tree: Tree, path: str) -> File:
    """The facts of one file; of one that cannot be read, that there is one."""
    try:
        return read(path, tree.read(path))
    except OSError as error:
        tree.closed[path] = error.strerror or "it cannot be read"
        return unread(path)


def project_of(files: dict[str, str]) -> Project:
    """A project from texts: for tests and examples."""
    return Project([read(path, text.encode()) for path, text in files.items() if path.endswith(".py")])


def python_files(tree: Tree) -> list[str]:
    """Every Python file of a tree."""
    return [path for path in tree.paths if path.endswith(".py")]


@contextmanager
def no_collection(deep: int = DEEP) -> Iterator[None]:
    """Indexing makes millions of objects that stay: looking for garbage among them takes most of the time.

    In the end they are put with the oldest ones, which Python rarely looks at. `deep` calls may be in each
    other.
    """
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, deep))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.freeze()
            gc.unfreeze()
            gc.enable()

"""From a folder to a Project."""

from __future__ import annotations

import gc
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from plumbrule.facts.cache import DEEP, FactsCache
from plumbrule.facts.syntax import read
from plumbrule.model.project import SKIPPED, Project

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LARGEST = 5_000_000  # bytes; a longer file was not written by a person


def read_project(root: Path, *, cache: bool = False) -> Project:
    """The project under a folder, or of one file; with `cache`, unchanged files are not read again."""
    with no_collection():
        if root.is_file():
            return Project([read(root.name, root.read_bytes())], root.parent)
        kept = FactsCache(root) if cache else None
        reader = kept.read if kept else read
        files = [reader(path.relative_to(root).as_posix(), path.read_bytes()) for path in python_files(root)]
        if kept:
            kept.save()
        return Project(files, root)


def project_of(files: dict[str, str]) -> Project:
    """A project from texts: for tests and examples."""
    return Project([read(path, text.encode()) for path, text in files.items() if path.endswith(".py")])


def python_files(root: Path) -> Iterable[Path]:
    """Every Python file under a folder, in a fixed order; virtual environments and caches left out,
    links not followed.
    """
    for path in sorted(root.iterdir(), key=lambda p: p.name):
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if path.is_dir():
            if not (path / "pyvenv.cfg").exists():
                yield from python_files(path)
        elif path.suffix == ".py" and path.is_file() and path.stat().st_size <= LARGEST:
            yield path


@contextmanager
def no_collection() -> Iterator[None]:
    """Indexing makes millions of objects that stay: looking for garbage among them takes most of the time.

    Code nests deeper than Python's own limit expects, so that is raised too.
    """
    collecting, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, DEEP))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if collecting:
            gc.enable()

"""The files under a folder: which there are, and what was read of them."""

from __future__ import annotations

import hashlib
import os
import re
import time
from contextlib import suppress
from fnmatch import filter as matching
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.facts.cached import cached_property
from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SKIPPED = {
    ".agents",
    ".claude",
    ".git",
    ".hg",
    ".venv",
    "venv",
    "env",
    "node_modules",
    "__pycache__",
    "site-packages",
    ".tox",
    ".nox",
    ".mypy_cache",
    ".ruff_cache",
    ".pytest_cache",
    "dist",
    ".eggs",
    ".plumb",
    ".plumb_cache",
}
RECENT = 2_000_000_000
"""nanoseconds: a file may change again without a change of its times if they are no older than this"""
LARGEST = 5_000_000
"""bytes; a longer file was not written by a person"""
DEEPEST = 4
"""folders above a manifest"""
MANIFEST = re.compile(
    r"(?:^|/)(?:(?:uv|poetry|pdm)\.lock|pyproject\.toml|Pipfile|[^/]*requirements[^/]*\.(?:txt|in)"
    r"|requirements/[^/]*\.(?:txt|in))$"
)
ENDINGS = (".lock", ".toml", "Pipfile", ".txt", ".in")
"""how their names end, which is asked faster"""
OLD_MANIFEST = re.compile(r"(?:^|/)setup\.(?:py|cfg)$")


@frozen
class Seen:
    """A file as it was when it was read: what the system says about it, and a digest of its content."""

    stamp: tuple[int, ...]
    digest: str

    def again(self, file: str, opened: int) -> Seen | None:
        """The file as it is now, if its content is what it was for a tree that was opened then."""
        now = stamp(os.stat(file))  # noqa: PTH116  to make a Path of each takes longer than to ask
        certain = now == self.stamp and max(now[1:3]) < opened - RECENT
        if certain:
            return self
        if now[0] == self.stamp[0] and digest(Path(file).read_bytes()) == self.digest:
            return Seen(now, self.digest)
        return None


class Tree:
    """The files under a folder, virtual environments and caches left out, links not followed.

    `seen` keeps what was read, `asked` the patterns that were asked for, `closed` what could not be listed or
    read, and why; `opened` is when it began, in nanoseconds.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.opened = time.time_ns()
        self.seen: dict[str, Seen] = {}
        self.asked: set[str] = set()
        self.closed: dict[str, str] = {}

    @cached_property
    def paths(self) -> list[str]:
        """Every file, folder by folder in the order of names, with `/` and seen from the root."""
        return list(self.walk())

    def walk(self) -> Iterator[str]:
        """The same one by one: whoever needs only some need not wait for all."""
        return self._below(os.fspath(self.root), "")

    def _below(self, folder: str, prefix: str) -> Iterator[str]:
        try:
            with os.scandir(folder) as listed:
                entries = sorted(listed, key=lambda entry: entry.name)
        except OSError as error:
            if not prefix:
                raise
            self.closed[prefix.rstrip("/")] = error.strerror or "it cannot be listed"
            return
        if prefix and any(entry.name == "pyvenv.cfg" for entry in entries):
            return
        for entry in entries:
            if entry.name in SKIPPED or entry.is_symlink():
                continue
            name = os.fsencode(entry.name).decode("utf-8", "replace")
            if name != entry.name:
                self.closed |= {prefix + name: "its name is not UTF-8"} if name.endswith(".py") else {}
            elif entry.is_dir():
                yield from self._below(entry.path, f"{prefix}{name}/")
            elif entry.is_file():
                yield prefix + name

    def watched(self, asked: set[str]) -> list[str]:
        """The files that an audit may look at, if those that match some patterns are among them."""
        named = set(self._matching(asked))
        return [path for path in self.paths if path.endswith(".py") or is_manifest(path) or path in named]

    def _matching(self, patterns: Iterable[str]) -> Iterator[str]:
        """The files whose names match one of some patterns."""
        names = {name for pattern in patterns for name in matching(self._names, pattern)}
        return (path for path in self.paths if path.rpartition("/")[2] in names)

    @cached_property
    def _names(self) -> frozenset[str]:
        """The names that files have."""
        return frozenset(path.rpartition("/")[2] for path in self.paths)

    def stamps(self, asked: set[str]) -> dict[str, tuple[int, ...]]:
        """What the system says about each of those files; one that goes away meanwhile is left out."""
        found = {}
        for path in self.watched(asked):
            with suppress(OSError):
                found[path] = stamp(os.stat(f"{self.root}/{path}"))  # noqa: PTH116
        return found

    def recognizes(self, path: str, before: Seen, opened: int) -> bool:
        """Whether a file is what it was for a tree that was opened then; it counts as seen."""
        now = None
        with suppress(OSError):  # the one who reads it says why it cannot be read
            now = before.again(f"{self.root}/{path}", opened)
        if now is not None:
            self.seen[path] = now
        return now is not None

    def read(self, path: str) -> bytes:
        """The content of a file; raises OSError if there is none to be had."""
        with (self.root / path).open("rb", buffering=0) as file:
            before = stamp(os.fstat(file.fileno()))
            if before[0] > LARGEST and not is_manifest(path):
                raise OSError(0, f"longer than {LARGEST // 1_000_000} MB", path)
            text = file.read()
        self.seen[path] = Seen(before, digest(text))
        return text

    def texts(self, pattern: str) -> dict[str, str]:
        """The text of every file whose name matches a pattern, by path."""
        self.asked.add(pattern)
        return self._readable(self._matching([pattern]))

    def manifests(self) -> dict[str, str]:
        """The text of every manifest and lock file, those nearest to the root first."""
        found = (path for path in self.paths if is_manifest(path))
        return self._readable(sorted(found, key=lambda path: (path.count("/"), path)))

    def package_of(self, path: str) -> str:
        """The folder of the package that a file belongs to: the nearest one above it with a manifest of its
        own, "" for the root.
        """
        folder = path.rpartition("/")[0]
        while folder and folder not in self._packages:
            folder = folder.rpartition("/")[0]
        return folder

    @cached_property
    def _packages(self) -> frozenset[str]:
        """The folders that have a manifest; one of requirements is a part of the package around it."""
        found = (path for path in self.paths if is_manifest(path) or OLD_MANIFEST.search(path))
        folders = {path.rpartition("/")[0] for path in found}
        return frozenset(re.sub("/?requirements$", "", folder) for folder in folders)

    def _readable(self, paths: Iterable[str]) -> dict[str, str]:
        found = {}
        for path in paths:
            try:
                found[path] = self.read(path).decode("utf-8", "replace")
            except OSError as error:
                self.closed[path] = error.strerror or "it cannot be read"
        return found


def is_manifest(path: str) -> bool:
    """Whether a file says what packages a project needs."""
    return path.endswith(ENDINGS) and MANIFEST.search(path) is not None and path.count("/") <= DEEPEST


def stamp(found: os.stat_result) -> tuple[int, ...]:
    """What the system says about a file: its size first, then its times and its identity."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def digest(content: bytes) -> str:
    """A short name for some content."""
    return hashlib.blake2b(content, digest_size=16).hexdigest()

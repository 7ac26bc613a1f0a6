"""The files of a project as values: read once, and played forward by the steps of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, assert_never

from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read
from plumbrule.model.reading import no_collection
from plumbrule.model.tree import LARGEST, SKIPPED
from plumbrule.plan import Create, Delete, Edit, Move

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from plumbrule.facts.file import File
    from plumbrule.plan import Step

A = TypeVar("A")
TEXTS = {
    ".cfg", ".conf", ".env", ".ini", ".j2", ".json", ".mako", ".md", ".rst", ".service", ".sh", ".template",
    ".toml", ".txt", ".yaml", ".yml",
}  # fmt: skip
NAMED = ("Dockerfile", "Containerfile", "Procfile", "Makefile", "makefile", "justfile", "Justfile")
LOCKS = ("uv.lock", "poetry.lock", "package-lock.json", "pnpm-lock.yaml", "Pipfile.lock")


class Tree:
    """The files below one folder: the bytes of those that can hold a reference, the paths of all.

    `sealed` names files that may not be written.
    """

    def __init__(
        self,
        files: Mapping[str, bytes],
        others: Iterable[str] = (),
        root: Path | None = None,
        sealed: Iterable[str] = (),
    ) -> None:
        self.files = dict(files)
        self.root = root
        self.sealed = frozenset(sealed)
        self.paths = frozenset((*self.files, *others))
        self.folders = frozenset(parent for path in self.paths for parent in folders_above(path))
        self._facts: dict[str, File] = {}
        self._known: dict[tuple[str, bytes], File] = {}
        self._found: dict[tuple[re.Pattern[bytes], bytes], bool] = {}
        self._answers: dict[Callable[[Tree], Any], Any] = {}

    @classmethod
    def read(cls, root: Path) -> Tree:
        """The tree on disk; virtual environments, caches and links are left out."""
        files, others, sealed = {}, [], []
        for path in _walk(root):
            name, status = path.relative_to(root).as_posix(), path.stat()
            if is_text(name) and status.st_size <= LARGEST:
                files[name] = path.read_bytes()
            else:
                others.append(name)
            if not status.st_mode & 0o200:
                sealed.append(name)
        return cls(files, others, root, sealed)

    @classmethod
    def of(cls, files: Mapping[str, str | bytes]) -> Tree:
        """A tree of texts: for tests and examples."""
        return cls({path: t.encode() if isinstance(t, str) else t for path, t in files.items()})

    def recall(self, files: Iterable[File]) -> Tree:
        """Take over what is known of files that were read before, of those that are as they were then."""
        for file in files:
            if self.files.get(file.path) == file.source.text:
                self._known[file.path, file.source.text] = file
        return self

    @property
    def python(self) -> list[str]:
        """The paths of its Python files, sorted."""
        return sorted(path for path in self.files if path.endswith(".py"))

    def mentioning(self, pattern: re.Pattern[bytes]) -> Iterator[str]:
        """The Python files with a text that a pattern finds, sorted; each text is searched only once."""
        for path in self.python:
            asked = (pattern, self.files[path])
            if asked not in self._found:
                self._found[asked] = pattern.search(asked[1]) is not None
            if self._found[asked]:
                yield path

    def facts(self, path: str) -> File:
        """The facts of a Python file."""
        if path not in self._facts:
            written = (path, self.files[path])
            if written not in self._known:
                with no_collection():
                    self._known[written] = read(*written)
            self._facts[path] = self._known[written]
        return self._facts[path]

    def imports(self, path: str) -> tuple[n.Import | n.ImportFrom, ...]:
        """Every import statement of a Python file, in source order."""
        return self.facts(path).once(_imports) if b"import" in self.files[path] else ()

    def once(self, question: Callable[[Tree], A]) -> A:
        """The answer to a question about this tree and nothing else: it is asked only once."""
        if question not in self._answers:
            self._answers[question] = question(self)
        answer: A = self._answers[question]
        return answer

    def load(self) -> None:
        """Read the facts of all Python files at once, which is quicker."""
        with no_collection():
            for path in self.python:
                self.facts(path)

    def after(self, steps: Iterable[Step]) -> Tree:
        """The tree once the steps are done; this one stays as it is."""
        files, others = dict(self.files), set(self.paths - self.files.keys())
        for step in steps:
            match step.operation:
                case Create(path, text) | Edit(path, _, text):
                    files[path] = encoded(text)
                case Move(path, to, _, text):
                    if path in others:
                        others.remove(path)
                        others.add(to)
                    else:
                        del files[path]
                        files[to] = encoded(text)
                case Delete(path, _):
                    files.pop(path, None)
                    others.discard(path)
                case _:
                    assert_never(step.operation)
        new = Tree(files, others, self.root, self.sealed)
        new._facts = {path: f for path, f in self._facts.items() if files.get(path) is f.source.text}
        # One plan is tried many times, and most attempts write the same.
        new._known, new._found = self._known, self._found
        return new


def _imports(file: File) -> tuple[n.Import | n.ImportFrom, ...]:
    scopes = (file.nodes, *(f.nodes for f in file.functions), *(c.nodes for c in file.classes))
    kinds = (n.Import, n.ImportFrom)
    found = (x for nodes in scopes for x in nodes if isinstance(x, kinds))
    return tuple(sorted(found, key=lambda x: x.start))


def encoded(text: str) -> bytes:
    """The bytes of a text of the plan engine."""
    return text.encode("utf-8", "surrogateescape")


def decoded(text: bytes) -> str:
    """Bytes as the plan engine takes them."""
    return text.decode("utf-8", "surrogateescape")


def folders_above(path: str) -> Iterator[str]:
    """The folders that a path lies in, innermost first; the last is the empty name of the root."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def is_text(path: str) -> bool:
    """Whether a file can hold a reference to a module and is to be read."""
    name = path.rpartition("/")[2]
    if name in LOCKS:
        return False
    return name.endswith((".py", *TEXTS)) or name.startswith((*NAMED, ".env")) or "." not in name


def _walk(root: Path) -> Iterator[Path]:
    for path in sorted(root.iterdir(), key=lambda p: p.name):
        if path.is_symlink() or path.name in SKIPPED:
            continue
        if not path.is_dir():
            yield path
        elif not (path / "pyvenv.cfg").exists():
            yield from _walk(path)

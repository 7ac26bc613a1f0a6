"""What a plan changes in the end: the old and the new content of every file it touches."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import assert_never

from plumbrule.plan.steps import Create, Delete, Edit, Move, Plan, Refusal

STATE = ".plumb"


@dataclass(frozen=True, slots=True)
class File:
    """Content and permissions; a new file leaves its permissions to the system."""

    text: str
    mode: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after the plan; None is no file."""

    before: File | None
    after: File | None


Changes = Mapping[str, Change]


def read_text(path: Path) -> str:
    """The content of `path`, from which `write_text` makes the same bytes again, whatever they are."""
    return path.read_bytes().decode("utf-8", "surrogateescape")


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` as it is, line ends included."""
    path.write_bytes(text.encode("utf-8", "surrogateescape"))


def changes_of(plan: Plan) -> Changes:
    """Play the steps through in memory; refuse the plan if a file is not as the plan takes it to be."""
    tree = _Tree(plan.root, {}, {})
    for step in plan.steps:
        match step.operation:
            case Create(path, text):
                tree.expect_nothing(path)
                tree.now[path] = File(text)
            case Edit(path, text, after):
                tree.now[path] = replace(tree.expect(path, text), text=after)
            case Move(path, to, text, after):
                tree.expect_nothing(to)
                tree.now[to] = replace(tree.expect(path, text), text=after)
                tree.now[path] = None
            case Delete(path, text):
                tree.expect(path, text)
                tree.now[path] = None
            case _:
                assert_never(step.operation)
    pairs = ((path, Change(tree.before[path], file)) for path, file in tree.now.items())
    return {path: change for path, change in pairs if change.before != change.after}


@dataclass(frozen=True, slots=True)
class _Tree:
    root: Path
    before: dict[str, File | None]
    now: dict[str, File | None]

    def look(self, path: str) -> File | None:
        if path not in self.now:
            self.before[path] = self.now[path] = read_file(self.root, path)
        return self.now[path]

    def expect(self, path: str, text: str) -> File:
        file = self.look(path)
        if file is None:
            raise Refusal(f"{path} is gone since the plan was made; run again")
        if file.text != text:
            raise Refusal(f"{path} has changed since the plan was made; run again")
        return file

    def expect_nothing(self, path: str) -> None:
        if self.look(path) is not None or (self.root / path).is_dir():
            raise Refusal(f"{path} exists already; move it away and run again")


def read_file(root: Path, path: str) -> File | None:
    """The file at `path`, None if there is none; refuses a path that leaves `root` or passes a link."""
    parts = PurePosixPath(path).parts
    if not parts or PurePosixPath(path).is_absolute() or ".." in parts or parts[0] in {STATE, ".git"}:
        raise Refusal(f"{path!r} is no path that a plan may touch")
    target = root / path
    if target.is_symlink() or not target.parent.resolve().is_relative_to(root.resolve()):
        raise Refusal(f"{path} is behind a symbolic link; plumb does not write through it")
    if not target.is_file():
        return None
    return File(read_text(target), target.stat().st_mode & 0o7777)


def digest(file: File | None) -> str | None:
    """A fingerprint of the content."""
    if file is None:
        return None
    return hashlib.sha256(file.text.encode("utf-8", "surrogateescape")).hexdigest()


def write_file(path: Path, file: File | None) -> None:
    """Write `file`, if there is one, and the folders it needs."""
    if file is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, file.text)
        if file.mode is not None:
            path.chmod(file.mode)

"""Changes to the bytes of files, by their place in the old text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.tree import Tree


@dataclass(frozen=True, slots=True)
class TextEdit:
    """`text` in place of the bytes from `start` to `end`; `kind` says what is rewritten there."""

    start: int
    end: int
    text: bytes
    kind: str


@dataclass(slots=True)
class Edits:
    """The edits of all files; one that was made already is not made again."""

    tree: Tree
    by_path: dict[str, list[TextEdit]] = field(default_factory=dict)

    def replace(self, path: str, start: int, end: int, text: str, kind: str) -> None:
        """Put `text` in place of some bytes, unless that is what stands there."""
        new = text.encode()
        edit = TextEdit(start, end, new, kind)
        made = self.by_path.setdefault(path, [])
        if self.tree.files[path][start:end] != new and edit not in made:
            made.append(edit)

    def insert(self, path: str, at: int, text: str, kind: str) -> None:
        """Put `text` before a byte, after what was inserted there before."""
        edit, made = TextEdit(at, at, text.encode(), kind), self.by_path.setdefault(path, [])
        if edit not in made:
            made.append(edit)

    def covers(self, path: str, at: int) -> bool:
        """Whether a byte is rewritten already."""
        return any(edit.start <= at < edit.end for edit in self.by_path.get(path, ()))

    def of(self, path: str) -> list[TextEdit]:
        """The edits of one file in their order; refuses two that want the same bytes."""
        found = sorted(self.by_path.get(path, ()), key=lambda e: (e.start, e.end))
        at = 0
        for edit in found:
            if edit.start < at:
                line = self.tree.files[path].count(b"\n", 0, edit.start) + 1
                raise Refusal(f"{path}:{line}: two moves would rewrite this line differently; split the plan")
            at = max(at, edit.end)
        return found

    def apply(self, path: str, start: int = 0, end: int | None = None, *, leaves: bool = False) -> bytes:
        """The new text of a file, or of a part of it; an insertion at a seam belongs to what is before.

        A part that `leaves` has nothing before it: what is inserted above it stays.
        """
        text = self.tree.files[path]
        stop = len(text) if end is None else end
        first = start + 1 if start or leaves else 0
        inside = (
            e for e in self.of(path) if (first if e.start == e.end else start) <= e.start and e.end <= stop
        )
        return b"".join(_spliced(text, inside, start, stop))


def _spliced(text: bytes, edits: Iterable[TextEdit], at: int, stop: int) -> Iterator[bytes]:
    for edit in edits:
        yield text[at : edit.start]
        yield edit.text
        at = edit.end
    yield text[at:stop]


def newline(text: bytes) -> str:
    """How the lines of a file end."""
    return "\r\n" if b"\r\n" in text else "\n"


def line_start(text: bytes, at: int) -> int:
    """The first byte of the line that holds a byte."""
    return text.rfind(b"\n", 0, at) + 1


def line_end(text: bytes, at: int) -> int:
    """The byte after the line that holds a byte, its end included."""
    end = text.find(b"\n", at)
    return len(text) if end < 0 else end + 1

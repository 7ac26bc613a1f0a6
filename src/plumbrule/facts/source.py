from __future__ import annotations

from array import array
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: lines and columns count from 1, columns in characters;
    `start` and `end` are byte offsets.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


OFFSETS: list[int] = []
"""one object for each offset, whatever file it is in: nodes are many, and two numbers are half of a node"""
LONG = 100_000
"""bytes; the offsets of a longer file are its own"""


class Source:
    """The bytes of one file, and the way from byte offsets to lines and columns."""

    __slots__ = ("_lines", "_starts", "path", "text")

    def __init__(self, path: str, text: bytes) -> None:
        self.path = path
        self.text = text
        self._starts: array[int] | None = None
        self._lines = 0

    @property
    def line_starts(self) -> Sequence[int]:
        """The byte offset at which each line starts."""
        if self._starts is None:
            lengths = [len(line) + 1 for line in self.text.split(b"\n")]
            self._starts = array("I", accumulate(lengths[:-1], initial=0))
        return self._starts

    @property
    def lines(self) -> int:
        """How many lines the file has."""
        if not self._lines:
            self._lines = self.text.count(b"\n") + 1
        return self._lines

    def line_of(self, offset: int) -> int:
        """The line, from 1, that holds a byte offset."""
        return bisect_right(self.line_starts, offset)

    def offsets(self, start: int, end: int) -> Sequence[int]:
        """Every offset between two, both included."""
        if end >= LONG:
            return range(start, end + 1)
        OFFSETS.extend(range(len(OFFSETS), end + 1))
        return OFFSETS[start : end + 1] if start else OFFSETS

    def line_text(self, line: int) -> str:
        """One line as text, without its end."""
        start = self.line_starts[line - 1]
        end = self.text.find(b"\n", start)
        return self.text[start : end if end >= 0 else None].decode("utf-8", "replace").rstrip("\r")

    def slice(self, start: int, end: int) -> str:
        """The text between two byte offsets."""
        return self.text[start:end].decode("utf-8", "replace")

    def span(self, start: int, end: int) -> Span:
        """Two byte offsets as a place that a person can find."""
        line, column = self._position(start)
        end_line, end_column = self._position(end)
        return Span(self.path, line, column, end_line, end_column, start, end)

    def _position(self, offset: int) -> tuple[int, int]:
        line = self.line_of(offset)
        return line, len(self.slice(self.line_starts[line - 1], offset)) + 1

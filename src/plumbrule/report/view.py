"""How a report is to look, and the words that several formats share."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from plumbrule.rulekit import Span

STYLES = {
    "error": "1;31",
    "warning": "1;33",
    "note": "1;36",
    "bold": "1",
    "dim": "2",
    "good": "1;32",
}
ANSI = re.compile(r"\x1b\[[0-9;]*m")


@frozen
class View:
    """Where the reader stands: `base` goes before each path, `width` is that of a terminal.

    `command` is what was typed to get here, for the commands that the report proposes.
    """

    base: str = ""
    width: int | None = None
    color: bool = False
    command: str = "plumb audit"

    def path(self, path: str) -> str:
        """A path as the reader would type it."""
        return self.base + path

    def place(self, span: Span) -> str:
        """A place in the code, or the request that showed something."""
        return span.path if is_request(span) else f"{self.path(span.path)}:{span.line}:{span.column}"

    def paint(self, text: str, style: str) -> str:
        """Text in a style, if there are colours."""
        return f"\x1b[{STYLES[style]}m{text}\x1b[0m" if self.color and text else text

    def wrap(self, text: str, first: str = "", rest: str = "") -> str:
        """Text broken at the width of the terminal, with what stands before the first and the other lines."""
        if self.width is None:
            return first + text
        width = max(self.width - 1, 30 + len(rest))
        return textwrap.fill(
            text,
            width,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )


def is_request(span: Span) -> bool:
    """Whether a finding is about an answer of a running service: then its path is the request."""
    return "://" in span.path


def many(count: int, noun: str) -> str:
    """A number with its noun: 1 error, 2 errors."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def clean(text: str) -> str:
    """Text of the audited code on one line, without characters that steer a terminal."""
    return "".join(
        c if c.isprintable() else " " if c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )

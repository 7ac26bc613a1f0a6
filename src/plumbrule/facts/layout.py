"""How text stands in a file: what an edit keeps to, so that it looks like its neighbours."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.facts.node import Node
    from plumbrule.facts.source import Source

Place = tuple[int, int]
BLANK = re.compile(rb"(?:[ \t\r\n\\]|#[^\r\n]*)*")
"""what may stand between the parts of a call"""
REST_OF_LINE = re.compile(rb"(?P<comma>[ \t]*,)?(?P<comment>[ \t]*#[^\r\n]*)?[ \t]*(?=\r?\n)")
"""what may stand behind the last part on its line"""
COMMA = re.compile(rb"[ \t]*,")
INDENTED = re.compile(rb"^([ \t]+)[^\s#]", re.MULTILINE)
USUAL = 88
"""characters of a line where a file has no longer ones"""


def line_start(source: Source, at: int) -> int:
    """Where the line of an offset begins."""
    return source.text.rfind(b"\n", 0, at) + 1


def line_end(source: Source, at: int) -> int:
    """Where the line of an offset ends, before what ends it."""
    end = source.text.find(b"\n", at)
    end = len(source.text) if end < 0 else end
    return end - source.text[:end].endswith(b"\r")


def before(source: Source, at: int) -> str:
    """What stands before an offset on its line."""
    return source.slice(line_start(source, at), at)


def indent(source: Source, at: int) -> str:
    """The blanks that the line of an offset begins with."""
    line = before(source, line_end(source, at))
    return line[: len(line) - len(line.lstrip(" \t"))]


def unit(source: Source) -> str:
    """What a block is indented by."""
    return min(INDENTED.findall(source.text), key=len, default=b"    ").decode()


def limit(source: Source) -> int:
    """How long a line may be: as long as the longest that is there."""
    return max(USUAL, *(len(line.rstrip()) for line in source.text.decode("utf-8", "replace").split("\n")))


def outside(source: Source, node: Node, around: Place) -> Place:
    """The place of a part, with the parentheses that are its own, between two brackets."""
    text, start, end = source.text, node.start, node.end
    while True:
        left = len(text[:start].rstrip()) - 1
        blank = BLANK.match(text, end)
        right = blank.end() if blank else end
        if (
            left <= around[0]
            or right >= around[1]
            or text[left : left + 1] + text[right : right + 1] != b"()"
        ):
            return start, end
        start, end = left, right + 1


def appended(source: Source, parts: Sequence[Place], more: Sequence[str]) -> tuple[Place, str]:
    """Where more parts go behind the last, and how they are written: on lines of their own if that one is."""
    start, end = parts[-1]
    blanks = before(source, start)
    if blanks.strip():
        return spread(source, parts, more) or ((end, end), "".join(f", {text}" for text in more))
    rest = REST_OF_LINE.match(source.text, end)
    if rest is None:
        return (end, end), "".join(f",\n{blanks}{text}" for text in more)
    if rest["comma"]:
        return (rest.end(), rest.end()), "".join(f"\n{blanks}{text}," for text in more)
    comment = source.slice(end, rest.end())
    return (end, rest.end()), f",{comment}\n{blanks}" + f",\n{blanks}".join(more)


def spread(source: Source, parts: Sequence[Place], more: Sequence[str]) -> tuple[Place, str] | None:
    """Parts that have a line for themselves, each on one of its own, if that line gets too long with more."""
    start, end = parts[0][0], parts[-1][1]
    blanks, rest = before(source, start), REST_OF_LINE.match(source.text, end)
    length = len(before(source, end)) + sum(len(text) + 2 for text in more)
    if blanks.strip() or rest is None or rest["comment"] or b"\n" in source.text[start:end]:
        return None
    if length <= USUAL or length <= limit(source):
        return None
    texts = [*(source.slice(*part) for part in parts), *more]
    return (start, rest.end()), f",\n{blanks}".join(texts) + ","


def inserted(source: Source, parts: Sequence[Place], index: int, text: str) -> tuple[Place, str]:
    """Where one more part goes before another, or behind them all, and how it is written."""
    if index == len(parts):
        return appended(source, parts, [text])
    start = parts[index][0]
    blanks = before(source, start)
    return (start, start), f"{text}, " if blanks.strip() else f"{text},\n{blanks}"


def opened(source: Source, parts: Sequence[Place], around: Place, more: Sequence[str]) -> str | None:
    """What stands between two brackets on one line if it gets too long with more parts: then it goes on lines
    of its own.
    """
    line = before(source, line_end(source, around[1]))
    length = len(line) + sum(len(text) + 2 for text in more)
    if length <= USUAL or b"\n" in source.text[slice(*around)] or length <= limit(source):
        return None
    most, outer = limit(source), indent(source, around[0])
    inner = outer + unit(source)
    texts = [*(source.slice(*part) for part in parts), *more]
    whole = f"{inner}{', '.join(texts)}"
    if len(whole) > most:
        whole = "".join(f"{inner}{text},\n" for text in texts)[:-1]
    return f"\n{whole}\n{outer}"


def without(source: Source, parts: Sequence[Place], index: int) -> Place:
    """What goes with a part that is taken out: its comma, and its line with the comment if it has one."""
    start, end = parts[index]
    comma = COMMA.match(source.text, end)
    behind = comma.end() if comma else end
    rest = REST_OF_LINE.match(source.text, end)
    if rest is not None and not before(source, start).strip():
        return line_start(source, start), source.text.index(b"\n", rest.end()) + 1
    if index and b"\n" not in source.text[parts[index - 1][1] : start]:
        return parts[index - 1][1], end
    if not index and len(parts) > 1 and b"#" not in source.text[end : parts[1][0]]:
        return start, parts[1][0]
    return start, behind


def whole_lines(source: Source, node: Node) -> Place | None:
    """The lines of a statement with the comments right above it; None if something else stands on them."""
    start, end = line_start(source, node.start), line_end(source, node.end)
    behind = source.text[node.end : end].strip()
    if source.text[start : node.start].strip() or (behind and not behind.startswith(b"#")):
        return None
    while start and source.text[line_start(source, start - 1) : start].lstrip().startswith(b"#"):
        start = line_start(source, start - 1)
    return start, min(source.text.find(b"\n", end) + 1 or end, len(source.text))


def blank_below(source: Source, start: int, end: int) -> int:
    """Where the empty line below some lines ends if it is one too many without them, else where they end."""
    above = source.text[line_start(source, start - 1) : start] if start else b""
    blank = source.text.find(b"\n", end) + 1
    return blank if blank and not (above + source.text[end:blank]).strip() else end

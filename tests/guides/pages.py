"""A guide as its tests see it: a little project that grows block by block, section by section.

A block with a title is a file of the project; one without runs in the project as it stands at that point.
`wrong` marks a file that shows what not to do, `wrong=rule-name` one that this rule finds. Each section is
tested by itself, beginning with the files that the sections above it have left.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from plumbrule.guides import Guide

FENCE = re.compile(r"^```(\w+)(.*)\n((?:.*\n)*?)```$", re.MULTILINE)
ATTRIBUTES = re.compile(r'(?: title="(?P<title>[^"]+)")?(?: (?P<wrong>wrong)(?:=(?P<rule>[a-z0-9-]+))?)?')
HEADING = re.compile(r"^## (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block."""

    language: str
    text: str
    line: int
    title: str | None = None
    wrong: bool = False
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """What stands between two headings."""

    guide: Guide
    heading: str
    text: str
    blocks: tuple[Block, ...]
    files: Mapping[str, str]
    """what the sections above have left"""

    @property
    def all_text(self) -> str:
        """What it says, and what the files hold that it finds."""
        return "\n".join([self.text, *self.files.values()])

    @property
    def name(self) -> str:
        return f"{self.guide.name}: {self.heading}"


def sections(guide: Guide) -> Iterator[Section]:
    """The sections of a guide that hold code."""
    fenced = [match.span() for match in FENCE.finditer(guide.text)]
    starts = [m for m in HEADING.finditer(guide.text) if not any(a < m.start() < b for a, b in fenced)]
    ends = [start.start() for start in starts[1:]] + [len(guide.text)] * bool(starts)
    files: dict[str, str] = {}
    for start, end in zip(starts, ends, strict=True):
        blocks = tuple(_blocks(guide, start.end(), end))
        if blocks:
            yield Section(guide, start[1], guide.text[start.end() : end], blocks, dict(files))
        files.update((block.title, block.text) for block in blocks if block.title)


def _blocks(guide: Guide, start: int, end: int) -> Iterator[Block]:
    for match in FENCE.finditer(guide.text, start, end):
        language, attributes, text = match.groups()
        known = ATTRIBUTES.fullmatch(attributes.rstrip())
        line = guide.text.count("\n", 0, match.start()) + 1
        assert known, f"{guide.name}:{line}: what does `{attributes}` mean?"
        yield Block(language, text, line, known["title"], bool(known["wrong"]), known["rule"])

"""A proposal as a TOML file: one line a module or group of definitions, to be read and edited by a person."""

from __future__ import annotations

import re
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.config import Document, parsed, suggestion
from plumbrule.layouts.plan_places import refusal
from plumbrule.layouts.proposal import Line, Proposal

if TYPE_CHECKING:
    from collections.abc import Collection

    from plumbrule.plan import Refusal

HEAD = """\
# What moves where. Edit it: change a target, or take a line away and what it names stays.
# `imports` in place of `to` cuts an import: it is done when a function needs it, no longer at the top.
# confidence goes from 0 to 1; plumb structure --plan FILE --apply carries the file out.
layout = {layout}

"""
KEYS = ("layout", "moves", "stays")
OF_A_MOVE = ("module", "names", "to", "imports", "slice", "confidence", "reason", "extract", "function")
LINES = re.compile(r"(\d{1,6})-(\d{1,6})")


def written(proposal: Proposal) -> str:
    """The file of a proposal."""
    moving = "".join(f"  {row(line)},\n" for line in proposal.steps)
    staying = "".join(
        f"  {{ module = {quoted(line.module)}, reason = {quoted(line.reason)} }},\n"
        for line in proposal.lines
        if line.target is None
    )
    head = HEAD.format(layout=quoted(proposal.layout))
    return f"{head}moves = [\n{moving}]\n\n# Nothing is done about these.\nstays = [\n{staying}]\n"


def row(line: Line) -> str:
    """A line that moves something."""
    names = f"names = [{', '.join(map(quoted, line.names))}], " if line.names else ""
    verb = "imports" if line.cuts else "to"
    if line.extract is not None:
        first, last = line.extract
        names += f'extract = "{first}-{last}", function = {quoted(line.function)}, '
    return (
        f"{{ module = {quoted(line.module)}, {names}{verb} = {quoted(line.target or '')}, "
        f"slice = {quoted(line.slice)}, confidence = {line.confidence:.2f}, reason = {quoted(line.reason)} }}"
    )


def quoted(text: str) -> str:
    """A TOML string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else " " for c in escaped) + '"'


def read(text: str, place: str, layouts: Collection[str]) -> Proposal:
    """The proposal in a file; refuses one that says something else."""
    source = Document(Path(place), text)
    document = parsed(source)
    for key in document:
        if key not in KEYS:
            raise refusal(source, f"`{key}` is none of {', '.join(KEYS)}{suggestion(key, KEYS)}", key)
    layout, moves = document.get("layout", ""), document.get("moves")
    if layout != "" and layout not in list(layouts):
        near = suggestion(str(layout), layouts)
        message = f"`layout` is one of {', '.join(layouts)}{near}"
        raise refusal(source, message, "layout", is_value=True)
    if not isinstance(moves, list):
        message = "it needs `moves = [{ module = …, to = … }]`; plumb structure --layout … --plan writes one"
        raise refusal(source, message, "moves", is_value=True)
    return Proposal(
        layout, tuple(line(Entry(source, number, entry)) for number, entry in enumerate(moves, 1))
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One of the moves of a file, as it was written."""

    source: Document
    number: int
    values: Any

    def wrong(self, message: str, key: str = "", *, is_value: bool = True) -> Refusal:
        """A refusal that points at a value, or at its key."""
        at_value = is_value and bool(key)
        said = f"move {self.number}: {message}"
        return refusal(self.source, said, key, entry=self.number, is_value=at_value)

    def text(self, key: str) -> str:
        """A string that may be left out."""
        found = self.values.get(key, "")
        if not isinstance(found, str):
            raise self.wrong(f"`{key}` is a string", key)
        return found

    def module(self, key: str) -> str:
        """The dotted name of a module."""
        found = self.values.get(key)
        if not isinstance(found, str) or not all(map(is_name, found.split("."))):
            message = f'`{key}` is the dotted name of a module, such as "app.items.router"'
            raise self.wrong(message, key)
        return found


def line(entry: Entry) -> Line:
    """The line of an entry; refuses one that says something else."""
    values = entry.values
    if not isinstance(values, dict):
        raise entry.wrong("it is no table { module = …, to = … }")
    for key in values:
        if key not in OF_A_MOVE:
            known = f"{', '.join(OF_A_MOVE)}{suggestion(key, OF_A_MOVE)}"
            raise entry.wrong(f"`{key}` is none of {known}", key, is_value=False)
    cuts = "imports" in values
    names, sure = values.get("names", []), values.get("confidence", 1.0)
    if not isinstance(names, list) or not all(isinstance(name, str) and is_name(name) for name in names):
        raise entry.wrong("`names` is a list of names of definitions", "names")
    if isinstance(sure, bool) or not isinstance(sure, (int, float)) or not 0 <= sure <= 1:
        raise entry.wrong("`confidence` is a number from 0 to 1", "confidence")
    return Line(
        entry.module("module"), entry.module("imports" if cuts else "to"), entry.text("reason"), float(sure),
        entry.text("slice"), tuple(names), *extraction(entry, names), cuts,
    )  # fmt: skip


def extraction(entry: Entry, names: list[str]) -> tuple[tuple[int, int] | None, str]:
    """The lines of a handler that an entry takes out, and the name of the function that they become."""
    if "extract" not in entry.values and "function" not in entry.values:
        return None, ""
    found, function = LINES.fullmatch(entry.text("extract")), entry.text("function")
    if found is None or len(names) != 1:
        message = '`extract` gives the lines of the one handler in `names`, such as "4-12"'
        raise entry.wrong(message, "extract")
    if not is_name(function):
        raise entry.wrong("`function` is the name of the new function", "function")
    return (int(found[1]), int(found[2])), function


def is_name(word: str) -> bool:
    """Whether something can be called so."""
    return word.isidentifier() and not iskeyword(word)

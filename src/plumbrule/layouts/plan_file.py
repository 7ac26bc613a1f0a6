"""A proposal as a TOML file: one line a module or group of definitions, to be read and edited by a person."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any

from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAD = """\
# What moves where. Edit it: change a target, or take a line away and what it names stays.
# `imports` in place of `to` cuts an import: it is done when a function needs it, no longer at the top.
# confidence goes from 0 to 1; plumb structure --plan FILE --apply carries the file out.
layout = {layout}

"""
KNOWN = {"module", "names", "to", "imports", "slice", "confidence", "reason", "extract", "function"}
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


def read(text: str, place: str) -> Proposal:
    """The proposal in a file; refuses one that says something else."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refusal(f"{place}: {error}") from error
    layout, moves = document.get("layout", ""), document.get("moves")
    if not isinstance(layout, str) or not isinstance(moves, list):
        raise Refusal(
            f"{place}: it needs `moves = [{{ module = …, to = … }}]`; plumb structure --plan writes one"
        )
    return Proposal(layout, tuple(lines(moves, place)))


def lines(moves: list[Any], place: str) -> Iterator[Line]:
    """The lines of a file, each checked."""
    for number, entry in enumerate(moves, 1):
        where = f"{place}: move {number}"
        if not isinstance(entry, dict):
            raise Refusal(f"{where} is no table {{ module = …, to = … }}")
        unknown = sorted(entry.keys() - KNOWN)
        if unknown:
            raise Refusal(f"{where}: `{unknown[0]}` is none of {', '.join(sorted(KNOWN))}")
        cuts = "imports" in entry
        module, target = (name_in(entry, key, where) for key in ("module", "imports" if cuts else "to"))
        names = entry.get("names", [])
        if not isinstance(names, list) or not all(isinstance(n, str) and n.isidentifier() for n in names):
            raise Refusal(f"{where}: `names` is a list of names of definitions")
        confidence = entry.get("confidence", 1.0)
        sure = float(confidence) if isinstance(confidence, (int, float)) else 1.0
        reason, of = str(entry.get("reason", "")), str(entry.get("slice", ""))
        yield Line(module, target, reason, sure, of, tuple(names), *extraction(entry, names, where), cuts)


def extraction(entry: dict[str, Any], names: list[str], where: str) -> tuple[tuple[int, int] | None, str]:
    """The lines of a handler that an entry takes out, and the name of the function that they become."""
    if "extract" not in entry and "function" not in entry:
        return None, ""
    found, function = LINES.fullmatch(str(entry.get("extract"))), entry.get("function", "")
    if found is None or len(names) != 1:
        raise Refusal(f'{where}: `extract` gives the lines of the one handler in `names`, such as "4-12"')
    if not isinstance(function, str) or not function.isidentifier():
        raise Refusal(f"{where}: `function` is the name of the new function")
    return (int(found[1]), int(found[2])), function


def name_in(entry: dict[str, Any], key: str, where: str) -> str:
    """A dotted name under a key."""
    found = entry.get(key)
    if not isinstance(found, str) or not all(part.isidentifier() for part in found.split(".")):
        raise Refusal(f'{where}: `{key}` is the dotted name of a module, such as "app.items.router"')
    return found

"""A name for every finding that stays the same when lines move or the code is formatted anew."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from plumbrule.verbs.outcome import Reported

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from plumbrule.rulekit import Class, Finding, Function, Module, Project, Rule, Span, n

LONGEST = 200
"""letters of the code that count: of a long function only the beginning has to stay"""


def fingerprinted(project: Project, found: Iterable[tuple[Rule, Finding]]) -> list[Reported]:
    """Name each finding by its rule, its file, the function around it, its code, and a count for twins."""
    modules = {module.path: module for module in project.modules}
    counts: dict[tuple[str, ...], int] = {}
    reported = []
    for rule, finding in sorted(found, key=lambda pair: (pair[0].name, pair[1].at, pair[1].message)):
        module = modules.get(finding.at.path)
        around, code = surroundings(module, finding.at) if module else ("", "")
        key = (rule.name, finding.at.path, around, code)
        counts[key] = counts.get(key, 0) + 1
        count = str(counts[key])
        inside = around.removeprefix(module.name) if module else ""
        reported.append(Reported(rule, finding, digest(*key, count), (inside, code, count)))
    return reported


def digest(*parts: str) -> str:
    """A few letters that stand for some texts."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def is_among(item: Reported, known: Collection[str], gone: Iterable[str]) -> bool:
    """Whether a finding has one of the known fingerprints, or had it in a file that is gone."""
    return item.fingerprint in known or any(
        fingerprint in known for path in gone for fingerprint in elsewhere(item, path)
    )


def elsewhere(item: Reported, path: str) -> Iterator[str]:
    """The fingerprints it may have had in another file; how much of a path names its module is not known."""
    if not item.trace:
        return
    inside, code, count = item.trace
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    for first in range(len(parts)):
        around = ".".join(parts[first:]) + inside if inside else ""
        yield digest(item.rule.name, path, around, code, count)


def surroundings(module: Module, at: Span) -> tuple[str, str]:
    """The name of the function or class around a place, and the letters of the code there."""
    scopes: list[Function | Class] = [*module.functions, *module.classes]
    inside = [scope for scope in scopes if at.start < scope.node.end and start_of(scope) <= at.start]
    around = max(inside, key=start_of).qualified_name if inside else ""
    return around, letters(module.source.slice(at.start, at.end))


def start_of(scope: Function | Class) -> int:
    """Where a function or class starts, its decorators included."""
    first: n.Node = (*scope.node.decorators, scope.node)[0]
    return first.start


def letters(code: str) -> str:
    """Code without what a formatter may change: blanks, quotes, brackets, commas, case of literals."""
    return "".join(re.findall(r"[\w.]+", code)).casefold()[:LONGEST]

"""Known defects: found on their line or in their handler by a rule that names them, and gone after the fix.

`claims.tsv` says which rules name the defect of a case; a finding of another rule on the same line is luck.
After the fix, a claiming rule may say nothing more about the function that held the flaw (about the lines
that replaced it, outside functions). A flaw whose surroundings the fix left alone is not asked about.
"""

from __future__ import annotations

import csv
import difflib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

CLAIMS = Path(__file__).with_name("claims.tsv")
Result = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pair:
    """A folder with the trees before and after a fix, and what the audits of both gave."""

    folder: Path
    before: Result
    after: Result


@dataclass(frozen=True, slots=True)
class Site:
    """A flawed line: the claiming rules that find it, whether the fix changed it, what they say after it."""

    path: str
    line: int
    rules: tuple[str, ...]
    changed: bool
    left: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A case: which of its flawed lines are found and which are reported still."""

    name: str
    tier: str
    kind: str
    sites: tuple[Site, ...]

    @property
    def is_found(self) -> bool:
        return any(site.rules for site in self.sites)

    @property
    def is_changed(self) -> bool:
        return any(site.rules and site.changed for site in self.sites)

    @property
    def is_left(self) -> bool:
        return any(site.left for site in self.sites)


def claims() -> dict[str, frozenset[str]]:
    """The rules that may claim each case."""
    with CLAIMS.open() as lines:
        return {row["case"]: frozenset(row["rules"].split()) for row in csv.DictReader(lines, delimiter="\t")}


def known(case: dict[str, Any], folder: Path, before: Result, after: Result) -> Known:
    """What the rules that may claim a case say about each of its flawed lines, before and after the fix."""
    names = claims()[case["id"]]
    pair = Pair(folder, before, after)
    found = tuple(site(e["path"], e["line"], names, pair) for e in case["expect"])
    return Known(case["id"], case["tier"], case["kind"], found)


def site(path: str, line: int, names: frozenset[str], pair: Pair) -> Site:
    before, after = pair.before, pair.after
    rules = {rule for rule, *place in before["findings"] if rule in names and hits(before, place, path, line)}
    old, new = (lines_of(pair.folder / side / path) for side in ("before", "after"))
    images = {b.a + i + 1: b.b + i + 1 for b in matches(old, new) for i in range(b.size)}
    start, end, name = innermost(before, path, line)
    changed = any(number not in images for number in range(start, end + 1)) or (
        images[end] - images[start] != end - start
    )
    if name:
        spans = [(s, e) for p, s, e, n in after["functions"] if (p, n) == (path, name)]
    else:
        spans = [(images.get(line - 1, line - 1) + 1, images.get(line + 1, line + 1) - 1)]
    left = {
        at
        for rule, p, at, _ in after["findings"]
        if rule in rules and p == path and changed and any(s <= at <= e for s, e in spans)
    }
    return Site(path, line, tuple(sorted(rules)), changed, tuple(sorted(left)))


def hits(result: Result, place: Iterable[Any], path: str, line: int) -> bool:
    """Whether a finding is on a line, in the handler around it, or has a chain that passes it."""
    where, at, chain = place
    spans = [(s, e) for p, s, e in result["handlers"] if p == path and s <= line <= e]
    return [path, line] in chain or (
        where == path and (at == line or any(start <= at <= end for start, end in spans))
    )


def innermost(result: Result, path: str, line: int) -> tuple[int, int, str]:
    """The function around a line, or the line itself."""
    around = [(s, e, n) for p, s, e, n in result["functions"] if p == path and s <= line <= e]
    return min(around, key=lambda f: f[1] - f[0], default=(line, line, ""))


def matches(old: list[str], new: list[str]) -> list[difflib.Match]:
    return difflib.SequenceMatcher(None, old, new, autojunk=False).get_matching_blocks()


def lines_of(path: Path) -> list[str]:
    return path.read_text(errors="replace").splitlines() if path.is_file() else []


def figures(cases: Iterable[Known]) -> list[str]:
    """Found and still reported, per tier of the real defects."""
    tiers: dict[str, list[Known]] = defaultdict(list)
    for case in cases:
        if case.kind == "defect":
            tiers[case.tier].append(case)
    simple = [case for tier in ("local", "file", "xfile") for case in tiers[tier]]
    every = [case for group in tiers.values() for case in group]
    groups = {**tiers, "local, file and xfile": simple, "all": every}
    lines = []
    for name, group in groups.items():
        found, changed = ([c for c in group if c.is_found], [c for c in group if c.is_changed])
        left = [c for c in changed if c.is_left]
        lines.append(
            f"defects {name}: found {len(found)} of {len(group)}, "
            f"reported after the fix {len(left)} of {len(changed)}"
        )
    return lines

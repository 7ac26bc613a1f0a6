"""Modules in their packages, and how often these import each other, as Mermaid draws them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST = 40
"""nodes of a picture that a person can read"""


def picture(modules: Iterable[str], imports: Mapping[str, set[str]]) -> str:
    """A box for each package; the outer ones alone if there are too many modules to read."""
    known = set(modules)
    depth = max((name.count(".") + 1 for name in known), default=1)
    names = sorted(known)
    while depth > 1 and len(names) > MOST:
        depth -= 1
        names = sorted({cut(name, depth) for name in known})
    groups: dict[str, list[str]] = {}
    for name in names:
        package, _, last = name.rpartition(".")
        groups.setdefault(package, []).append(last)
    number = {package: f"p{at}" for at, package in enumerate(groups)}
    lines = ["```mermaid", "flowchart LR"]
    for package, inner in groups.items():
        lines.append(f'  subgraph {number[package]}["{package or "."}"]')
        lines += [f'    {number[package]}_{at}["{last}"]' for at, last in enumerate(inner)]
        lines.append("  end")
    for (one, other), count in sorted(arrows(known, imports, depth).items()):
        lines.append(f"  {number[one]} -->|{count}| {number[other]}")
    return "\n".join([*lines, "```"])


def arrows(known: set[str], imports: Mapping[str, set[str]], depth: int) -> Counter[tuple[str, str]]:
    """How many imports go from the modules of one package to those of another."""
    found: Counter[tuple[str, str]] = Counter()
    for source, targets in imports.items():
        one = drawn(source, known)
        for other in (drawn(target, known) for target in targets):
            if one and other:
                found[package(one, depth), package(other, depth)] += 1
    return Counter({pair: count for pair, count in found.items() if pair[0] != pair[1]})


def drawn(name: str, known: set[str]) -> str | None:
    """A module as the plan spells it: a name from the root of the tree has more in front."""
    while name and name not in known:
        name = name.partition(".")[2]
    return name or None


def cut(name: str, depth: int) -> str:
    """The first parts of a name."""
    return ".".join(name.split(".")[:depth])


def package(name: str, depth: int) -> str:
    """The box that a module is drawn in."""
    return cut(name, depth).rpartition(".")[0]

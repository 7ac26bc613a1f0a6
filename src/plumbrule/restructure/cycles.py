"""Modules that import each other while being imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

Edges = dict[str, set[str]]


def groups(edges: Mapping[str, set[str]]) -> list[set[str]]:
    """The groups of two or more modules of which each reaches each other."""
    back: Edges = {}
    for source, targets in edges.items():
        for target in targets:
            back.setdefault(target, set()).add(source)
    seen: set[str] = set()
    found = []
    for start in reversed(_finished(edges)):
        group = _reached(start, back, seen)
        if len(group) > 1:
            found.append(group)
    return found


def _finished(edges: Mapping[str, set[str]]) -> list[str]:
    """The modules in the order in which a walk in depth leaves them."""
    seen: set[str] = set()
    order: list[str] = []
    for start in sorted(edges):
        work = [(start, iter(sorted(edges.get(start, ()))))] if start not in seen else []
        seen.add(start)
        while work:
            at, rest = work[-1]
            step = next((target for target in rest if target not in seen), None)
            if step is None:
                order.append(at)
                work.pop()
            else:
                seen.add(step)
                work.append((step, iter(sorted(edges.get(step, ())))))
    return order


def _reached(start: str, edges: Mapping[str, set[str]], seen: set[str]) -> set[str]:
    group: set[str] = set()
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at not in seen:
            seen.add(at)
            group.add(at)
            waiting.extend(edges.get(at, ()))
    return group


def reachable(start: str, edges: Mapping[str, set[str]]) -> set[str]:
    """All that a module imports, by itself or through others; it is among them."""
    return _reached(start, edges, set())

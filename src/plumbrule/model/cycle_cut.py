"""The smallest set of edges whose removal leaves a graph without cycles."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

N = TypeVar("N")
Edge = tuple[N, N]
EFFORT = 20_000
"""steps of the search for a smaller set, after which the best one so far is taken"""


def smallest_cut(weights: dict[tuple[N, N], int]) -> tuple[set[tuple[N, N]], bool]:
    """Edges to cut, the sum of their weights as small as can be, and whether that is sure.

    Cycles are collected as they turn up; the smallest set that hits all of them is cut, until none is left.
    """
    cycles: list[frozenset[tuple[N, N]]] = []
    cut: set[tuple[N, N]] = set()
    sure = True  # what hits some cycles at least cost, and all of them, does so at least cost
    while True:
        left = [edge for edge in weights if edge not in cut]
        found = disjoint_cycles(left)
        if not found:
            return cut, sure
        cycles += [cycle for cycle in found if cycle not in cycles]
        cut, sure = hitting(cycles, weights)


def disjoint_cycles(edges: Iterable[tuple[N, N]]) -> list[frozenset[tuple[N, N]]]:
    """Short cycles that share no edge."""
    after: dict[N, list[N]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
    found = []
    for start in list(after):
        while (cycle := shortest(start, after)) is not None:
            found.append(cycle)
            for source, target in cycle:
                after[source].remove(target)
    return found


def shortest(start: N, after: dict[N, list[N]]) -> frozenset[tuple[N, N]] | None:
    """The shortest way from a node back to itself."""
    came: dict[N, N] = {}
    queue = [start]
    for at in queue:
        for target in after.get(at, ()):
            if target == start:
                way = {(at, start)}
                while at != start:
                    way.add((came[at], at))
                    at = came[at]  # noqa: PLW2901  the way back
                return frozenset(way)
            if target not in came:
                came[target] = at
                queue.append(target)
    return None


def hitting(
    cycles: list[frozenset[tuple[N, N]]], weights: dict[tuple[N, N], int]
) -> tuple[set[tuple[N, N]], bool]:
    """The lightest set of edges with one of every cycle, by branching on the shortest cycle not yet hit."""
    best = greedy(cycles, weights)
    cost = sum(weights[edge] for edge in best)
    budget = EFFORT
    stack: list[tuple[frozenset[tuple[N, N]], frozenset[tuple[N, N]]]] = [(frozenset(), frozenset())]
    while stack and budget:
        budget -= 1
        chosen, banned = stack.pop()
        spent = sum(weights[edge] for edge in chosen)
        open_ = [cycle - banned for cycle in cycles if not cycle & chosen]
        if spent + bound(open_, weights) >= cost:
            continue
        if not open_:
            best, cost = set(chosen), spent
            continue
        cycle = min(open_, key=len)
        if not cycle:
            continue
        counts = Counter(edge for other in open_ for edge in other)
        tried: frozenset[tuple[N, N]] = frozenset()
        branches = []
        for edge in sorted(cycle, key=lambda edge: (-counts[edge] / weights[edge], str(edge))):
            branches.append((chosen | {edge}, banned | tried))
            tried |= {edge}
        stack += reversed(branches)
    return best, not stack


def bound(open_: list[frozenset[tuple[N, N]]], weights: dict[tuple[N, N], int]) -> int:
    """What hitting some cycles costs at least: those that share nothing need an edge each."""
    used: set[tuple[N, N]] = set()
    least = 0
    for cycle in sorted(open_, key=len):
        if not cycle & used:
            used |= cycle
            least += min((weights[edge] for edge in cycle), default=0)
    return least


def greedy(cycles: list[frozenset[tuple[N, N]]], weights: dict[tuple[N, N], int]) -> set[tuple[N, N]]:
    """A set that hits every cycle: always the edge that hits most for its weight."""
    left, chosen = list(cycles), set()
    while left:
        counts = Counter(edge for cycle in left for edge in cycle)
        edge = max(counts, key=lambda edge: (counts[edge] / weights[edge], str(edge)))
        chosen.add(edge)
        left = [cycle for cycle in left if edge not in cycle]
    return chosen

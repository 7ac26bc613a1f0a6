"""Two ordered route tables: what is lost, new, out of order, or serves something else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.proof.compare import Comparison, Pointer

Row = dict[str, Any]


def compare_routes(before: list[Row], after: list[Row], at: Pointer, comparison: Comparison) -> list[str]:
    """Every difference, in the words of the app: `GET /items/{id}`."""
    one, other = [label(row) for row in before], [label(row) for row in after]
    if Counter(one) != Counter(other):
        lost, new = Counter(one) - Counter(other), Counter(other) - Counter(one)
        return [*(f"{name}: lost" for name in lost.elements()), *(f"{name}: new" for name in new.elements())]
    if one != other:
        return list(reordered(one, other))
    return [
        f"{name}: {field}"
        for number, (name, row, now) in enumerate(zip(one, before, after, strict=True))
        for field in fields(row, now, (*at, str(number)), comparison)
    ]


def reordered(one: list[str], other: list[str]) -> Iterator[str]:
    """The routes that are tried at another point than before, each beside the one that took its place."""
    for before, after in zip(one, other, strict=True):
        if before != after:
            yield f"{before}: `{after}` is tried in its place"


def fields(row: Row, now: Row, at: Pointer, comparison: Comparison) -> Iterator[str]:
    """What differs in one route, with a name that says where."""
    for difference in comparison.walk(row, now, at, ordered=True):
        first, *rest = difference.pointer[len(at) :] or ("route",)
        where = "dependencies" if first == "dependant" else first
        yield str(replace(difference, pointer=(where, *rest)))


def label(row: Row) -> str:
    """A route as a person says it."""
    kind = row["kind"]
    if "methods" not in row:
        return f"{kind} {row['path']}"
    return f"{'/'.join(row['methods']) or kind} {row['path']}"

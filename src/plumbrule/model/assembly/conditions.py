"""What lists hold for sure, and what only under a condition."""

from __future__ import annotations

from typing import Any

from plumbrule.model.assembly.values import UNKNOWN, Items, Made, Perhaps


def perhaps(value: Any) -> Any:
    """Something that is there under a condition; a text or number is but a part of something."""
    return value if value is UNKNOWN or isinstance(value, (str, int, Perhaps, type(None))) else Perhaps(value)


def plain(value: Any) -> Any:
    """The same without its condition."""
    return value.value if isinstance(value, Perhaps) else value


def seen_from(value: Any, conditions: int) -> Any:
    """A list for somebody who stands under fewer conditions than the list is written under."""
    if isinstance(value, Items) and value.conditions > conditions:
        return [*map(perhaps, value)]
    return value


def either(one: Any, other: Any) -> Any:
    """What two branches give: of two lists what both have, and perhaps the rest; else the first."""
    if one is None and isinstance(other, list):
        one, other = other, one
    if one is other or not isinstance(one, list) or not isinstance(other, (list, tuple, type(None))):
        return one
    others = list(other or ())
    sure = [item if any(is_same(item, there) for there in others) else perhaps(item) for item in one]
    return sure + [perhaps(there) for there in others if not any(is_same(there, item) for item in one)]


def is_same(one: Any, other: Any) -> bool:
    """Whether two items are one thing, if need be written twice: `Depends(user)` in both branches."""
    if isinstance(one, Made) and isinstance(other, Made):
        return (
            one.name == other.name
            and len(one.args) == len(other.args)
            and all(map(is_same, one.args, other.args))
            and one.kwargs == other.kwargs
        )
    return one is other or (isinstance(one, (str, int)) and one == other)

"""Of a `Depends(…)` that is one of several: which ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from plumbrule.model.assembly.values import MARKERS, Choice, Made


def choices(value: Any) -> list[Any]:
    """The values that a `Depends(…)`, or what stands in it, may have; itself if there is but one."""
    if isinstance(value, Choice):
        return [inner for one in value.values for inner in choices(one)]
    if isinstance(value, Made) and value.name in MARKERS and value.args:
        wanted, *others = value.args
        if isinstance(wanted, Choice):
            return [replace(value, args=[one, *others]) for one in wanted.values]
    return [value]

"""Values of which there are many."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

C = TypeVar("C", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: C) -> C:
    """A slotted dataclass of which only the type checker sees that nobody changes it: where Python watches
    too, making an object takes three times as long.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)  # type: ignore[return-value]

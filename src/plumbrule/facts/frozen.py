"""Values of which there are many."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

C = TypeVar("C", bound=type)


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: C) -> C:
    """A slotted dataclass of which only the type checker sees that nobody changes it: where Python watches
    too, making an object takes three times as long.

    What compares, hashes and shows its values is made without writing code for each class, which takes half
    of the time in which a rulebook of such classes is imported.
    """
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    names = [one.name for one in fields(made)]
    known = attrgetter(*[one.name for one in fields(made) if one.compare])

    def equal(self: object, other: object) -> bool:
        return known(self) == known(other) if type(self) is type(other) else NotImplemented

    def shown(self: object) -> str:
        return f"{cls.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    made.__eq__, made.__hash__, made.__repr__ = equal, lambda self: hash(known(self)), shown
    return made  # type: ignore[no-any-return]

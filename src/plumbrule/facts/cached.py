"""A property that is computed once.

That of Python 3.11 takes a lock whenever it computes: that costs more than most of what is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

T = TypeVar("T")
C = TypeVar("C", bound=type)


class cached_property(Generic[T]):  # noqa: N801 - it stands where functools' own does
    """The value stays among the instance's own, where Python finds it before it asks here again."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self.compute = compute
        self.name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> Self | T:
        if instance is None:
            return self
        value = self.compute(instance)
        setattr(instance, self.name, value)
        return value


def compact(cls: C) -> C:
    """A class whose objects hold what was computed for them without a dictionary each: Python makes room in
    all of them for what the first one had.
    """
    first: object = object.__new__(cls)
    for name, value in (item for base in cls.__mro__ for item in vars(base).items()):
        if isinstance(value, cached_property):
            setattr(first, name, None)
    return cls

"""From the values that app-building code makes back to text, functions and names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.values import (
    HOLE,
    Bound,
    ClassValue,
    Closure,
    Ext,
    Instance,
    LambdaValue,
    Partial,
    RouterValue,
)

if TYPE_CHECKING:
    from plumbrule.model.code import Function


def text(value: Any) -> str:
    """A path as text, with a hole for what cannot be told."""
    if isinstance(value, str):
        return value
    return "" if value is None else HOLE


def function_of(value: Any) -> Function | None:
    """The project function behind a value."""
    match value:
        case Closure(function=function):
            return function
        case Bound(closure=Closure(function=function)):
            return function
        case Partial(func=inner):
            return function_of(inner)
        case ClassValue(cls=cls):
            return cls.method("__call__") or cls.method("__init__")
        case Instance(cls=ClassValue(cls=cls)):
            return cls.method("__call__")
        case _:
            return None


def name_of(value: Any) -> str:
    """The full name of a value."""
    match value:
        case Closure(function=function):
            return function.qualified_name
        case ClassValue(cls=cls):
            return cls.qualified_name
        case Ext(name=name):
            return name
        case Bound(closure=Closure(function=function)):
            return function.qualified_name
        case Partial(func=inner):
            return name_of(inner)
        case LambdaValue(env=env):
            return f"{env.scope.qualified_name}.<lambda>"
        case Instance(cls=ClassValue(cls=cls)):
            return cls.qualified_name
        case _:
            return getattr(value, "name", "") if not isinstance(value, RouterValue) else value.type_name

"""Functions, types and values as text that is the same in every run."""

from __future__ import annotations

import functools
import re
from enum import Enum
from typing import Any

ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
PLAIN = (str, int, float, bool, bytes, type(None))
DEEPEST = 12


def name_of(thing: Any) -> str:
    """`module.qualified.name` of a function or class."""
    module = getattr(thing, "__module__", None) or "?"
    name = getattr(thing, "__qualname__", None) or getattr(thing, "__name__", None)
    if name is None:
        return instance(thing, 0)
    return name if module == "builtins" else f"{module}.{name}"


def call_of(thing: Any) -> Any:
    """What FastAPI calls: a function, a class, a partial or an instance with its settings."""
    if thing is None:
        return None
    if isinstance(thing, functools.partial):
        return {"partial": call_of(thing.func), "args": value(thing.args), "keywords": value(thing.keywords)}
    if hasattr(thing, "__qualname__"):
        return name_of(thing)
    return instance(thing, 0)


def type_of(annotation: Any, depth: int = 0) -> str:
    """A type annotation, with the full names of its classes."""
    if annotation is None or annotation is type(None):
        return "None"
    if annotation is Ellipsis:
        return "..."
    if isinstance(annotation, str):
        return repr(annotation)
    if isinstance(annotation, (list, tuple)):
        return f"[{', '.join(type_of(a, depth + 1) for a in annotation)}]"
    arguments = getattr(annotation, "__args__", None) if depth < DEEPEST else None
    metadata = getattr(annotation, "__metadata__", None)
    if metadata is not None and arguments:
        told = ", ".join(value_text(item) for item in metadata)
        return f"Annotated[{type_of(annotation.__origin__, depth + 1)}, {told}]"
    origin = getattr(annotation, "__origin__", None)
    if arguments and isinstance(arguments, tuple):
        kind = type_of(origin, depth + 1) if origin is not None else type(annotation).__name__
        return f"{kind}[{', '.join(type_of(a, depth + 1) for a in arguments)}]"
    if isinstance(annotation, type):
        return name_of(annotation)
    return without_addresses(repr(annotation))


def value(thing: Any, depth: int = 0) -> Any:
    """A value as JSON: plain ones as they are, others by their class and attributes."""
    if isinstance(thing, Enum):
        return f"{name_of(type(thing))}.{thing.name}"
    if isinstance(thing, bytes):
        return repr(thing)
    if isinstance(thing, PLAIN):
        return thing
    if depth > DEEPEST:
        return name_of(type(thing))
    if isinstance(thing, dict):
        return {str(value_text(k)): value(v, depth + 1) for k, v in thing.items()}
    if isinstance(thing, (list, tuple)):
        return [value(item, depth + 1) for item in thing]
    if isinstance(thing, (set, frozenset)):
        return sorted(value_text(item) for item in thing)
    if isinstance(thing, re.Pattern):
        return f"re:{thing.pattern!r}"
    if isinstance(thing, type) or hasattr(thing, "__qualname__"):
        return type_of(thing) if isinstance(thing, type) else call_of(thing)
    if isinstance(thing, functools.partial):
        return call_of(thing)
    return instance(thing, depth)


def value_text(thing: Any) -> str:
    """A value on one line."""
    told = value(thing)
    return told if isinstance(told, str) and not isinstance(thing, str) else repr(told)


def instance(thing: Any, depth: int) -> str:
    """An object by its class, and those of its attributes that are plain values or named things."""
    kind = name_of(type(thing))
    if depth > 2:
        return kind
    try:
        attributes = sorted(vars(thing).items())
    except TypeError:
        return kind
    told = [
        f"{name}={without_addresses(str(value(item, depth + 1)))}"
        for name, item in attributes
        if isinstance(item, (*PLAIN, list, tuple, dict, Enum)) or hasattr(item, "__qualname__")
    ]
    return f"{kind}({', '.join(told)})"


def without_addresses(text: str) -> str:
    """A text without the addresses of objects in memory."""
    return ADDRESS.sub("", text)

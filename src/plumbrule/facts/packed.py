"""The facts of a file as bytes, and back.

They are a pickle: nothing else makes nodes again in a fifth of the time that reading takes. What reads it
knows `VALUES` and no other name, so there is nothing that a pickle could run.
"""

from __future__ import annotations

import pickle
from array import array
from collections import deque
from dataclasses import fields, is_dataclass
from io import BytesIO
from itertools import repeat
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.file import Comment, File
from plumbrule.facts.scope import Binding, Nodes
from plumbrule.facts.source import Source, Span
from plumbrule.facts.syntax import read_body
from plumbrule.facts.words import Words

if TYPE_CHECKING:
    from collections.abc import Callable

    Reduced = tuple[Any, ...]

MADE = [
    *[cls for name in n.__all__ if is_dataclass(cls := getattr(n, name)) and isinstance(cls, type)],
    Binding,
    Comment,
    Span,
]
"""what is made of its fields"""
VALUES: dict[tuple[str, str], Any] = {
    **{
        (cls.__module__, cls.__qualname__): cls for cls in (*MADE, File, Nodes, Source, Words, array, complex)
    },
    (read_body.__module__, read_body.__qualname__): read_body,
    ("builtins", "Ellipsis"): ...,
}


def pack(file: File) -> bytes | None:
    """The facts of a file, with all that was asked of it; None if they are nested too deep for that."""
    out = BytesIO()
    packer = pickle.Pickler(out, 5)
    packer.dispatch_table = REDUCERS
    parents = [[node.parent for node in nodes] for nodes in read_scopes(file)]
    try:
        packer.dump((file, parents))
    except RecursionError:
        return None
    return out.getvalue()


def unpack(stream: BytesIO) -> File:
    """The facts that were packed; raises whatever Python finds wrong with what was not."""
    file: File
    file, parents = unpickled(stream)
    for nodes, around in zip(read_scopes(file), parents, strict=True):
        deque(map(setattr, nodes, repeat("parent"), around), maxlen=0)
    return file


def unpickled(stream: BytesIO) -> Any:  # noqa: ANN401  there may be anything in it
    """The values in the next pickle of a stream."""
    return Unpacker(stream).load()


class Unpacker(pickle.Unpickler):
    """Makes plain values and `VALUES`."""

    def find_class(self, module: str, name: str) -> object:
        """What a name stands for: one of `VALUES`."""
        return VALUES[module, name]


def read_scopes(file: File) -> list[Nodes]:
    """The nodes of every scope that is read already."""
    read = [function.nodes for function in file.functions if function.read is None]
    return [file.nodes, *[cls.nodes for cls in file.classes], *read]


def of_fields(cls: type) -> Callable[[Any], Reduced]:
    """How a value is made of its fields; its parent would lead round in circles."""
    values = attrgetter(*(field.name for field in fields(cls) if field.init))
    return lambda value: (cls, values(value))


def of_function(function: n.FunctionDef) -> Reduced:
    """How a function is made: the body only if it is read."""
    made: Reduced = FUNCTION(function)
    read = {} if function.read else {"body": function.body, "nodes": function.nodes}
    return (*made, (None, read)) if read else made


FUNCTION = of_fields(n.FunctionDef)
REDUCERS: dict[type, Callable[[Any], Reduced]] = {
    **{cls: of_fields(cls) for cls in MADE},
    n.FunctionDef: of_function,
    Source: lambda source: (Source, (source.path, source.text)),
    array: lambda numbers: (array, (numbers.typecode, numbers.tolist())),
}

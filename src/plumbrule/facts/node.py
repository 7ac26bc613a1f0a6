"""What all nodes have in common."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypeVar, dataclass_transform

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Source, Span

C = TypeVar("C", bound=type)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def node(cls: C) -> C:
    """A node class: slotted, compared by identity."""
    cls.__doc__ = cls.__doc__ or cls.__name__  # else dataclass works out a signature to put there
    return dataclass(eq=False, slots=True, repr=False)(cls)  # type: ignore[return-value]


@node
class Node:
    """Anything that has a place in a file."""

    source: Source
    start: int
    end: int
    parent: Node | None = field(init=False, default=None)

    @property
    def span(self) -> Span:
        """Where it stands."""
        return self.source.span(self.start, self.end)

    @property
    def line(self) -> int:
        """The line, from 1, on which it starts."""
        return self.source.line_of(self.start)

    @property
    def text(self) -> str:
        """Its source text."""
        return self.source.slice(self.start, self.end)

    @property
    def parents(self) -> Iterator[Node]:
        """The nodes around it, innermost first, up to the file."""
        at = self.parent
        while at is not None:
            yield at
            at = at.parent

    @property
    def children(self) -> Iterator[Node]:
        """The nodes directly inside it, in source order."""
        return iter(_nodes_in(self))

    def walk(self) -> Iterator[Node]:
        """The node itself and every node inside it, nested functions and classes included."""
        stack: list[Node] = [self]
        while stack:
            at = stack.pop()
            yield at
            if CHILD_FIELDS[type(at)]:
                stack += reversed(_nodes_in(at))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.text[:60]!r} {self.source.path}:{self.line}>"


def _nodes_in(node: Node) -> list[Node]:
    found: list[Node] = []
    for name in CHILD_FIELDS[type(node)]:
        value = getattr(node, name)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found += [item for item in value if isinstance(item, Node)]
    return found


_NOT_CHILDREN = {"source", "start", "end", "parent", "nodes", "read"}
_PLAIN = {
    "str",
    "str | None",
    "int",
    "bool",
    "tuple[str, ...]",
    "str | bytes | int | float | complex | bool | Any | None",
}
"""types, as they are written, of what is no node"""


class ChildFields(dict[type[Node], tuple[str, ...]]):
    """For each node class the names of the fields that can hold nodes."""

    def __missing__(self, cls: type[Node]) -> tuple[str, ...]:
        """Those of a class that is asked for the first time."""
        named = (f for f in fields(cls) if f.name not in _NOT_CHILDREN)
        self[cls] = found = tuple(f.name for f in named if f.type not in _PLAIN)
        return found


CHILD_FIELDS = ChildFields()

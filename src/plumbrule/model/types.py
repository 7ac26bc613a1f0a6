"""Small questions about types."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.model.knowledge.names import canonical
from plumbrule.model.knowledge.returns import PARTS, SUBCLASSES
from plumbrule.model.values import External, Target, Type

if TYPE_CHECKING:
    from plumbrule.model.code import Class

ABSTRACT = {"abc.ABC", "typing.Generic", "typing.Protocol"}
"""bases that have no members of their own"""


def inherited(cls: Class, attr: str) -> External | None:
    """A member that only an external base can have; of several, rather not a mixin."""
    bases = [b for b in cls.ancestors if isinstance(b, External) and b.name not in ABSTRACT]
    base = min(bases, key=lambda b: b.name.endswith("Mixin"), default=None)
    return external(f"{SUBCLASSES.get(base.name, base.name)}.{attr}") if base else None


@cache
def external(name: str) -> External:
    """Something outside the project by any of its full names."""
    return External(canonical(name))


def external_type(name: str | None) -> Type | None:
    """A type by its full name; `await` before it makes a coroutine."""
    if name is None:
        return None
    if name.startswith("await "):
        return Type("Coroutine", args=(Type(name.removeprefix("await ")),))
    if name in ("typing.Any", "builtins.object"):
        return None
    return Type(SUBCLASSES.get(name, name))


def part_of(kind: Type | None) -> str | None:
    """What any attribute and any item of a type is: a database of its client."""
    return PARTS.get(kind.name) if kind is not None else None


def is_part(target: Target | None) -> bool:
    """Whether a target is such a part: what it is, its type says."""
    return isinstance(target, External) and target.name.rpartition(".")[0] in PARTS


def awaited(kind: Type | None) -> Type | None:
    """What `await` makes of a type."""
    if kind is None or kind.name != "Coroutine":
        return kind
    return kind.args[0] if kind.args else None


def union(members: list[Type | None]) -> Type | None:
    """The first member of a union that says something, which knows the others."""
    first, *others = [kind for kind in members if known(kind)] or [None]
    more = (*first.others, *(kind for kind in others if kind)) if first else ()
    return replace(first, others=more) if first and more else first


def known(kind: Type | None) -> Type | None:
    """A type that says something."""
    return kind if kind is not None and kind.name != "None" else None

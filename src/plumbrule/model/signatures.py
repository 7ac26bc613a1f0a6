"""What FastAPI takes for the parameters of something that it calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.members import mark
from plumbrule.model.assembly.relevance import INJECTING
from plumbrule.model.assembly.values import MARKERS, UNKNOWN, LambdaValue, Made, Perhaps
from plumbrule.model.code import Class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts import nodes as n
    from plumbrule.model.calls import Call

SIGNATURE, PARAMETER = "inspect.Signature", "inspect.Parameter"


@dataclass(frozen=True, slots=True)
class Signature:
    """What was put on a function as its `__signature__`: it counts instead of its own parameters."""

    parameters: tuple[Any, ...]

    @property
    def is_complete(self) -> bool:
        """Whether all of its parameters are known."""
        return all(isinstance(plain(one), Made) and plain(one).name == PARAMETER for one in self.parameters)

    def defaults(self) -> Iterator[tuple[Any, n.Node, bool]]:
        """The value of each default, where it is written, and whether it is there only under an `if`."""
        for one in self.parameters:
            made = plain(one)
            if isinstance(made, Made) and made.name == PARAMETER and "default" in made.kwargs:
                yield made.kwargs["default"], made.node, isinstance(one, Perhaps)


def signature_of(value: Any) -> Signature | None:
    """The signature that was put on a function; None if there is none."""
    put = mark(value, "__signature__")
    if put is UNKNOWN or not isinstance(put, Made) or put.name != SIGNATURE:
        return None
    given = put.args[0] if put.args else put.kwargs.get("parameters", [])
    return Signature(tuple(given) if isinstance(given, (list, tuple)) else (UNKNOWN,))


def asks_for_nothing(value: Any) -> bool:
    """Whether a value depends on nothing else: one of FastAPI's own security schemes, which take a header,
    cookie or query key, or a lambda whose parameters have no defaults.
    """
    if isinstance(value, LambdaValue):
        return not any(parameter.default for parameter in value.node.parameters)
    return isinstance(value, Made) and value.name.startswith("fastapi.security.")


def may_inject(call: Call) -> bool:
    """Whether a call in an annotation, or as a default, may give `Depends(…)`."""
    if call.name in MARKERS or call.function is not None or isinstance(call.target, Class):
        return True
    return INJECTING.search(call.node.source.text, call.node.start, call.node.end) is not None

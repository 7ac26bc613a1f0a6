"""What FastAPI takes for the parameters of something that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.members import mark
from plumbrule.model.assembly.relevance import INJECTING
from plumbrule.model.assembly.values import MARKERS, LambdaValue, Made
from plumbrule.model.code import Class

if TYPE_CHECKING:
    from plumbrule.model.calls import Call

SIGNATURE, PARAMETER = "inspect.Signature", "inspect.Parameter"


def signature_of(value: Any) -> list[Any] | None:
    """The parameters that were put on a function as its `__signature__`: they count instead of its own.
    None if there are none, or not all of them can be told.
    """
    put = mark(value, "__signature__")
    if not isinstance(put, Made) or put.name != SIGNATURE:
        return None
    given = put.args[0] if put.args else put.kwargs.get("parameters", [])
    known = isinstance(given, (list, tuple)) and all(is_parameter(plain(one)) for one in given)
    return list(given) if known else None


def is_parameter(value: Any) -> bool:
    """Whether a value is an `inspect.Parameter`."""
    return isinstance(value, Made) and value.name == PARAMETER


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

"""The functions that run for a request, each with what its caller hands it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.frozen import frozen
from plumbrule.model.code import Function
from plumbrule.model.knowledge import sinks as known

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call


@frozen
class Frame:
    """A function that runs for a request, with the expressions that its caller gives for its parameters."""

    function: Function
    bound: dict[str, n.Expr] | None = None
    below: Frame | None = None
    call: Call | None = None

    @property
    def chain(self) -> tuple[Call, ...]:
        """The calls that lead here."""
        below = self.below.chain if self.below else ()
        return (*below, self.call) if self.call else below


def frames(frame: Frame | None) -> Iterator[Frame]:
    """A frame and those below it."""
    while frame is not None:
        yield frame
        frame = frame.below


def entered(call: Call, frame: Frame) -> Frame | None:
    """The frame of the project function that a call runs, itself or in a thread or background task."""
    function, args = call.function, call.args
    offset = known.OFFLOADERS.get(call.name)
    if call.method == "run_in_executor":
        offset = 1
    if offset is not None and len(call.args) > offset:
        target = frame.function.resolve(call.args[offset])
        function, args = (target if isinstance(target, Function) else None), call.args[offset + 1 :]
    if function is None or function.name == "__init__":
        return None
    receiver = call.receiver if offset is None else None
    return Frame(function, bound_to(function, receiver, args, call), frame, call)


def bound_to(
    function: Function, receiver: n.Expr | None, args: tuple[n.Expr, ...], call: Call
) -> dict[str, n.Expr]:
    """What a function's parameters stand for in a call."""
    names = [p.name for p in function.parameters if p.kind in ("positional_only", "positional")]
    bound: dict[str, n.Expr] = {}
    if function.cls is not None and not function.is_static and names:
        first = names.pop(0)
        if receiver is not None:
            bound[first] = receiver
    for name, arg in zip(names, args, strict=False):
        if isinstance(arg, n.Starred):
            break
        bound[name] = arg
    return bound | {k.name: k.value for k in call.keywords if k.name}

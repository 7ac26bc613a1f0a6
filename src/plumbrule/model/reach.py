"""Which calls a function makes, itself or through the project functions it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function

DEPTH = 8


@frozen
class Reached:
    """A call, and the calls of project functions that lead to it, outermost first."""

    call: Call
    chain: tuple[Call, ...]

    @property
    def may_be_another(self) -> bool:
        """Whether on the way an abstract method is called, in whose place something else may be run."""
        return any(call.function is not None and len(call.function.written) > 1 for call in self.chain)


def reached_calls(function: Function, depth: int = DEPTH) -> Iterator[Reached]:
    """Every call that running a function makes: its own first, then those of what it calls, each function
    once, shortest way first.

    Functions handed to a thread or an executor are arguments, not
    calls: they are not reached, nor is what stands in a `lambda`.
    A project coroutine function that is called but not awaited is not entered, nor is a generator's body
    when it is only created.
    """
    seen = {function}
    queue: list[tuple[Function, tuple[Call, ...]]] = [(function, ())]
    while queue:
        at, chain = queue.pop(0)
        for call in at.made:
            yield Reached(call, chain)
            inner = call.function
            if inner is None or inner in seen or len(chain) >= depth:
                continue
            if inner.is_async and not inner.is_generator and not call.is_awaited:
                continue
            seen.add(inner)
            queue.append((inner, (*chain, call)))

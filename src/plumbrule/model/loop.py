"""What runs on the event loop: the synchronous calls that an `async def` makes, near and far."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.branches import leaves_out
from plumbrule.model.knowledge.blocking import BLOCKING
from plumbrule.model.reach import DEPTH, Reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.project import Project

REMEMBERED = ("functools.cache", "functools.lru_cache", "functools.cached_property", "cached", "lru_cache")
MADE_UP = re.compile(r"[rf]*['\"]/(proc|sys)/")
"""files that the kernel makes up"""
CONTEXT_MANAGER = "contextlib.contextmanager"


class Blocking:
    """Finds the calls that hold up the thread they run on, a function at a time."""

    def __init__(self, project: Project) -> None:
        index = project.call_index
        self.words = {word for name in BLOCKING.calls for word in index.words_for(name.rpartition(".")[2])}
        self.has_any_member = any(
            name.endswith("*") and name.partition(".")[0] in project.imported for name in BLOCKING.calls
        )
        self._found: dict[Function, list[Call]] = {}

    def calls(self, function: Function) -> list[Call]:
        """Those in the body of one function."""
        if function not in self._found:
            self._found[function] = [call for call in function.made if self._may_block(call) and blocks(call)]
        return self._found[function]

    def _may_block(self, call: Call) -> bool:
        func = call.node.func
        if isinstance(func, n.Attribute):
            return self.has_any_member or func.attr in self.words
        return not isinstance(func, n.Name) or func.id in self.words


def blocks(call: Call) -> bool:
    """Whether a call holds up the thread it runs on."""
    is_own = call.is_awaited or call.function is not None
    kind = None if is_own else BLOCKING.kind(call.name)
    if kind == "file" and any(MADE_UP.match(arg.text) for arg in call.args[:1]):
        return False
    return kind is not None and (kind != "measuring" or waits(call.argument(0, "interval")))


def waits(interval: n.Expr | None) -> bool:
    """Whether a time is given for which a call waits."""
    return interval is not None and not (isinstance(interval, n.Constant) and not interval.value)


def blocking_on_loop(function: Function) -> Iterator[Reached]:
    """The calls that hold up the loop while an `async def` runs."""
    blocking = function.project.blocking
    for at, chain in run_on_loop(function):
        yield from (Reached(call, chain) for call in blocking.calls(at) if is_reached(call, chain))


def reached_on_loop(function: Function) -> Iterator[Reached]:
    """Every call that an `async def` makes on the loop itself, through synchronous project functions."""
    for at, chain in run_on_loop(function):
        yield from (Reached(call, chain) for call in at.made if is_reached(call, chain))


def run_on_loop(function: Function) -> list[tuple[Function, tuple[Call, ...]]]:
    """The functions whose bodies an `async def` runs on the loop itself, each once, with the calls that lead
    to it: itself first, then the nearest.
    """
    found: list[tuple[Function, tuple[Call, ...]]] = [(function, ())]
    seen = {function}
    for at, chain in found:
        for call in at.run_in_place if len(chain) < DEPTH else ():
            if call.function is not None and call.function not in seen and is_reached(call, chain):
                seen.add(call.function)
                found.append((call.function, (*chain, call)))
    return found


def is_reached(call: Call, chain: tuple[Call, ...]) -> bool:
    """Whether a function makes a call with what the last call on the way to it gives."""
    return not chain or not leaves_out(chain[-1], call.node)


def runs_in_place(call: Call) -> bool:
    """Whether the body of what is called runs in place, in the thread of the caller, each time."""
    inner = None if call.is_awaited else call.function
    if inner is None or inner.is_async:
        return False
    if any(name.endswith(REMEMBERED) for name in inner.decorator_names):
        return False
    return not inner.is_generator or is_consumed(call)


def is_consumed(call: Call) -> bool:
    """Whether a generator is run where it is made."""
    if call.function is not None and CONTEXT_MANAGER in call.function.decorator_names:
        return True
    match call.node.parent:
        case n.For() | n.Clause():
            return True
        case n.Yield(is_from=is_from):
            return is_from
        case n.Call(
            func=n.Name(id="list" | "tuple" | "set" | "sorted" | "dict" | "sum" | "any" | "all" | "next")
        ):
            return True
        case _:
            return False

"""The way from a request, or from a function, to a finding."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from plumbrule.facts import nodes as n
from plumbrule.finding import Confidence, Finding, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.flow import Flow
    from plumbrule.model.reach import Reached

CONFIDENCES: tuple[Confidence, ...] = get_args(Confidence)
MOST_WAYS = 5
"""so many other ways to a place are named"""


def stations(flow: Flow) -> tuple[Step, ...]:
    """How request data gets from a route to a dangerous call, as the chain of a finding."""
    return tuple(Step(text, span) for text, span in flow.steps)


def steps_to(function: Function, reached: Reached) -> tuple[Step, ...]:
    """The way from a function, or the route it serves, to a call that it reaches."""
    start = function.routes[0].label if function.routes else f"`{function.label}`"
    return (Step(start, function.span), *steps_of(reached.chain))


def steps_of(calls: Iterable[Call]) -> Iterator[Step]:
    """Calls that lead on, each to the next."""
    return (Step(f"calls `{called(call.node.func)}`", call.span) for call in calls)


def called(func: n.Expr) -> str:
    """What is called, without the arguments of a call before the last dot that takes several lines."""
    match func:
        case n.Attribute(value=n.Call(func=inner), attr=attr) if "\n" in func.text:
            return f"{called(inner)}(…).{attr}"
        case _:
            return " ".join(func.text.split())


def told_together(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings about one place as one: the surest of them, with where other ways to it begin."""
    places: dict[tuple[Span, str], list[Finding]] = {}
    for finding in findings:
        places.setdefault((finding.at, finding.message), []).append(finding)
    for same in places.values():
        surest = min(same, key=lambda finding: CONFIDENCES.index(finding.confidence or "high"))
        begun = {finding.chain[0].text: finding.chain for finding in same if finding.chain}
        others = [way for text, way in begun.items() if surest.chain and text != surest.chain[0].text]
        yield replace(surest, also=tuple(map(first_call, others[:MOST_WAYS])))


def first_call(chain: Sequence[Step]) -> Step:
    """Where a way begins, and the place of its first call: that is what an owner may change."""
    return replace(chain[0], span=chain[1].span) if len(chain) > 1 else chain[0]

"""Some steps of a plan: those that are named, and those that they cannot be done without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.layouts.proposal import Proposal
from plumbrule.plan import Refusal
from plumbrule.restructure import Entangled, carry_out
from plumbrule.verbs.structure.extracting import extracted
from plumbrule.verbs.structure.settling import suspects

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.layouts.proposal import Line
    from plumbrule.restructure import Tree


@dataclass(frozen=True, slots=True)
class Chosen:
    """The part of a proposal that is to be done; `needed` are the steps that were added, by number."""

    proposal: Proposal
    needed: tuple[int, ...] = ()


def chosen(tree: Tree, proposal: Proposal, words: Sequence[str]) -> Chosen:
    """The steps that some words name, with those they need; raises a Refusal if they cannot be done."""
    steps = proposal.steps
    wanted = {line for word in words for line in named(proposal, word)}
    given = set(wanted)
    while True:
        part = Proposal(proposal.layout, tuple(line for line in steps if line in wanted))
        more = lacking(tree, part, [line for line in steps if line not in wanted])
        if not more:
            return Chosen(part, tuple(n for n, line in enumerate(steps, 1) if line in wanted - given))
        wanted |= more


def lacking(tree: Tree, part: Proposal, others: list[Line]) -> set[Line]:
    """The other steps that a part of a proposal cannot be done without; raises a Refusal if none helps."""
    try:
        moved = carry_out(tree, part.cuts, part.moves)
    except Refusal as refusal:
        if more := missing(others, refusal, part):
            return more
        raise
    try:
        extracted(tree, part, moved.rewrite, strict=True)
    except Entangled as knot:
        if more := tied(others, knot, part):
            return more
        raise
    return set()


def named(proposal: Proposal, word: str) -> list[Line]:
    """The steps that a word names: by number, slice, what moves, or where to."""
    steps = proposal.steps
    if word.isdecimal():
        if not 1 <= int(word) <= len(steps):
            raise Refusal(f"there is no step {word}; they go from 1 to {len(steps)}")
        return [steps[int(word) - 1]]
    found = [line for line in steps if word in {line.slice, line.module, line.target, *line.names}]
    if not found:
        slices = ", ".join(dict.fromkeys(line.slice for line in steps if line.slice))
        raise Refusal(f"`{word}` is no step: they go from 1 to {len(steps)}, or by slice: {slices or 'none'}")
    return found


def missing(others: list[Line], refusal: Refusal, part: Proposal) -> set[Line]:
    """The steps without which some others are refused."""
    if isinstance(refusal, Entangled) and (found := tied(others, refusal, part)):
        return found
    return {
        line for line in suspects(others, str(refusal)) if line.module not in {p.module for p in part.steps}
    }


def tied(others: list[Line], knot: Entangled, part: Proposal) -> set[Line]:
    """The steps that move what holds some definitions of their module back."""
    modules = {line.module for line in part.steps if set(line.names) & set(knot.parts)}
    return {line for line in others if line.module in modules and set(line.names) & set(knot.names)}

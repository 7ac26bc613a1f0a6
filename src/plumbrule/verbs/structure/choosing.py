"""Some steps of a plan: those that are named, and those that they cannot be done without."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.layouts.proposal import Proposal
from plumbrule.plan import Refusal
from plumbrule.restructure import Entangled, carry_out
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
        try:
            carry_out(tree, part.cuts, part.moves)
        except Refusal as refusal:
            more = missing([line for line in steps if line not in wanted], refusal, part)
            if not more:
                raise
            wanted |= more
            continue
        return Chosen(part, tuple(n for n, line in enumerate(steps, 1) if line in wanted - given))


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
    if isinstance(refusal, Entangled):
        modules = {line.module for line in part.steps if set(line.names) & set(refusal.parts)}
        tied = {line for line in others if line.module in modules and set(line.names) & set(refusal.names)}
        if tied:
            return tied
    return {
        line for line in suspects(others, str(refusal)) if line.module not in {p.module for p in part.steps}
    }

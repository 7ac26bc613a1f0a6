"""The extractions of a proposal, one after the other, behind its moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plumbrule.plan import Create, Edit, Move, Refusal, Step
from plumbrule.restructure import MoveMap
from plumbrule.restructure.extraction import extract

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.layouts.proposal import Line, Proposal
    from plumbrule.restructure import Problem, Rewrite, Tree

KEPT = "cannot be extracted"


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A proposal and its rewrite with its extractions; `refused` lines were taken out."""

    proposal: Proposal
    rewrite: Rewrite
    problems: tuple[Problem, ...] = ()
    refused: tuple[tuple[Line, str], ...] = ()


def extracted(tree: Tree, proposal: Proposal, rewrite: Rewrite, *, strict: bool) -> TakenOut:
    """Carry out the extractions of a proposal on what its moves make of a tree.

    Unless `strict`, handlers that cannot be made thinner stay as they are, and it is said why.
    """
    done = rewrite
    problems: list[Problem] = []
    refused: list[tuple[Line, str]] = []
    for line in proposal.lines:
        wanted = line.extraction
        if wanted is None:
            continue
        try:
            made = extract(tree.after(done.steps), wanted)
        except Refusal as refusal:
            if strict:
                raise
            refused.append((line, str(refusal)))
            continue
        if made.problems and not strict:
            refused.append((line, str(made.problems[0])))
            continue
        problems += made.problems
        done = both(done, made.rewrite)
    stays = {id(line): why for line, why in refused}
    lines = tuple(
        replace(line, target=None, reason=f"{KEPT}: {stays[id(line)]}") if id(line) in stays else line
        for line in proposal.lines
    )
    return TakenOut(replace(proposal, lines=lines), done, tuple(problems), tuple(refused))


def idle(proposal: Proposal) -> set[Line]:
    """The moves that were to make room for extractions, and none of those from their module can be done."""
    done = {line.module for line in proposal.lines if line.extraction}
    tried = {line.module for line in proposal.lines if line.target is None and line.extract}
    return {
        line for line in proposal.moving if line.names and not line.extract and line.module in tried - done
    }


def both(one: Rewrite, other: Rewrite) -> Rewrite:
    """Two rewrites as one; the second starts from what the first has made."""
    names = {old: other.names(new) for old, new in one.names.names.items()}
    return replace(
        one,
        steps=merged(one.steps, other.steps),
        names=MoveMap({**other.names.names, **names}),
        changes=(*one.changes, *other.changes),
        mentions=(*one.mentions, *other.mentions),
        visible=(*one.visible, *other.visible),
        homes={**other.homes, **{old: other.full(new) for old, new in one.homes.items()}},
        altered=one.altered | other.altered,
    )


def merged(first: Iterable[Step], second: Iterable[Step]) -> tuple[Step, ...]:
    """Steps that do what two lists do one after the other, each file once."""
    steps = list(first)
    made = {place(step): number for number, step in enumerate(steps)}
    for step in second:
        operation, number = step.operation, made.get(place(step))
        if number is None or not isinstance(operation, Edit):
            made[place(step)] = len(steps)
            steps.append(step)
            continue
        before = steps[number].operation
        match before:
            case Create():
                steps[number] = replace(steps[number], operation=replace(before, text=operation.after))
            case Edit() | Move():
                steps[number] = replace(steps[number], operation=replace(before, after=operation.after))
            case _:
                steps.append(step)
    return tuple(steps)


def place(step: Step) -> str:
    """The file that a step leaves behind."""
    operation = step.operation
    return operation.to if isinstance(operation, Move) else operation.path

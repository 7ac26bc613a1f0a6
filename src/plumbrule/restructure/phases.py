"""Imports are cut first, then things move: two rewrites, each with its proof, and one set of steps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plumbrule.plan import Create, Step
from plumbrule.restructure.cuts import cut_imports
from plumbrule.restructure.proof import check_static
from plumbrule.restructure.rewriting import restructure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.restructure.moves import ImportCut, Move, Problem, Rewrite
    from plumbrule.restructure.tree import Tree


@dataclass(frozen=True, slots=True)
class Carried:
    """What is to be done in all, and the rewrites one after the other, each with the tree it starts from."""

    rewrite: Rewrite
    phases: tuple[tuple[Tree, Rewrite], ...]

    @property
    def problems(self) -> list[Problem]:
        """What the static proof of each phase found."""
        return [
            problem
            for before, rewrite in self.phases
            for problem in check_static(before, before.after(rewrite.steps), rewrite)
        ]


def carry_out(tree: Tree, cuts: Sequence[ImportCut], moves: Sequence[Move]) -> Carried:
    """Both kinds of change; raises a Refusal if one cannot be done safely."""
    if not cuts:
        moved = restructure(tree, moves)
        return Carried(moved, ((tree, moved),))
    cut = cut_imports(tree, cuts)
    if not moves:
        return Carried(cut, ((tree, cut),))
    middle = tree.after(cut.steps)
    moved = restructure(middle, moves)
    whole = replace(
        moved, steps=tuple(_joined(cut.steps, moved.steps)), changes=(*cut.changes, *moved.changes)
    )
    return Carried(whole, ((tree, cut), (middle, moved)))


def _joined(first: Sequence[Step], then: Sequence[Step]) -> list[Step]:
    """The steps of both, each from the text that the file has at the beginning."""
    old = {step.operation.path: step.operation for step in first if not isinstance(step.operation, Create)}
    steps = []
    for step in then:
        operation = step.operation
        if not isinstance(operation, Create) and operation.path in old:
            operation = replace(operation, before=old[operation.path].before)
        steps.append(replace(step, operation=operation))
    done = {step.operation.path for step in then}
    return [*(step for step in first if step.operation.path not in done), *steps]

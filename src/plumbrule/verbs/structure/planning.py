"""From a project to what would move, and from that to the rewrite of its files."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from plumbrule.layouts.acyclic import acyclic
from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.by_layer import by_layer
from plumbrule.layouts.fat_routes import thin_routes
from plumbrule.layouts.plan_file import read
from plumbrule.plan import Plan, Refusal, read_text
from plumbrule.restructure import Tree, carry_out, imports_of
from plumbrule.verbs.structure.choosing import chosen
from plumbrule.verbs.structure.contracts import with_contracts
from plumbrule.verbs.structure.extracting import extracted, idle
from plumbrule.verbs.structure.settling import Settled, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from plumbrule.layouts.proposal import Line, Proposal
    from plumbrule.restructure import Problem, Rewrite
    from plumbrule.rulekit import Project
    from plumbrule.verbs.structure.choosing import Chosen
    from plumbrule.verbs.structure.extracting import TakenOut
    from plumbrule.verbs.structure.trees import Place

LAYOUTS: dict[str, Callable[[Project], Proposal]] = {
    "by-feature": by_feature,
    "by-layer": by_layer,
    "thin-routes": thin_routes,
    "acyclic": acyclic,
}


@dataclass(frozen=True, slots=True)
class Planned:
    """A proposal, what it does to files, and the static proof of it; `refused` lines were taken out."""

    place: Place
    proposal: Proposal
    rewrite: Rewrite
    problems: tuple[Problem, ...]
    refused: tuple[tuple[Line, str], ...] = ()
    imports_before: Mapping[str, set[str]] = field(default_factory=dict)
    imports_after: Mapping[str, set[str]] = field(default_factory=dict)

    def plan(self, root: Path) -> Plan:
        """The steps, for the repository in a folder."""
        return Plan(root, self.rewrite.steps)


def proposal_of(project: Project, layout: str) -> Proposal:
    """What a layout proposes for a project."""
    return LAYOUTS[layout](project)


def settled_at(place: Place, proposal: Proposal, project: Project) -> Proposal:
    """What of a proposal can be carried out; what cannot is among the lines that stay, with the reason."""
    tree = Tree.read(place.whole)
    if not place.inside:
        tree.recall(module.file for module in project.modules)
    return attempted(tree, proposal, place.inside)[1].proposal


def attempted(tree: Tree, proposal: Proposal, inside: str) -> tuple[Settled, TakenOut]:
    """The most of a proposal that can be carried out; what moves for extractions alone stays if none can."""
    found = settled(tree, proposal)
    taken = extracted(tree, found.proposal, contracted(tree, found, inside), strict=False)
    if vain := idle(taken.proposal):
        rest = tuple(line for line in taken.proposal.lines if line not in vain)
        found, again = settled(tree, replace(proposal, lines=rest)), taken.refused
        taken = extracted(tree, found.proposal, contracted(tree, found, inside), strict=False)
        taken = replace(taken, refused=(*again, *taken.refused))
    return found, taken


def contracted(tree: Tree, found: Settled, inside: str) -> Rewrite:
    """The moves of a proposal, and what the contracts of its imports say afterwards."""
    rewrite = found.carried.rewrite
    return with_contracts(tree, rewrite, found.proposal, inside) if found.proposal.moves else rewrite


def proposal_in(file: Path) -> Proposal:
    """What a file says that is to be moved."""
    try:
        return read(read_text(file), str(file), LAYOUTS)
    except OSError as error:
        raise Refusal(f"cannot read {file}: {error.strerror}") from error


def some_of(place: Place, proposal: Proposal, words: Sequence[str]) -> Chosen:
    """The steps of a proposal that some words name, with those that they need."""
    return chosen(Tree.read(place.whole), proposal, words)


def planned(place: Place, proposal: Proposal, *, strict: bool) -> Planned:
    """The rewrite of a proposal, proved without running anything.

    Unless `strict`, what cannot move stays, and it is said why.
    """
    tree = Tree.read(place.whole)
    if strict:
        found = Settled(proposal, carry_out(tree, proposal.cuts, proposal.moves))
        taken = extracted(tree, proposal, contracted(tree, found, place.inside), strict=True)
    else:
        found, taken = attempted(tree, proposal, place.inside)
    after = tree.after(found.carried.rewrite.steps)
    return Planned(
        place,
        taken.proposal,
        taken.rewrite,
        (*found.carried.problems, *taken.problems),
        (*found.refused, *taken.refused),
        imports_of(tree),
        imports_of(after),
    )

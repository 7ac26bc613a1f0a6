"""What of a proposal can be carried out: what ties it up goes to a third module, what cannot move stays."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plumbrule.layouts.modules import Modules
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.sharing import third_module
from plumbrule.layouts.slices import Slices
from plumbrule.model.project import Project
from plumbrule.plan import Refusal
from plumbrule.restructure import Entangled, Unready, carry_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure import Carried, Tree

ATTEMPTS = 40
HELD = "cannot move"
WORD = re.compile(r"[\w./-]+\w")
Refused = tuple[Line, str]


@dataclass(frozen=True, slots=True)
class Settled:
    """A proposal without what cannot move, what comes of it, and the lines taken out with the reason."""

    proposal: Proposal
    carried: Carried
    refused: tuple[Refused, ...] = ()


def settled(tree: Tree, proposal: Proposal) -> Settled:
    """The most of a proposal that can be carried out, as far as attempts show; extractions come later.

    What moves for these stays rather than go to a third module.
    """
    later = [line for line in proposal.lines if line.extraction]
    lines, refused = [line for line in proposal.lines if not line.extraction], list[Refused]()
    lifted: set[tuple[str, str]] = set()
    last: Refusal | None = None
    for _ in range(ATTEMPTS):
        tried = Proposal(proposal.layout, tuple(lines))
        try:
            stays = [replace(line, target=None, reason=f"{HELD}: {why}") for line, why in refused]
            carried = carry_out(tree, tried.cuts, tried.moves)
            return Settled(Proposal(proposal.layout, (*lines, *stays, *later)), carried, tuple(refused))
        except Unready:
            raise
        except Refusal as refusal:
            last = refusal
        knot = _line_of(last, lines)
        names = (
            {(knot.module, name) for name in last.names} if knot and isinstance(last, Entangled) else set()
        )
        if knot and names and not names & lifted and not later:
            lifted |= names
            lines = _lifted(tree, lines, knot, {name for _, name in names})
            continue
        gone = [knot] if knot else list(suspects(lines, str(last))) or [_culprit(tree, tried, str(last))]
        refused += [(line, str(last)) for line in gone]
        lines = [line for line in lines if line not in gone]
    raise last or Refusal("nothing can move")


def _line_of(refusal: Refusal, lines: list[Line]) -> Line | None:
    """The line whose definitions are tied to their module."""
    if not isinstance(refusal, Entangled):
        return None
    return next((line for line in lines if line.target and set(line.names) & set(refusal.parts)), None)


def _lifted(tree: Tree, lines: list[Line], knot: Line, names: set[str]) -> list[Line]:
    """The lines, with names that tie a line to its module in a third one."""
    with_names = [line for line in lines if line.module == knot.module and names & set(line.names)]
    kept = [line if line not in with_names else _without(line, names) for line in lines]
    modules = Modules(Slices(Project([tree.facts(path) for path in tree.python])))
    taken = {line.target for line in lines if line.target and line.module != knot.module}
    target = third_module(modules, knot.module, names, taken)
    reason = f"shared by what leaves {knot.module} and what stays"
    return [
        *(line for line in kept if line),
        Line(knot.module, target, reason, 0.7, "", tuple(sorted(names))),
    ]


def _without(line: Line, names: set[str]) -> Line | None:
    left = tuple(name for name in line.names if name not in names)
    return replace(line, names=left) if left else None


def suspects(lines: list[Line], said: str) -> Iterator[Line]:
    """The lines that a refusal speaks of: by what they make, else by what they move."""
    words = {
        word.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for word in WORD.findall(said)
    }
    moving = [line for line in lines if line.target]
    by_target = [line for line in moving if _is_named(line.target or "", words)]
    yield from by_target or [line for line in moving if _is_named(line.module, words)]


def _is_named(module: str, words: set[str]) -> bool:
    return any(
        word == module or word.endswith(f".{module}") for word in words if "." in module or word == module
    )


def _culprit(tree: Tree, proposal: Proposal, said: str) -> Line:
    """The first line with which those before it cannot be carried out, for the same reason as all."""
    moving = proposal.moving
    low, high = 0, len(moving)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            tried = Proposal(proposal.layout, moving[:middle])
            carry_out(tree, tried.cuts, tried.moves)
            low = middle
        except Refusal as refusal:
            low, high = (low, middle) if str(refusal) == said else (middle, high)
    return moving[high - 1]

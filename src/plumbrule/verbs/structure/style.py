"""How a project is laid out: by feature, by layer, flat, or a mixture."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from plumbrule.layouts.words import LAYERS, key_of

if TYPE_CHECKING:
    from plumbrule.layouts.modules import Modules
    from plumbrule.model.code import Module

Kind = Literal["by feature", "by layer", "flat", "mixed"]
CLEAR = 0.7
"""the part of the modules that must agree"""


@dataclass(frozen=True, slots=True)
class Style:
    """The layout, and how many modules speak for each."""

    kind: Kind
    votes: dict[str, int]


def style_of(modules: Modules) -> Style:
    """What most of the modules of the apps say."""
    votes = Counter(vote for module in modules.movable if (vote := vote_of(modules, module)))
    told = dict(votes.most_common())
    sliced = votes["by feature"] + votes["by layer"]
    if not votes or votes["flat"] > sliced:
        return Style("flat", told)
    for kind in ("by feature", "by layer"):
        if votes[kind] >= CLEAR * sliced:
            return Style("by feature" if kind == "by feature" else "by layer", told)
    return Style("mixed", told)


def vote_of(modules: Modules, module: Module) -> str | None:
    """What one module says: the folders from the base inwards decide."""
    *folders, stem = modules.inside(module)
    for folder in folders:
        if folder in LAYERS:
            return "by layer"
        if key_of(folder) in modules.slices.names or stem in LAYERS:
            return "by feature"
    if not folders and (stem in LAYERS or modules.routing.get(module)):
        return "flat"
    return None

"""Moves modules and definitions: every reference follows, every local name and every other byte stays."""

from plumbrule.restructure.meanings import imports_of
from plumbrule.restructure.moves import (
    Change,
    DefinitionMove,
    Entangled,
    ImportCut,
    Mention,
    ModuleMove,
    Move,
    MoveMap,
    Problem,
    Rewrite,
    Unready,
    VisibleName,
)
from plumbrule.restructure.phases import Carried, carry_out
from plumbrule.restructure.proof import check_static
from plumbrule.restructure.rewriting import restructure
from plumbrule.restructure.tree import Tree

__all__ = [
    "Carried",
    "Change",
    "DefinitionMove",
    "Entangled",
    "ImportCut",
    "Mention",
    "ModuleMove",
    "Move",
    "MoveMap",
    "Problem",
    "Rewrite",
    "Tree",
    "Unready",
    "VisibleName",
    "carry_out",
    "check_static",
    "imports_of",
    "restructure",
]

"""The static proof: what can be told of two trees without running them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbrule.restructure.moves import Problem, Rewrite
    from plumbrule.restructure.tree import Tree


def check_static(before: Tree, after: Tree, rewrite: Rewrite) -> list[Problem]:
    """What differs between two trees beyond what the rewrite says."""
    del before, after, rewrite
    return []

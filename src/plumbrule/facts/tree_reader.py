"""What every reader of trees does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import DEEPEST, kids, name_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node as Tree

    from plumbrule.facts.source import Source

NO_EXPRESSION = ("_statement", "_definition", "assignment", "block", "ERROR")


class TreeReader(ABC):
    """Makes nodes of trees; `nodes` collects everything that is read in the scope at hand."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = source.text
        self.at = source.offsets
        self.nodes: list[n.Node] = []
        self.depth = 0

    def name(self, tree: Tree) -> str:
        """The text of a name."""
        return name_of(self.text[tree.start_byte : tree.end_byte])

    def adopt(self, made: n.Node, *groups: Iterable[n.Node] | n.Node | None) -> n.Node:
        """Keep a node that was made, as the parent of its parts."""
        for group in groups:
            if group is None:
                continue
            for child in (group,) if isinstance(group, n.Node) else group:
                child.parent = made
        self.nodes.append(made)
        return made

    def wrap(self, made: n.Expr, inner: n.Node) -> n.Expr:
        """The same for a node with one part."""
        inner.parent = made
        self.nodes.append(made)
        return made

    @abstractmethod
    def expr(self, tree: Tree) -> n.Expr:
        """One expression."""

    def exprs(self, trees: Iterable[Tree]) -> tuple[n.Expr, ...]:
        """One expression a tree."""
        return tuple([self.expr(k) for k in trees])

    def too_deep(self, tree: Tree) -> n.Expr:
        """What is nested deeper than is looked at, without its parts."""
        made = n.Unknown(self.source, tree.start_byte, tree.end_byte, ())
        self.nodes.append(made)
        return made

    def unknown(self, tree: Tree) -> n.Expr:
        """What has no reader of its own, with the expressions in it."""
        if self.depth > DEEPEST:
            return self.too_deep(tree)
        self.depth += 1
        parts = [self.expr(k) for k in kids(tree) if not k.type.endswith(NO_EXPRESSION)]
        self.depth -= 1
        made = n.Unknown(self.source, tree.start_byte, tree.end_byte, tuple(parts))
        self.adopt(made, parts)
        return made

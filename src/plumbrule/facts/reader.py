"""What reading any tree needs: where the reader stands, and which function reads which kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import DEEPEST, LANGUAGE, MEANINGFUL, NAMES, kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from tree_sitter import Node as Tree

    from plumbrule.facts.source import Source
    from plumbrule.facts.statement import Contents

    Read = Callable[["Reader", Tree], n.Expr]
    ReadStatement = Callable[["Reader", Tree], n.Statement]

R = TypeVar("R", bound="ReadStatement")
EXPRESSIONS: dict[int, Read | None] = dict.fromkeys(range(LANGUAGE.node_kind_count))
"""what reads each kind of tree that means something, as an expression"""
READERS: dict[int, Read] = {}
"""the same, for signs too: they may stand anywhere in broken code"""
STATEMENTS: dict[int, ReadStatement] = {}
"""what reads each kind of statement; every other kind is an expression, or several statements"""
NO_EXPRESSION = frozenset(
    number
    for number, name in MEANINGFUL.items()
    if name.endswith(("_statement", "_definition", "assignment", "block", "ERROR"))
)


class Reader:
    """Makes nodes of trees.

    `nodes` collects everything that is read in the scope at hand; `at` gives each offset of the text that was
    parsed as an offset in the file; `later` reads the body of a function when it is asked for.
    """

    def __init__(self, source: Source, text: bytes, at: Sequence[int], later: Contents | None = None) -> None:
        self.source = source
        self.text = text
        self.at = at
        self.later = later
        self.depth = 0
        self.nodes: list[n.Node] = []
        self.functions: list[n.FunctionDef] = []
        self.classes: list[n.ClassDef] = []
        self.imports: list[n.Import | n.ImportFrom] = []

    def name(self, tree: Tree) -> str:
        """The text of a name."""
        raw = self.text[tree.start_byte : tree.end_byte]
        return NAMES[raw]

    def place(self, tree: Tree) -> tuple[Source, int, int]:
        """What every node begins with: its file, where it starts and where it ends."""
        at = self.at
        return self.source, at[tree.start_byte], at[tree.end_byte]

    def adopt(self, made: n.Node, *children: n.Node | None) -> None:
        """Keep a node that was made, as the parent of its parts."""
        for child in children:
            if child is not None:
                child.parent = made
        self.nodes.append(made)

    def expr(self, tree: Tree) -> n.Expr:
        """One expression."""
        return READERS[tree.kind_id](self, tree)

    def exprs(self, trees: Iterable[Tree]) -> tuple[n.Expr, ...]:
        """One expression for each tree that means something."""
        made = []
        for tree in trees:
            read = EXPRESSIONS[tree.kind_id]
            if read is not None:
                made.append(read(self, tree))
        return tuple(made)

    def first(self, tree: Tree) -> n.Expr:
        """The first expression in a tree."""
        for child in tree.children:
            read = EXPRESSIONS[child.kind_id]
            if read is not None:
                return read(self, child)
        return unknown(self, tree)


def leaf(*names: str) -> Callable[[Read], Read]:
    """Says which kinds of expressions without others in them a function reads."""

    def registered(read: Read) -> Read:
        found = {kind(name): read for name in names}
        EXPRESSIONS.update(found)
        READERS.update(found)
        return read

    return registered


def branch(*names: str) -> Callable[[Read], Read]:
    """Says which kinds of expressions a function reads, and keeps count of how deep they are nested."""

    def registered(read: Read) -> Read:
        def nested(reader: Reader, tree: Tree) -> n.Expr:
            depth = reader.depth
            if depth > DEEPEST:
                return too_deep(reader, tree)
            reader.depth = depth + 1
            made = read(reader, tree)
            reader.depth = depth
            return made

        return leaf(*names)(nested)

    return registered


def statement(*names: str) -> Callable[[R], R]:
    """Says which kinds of statements a function reads."""

    def registered(read: R) -> R:
        STATEMENTS.update({kind(name): read for name in names})
        return read

    return registered


def too_deep(reader: Reader, tree: Tree) -> n.Expr:
    """What is nested deeper than is looked at, without its parts."""
    made = n.Unknown(*reader.place(tree), ())
    reader.nodes.append(made)
    return made


@branch(*MEANINGFUL.values())
def unknown(reader: Reader, tree: Tree) -> n.Expr:
    """What has no reader of its own, with the expressions in it."""
    parts = reader.exprs(child for child in tree.children if child.kind_id not in NO_EXPRESSION)
    made = n.Unknown(*reader.place(tree), parts)
    reader.adopt(made, *parts)
    return made


READERS |= {number: unknown for number in range(LANGUAGE.node_kind_count) if number not in MEANINGFUL}

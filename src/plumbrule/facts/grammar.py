"""The parser's own names, and the little that every reader of its trees needs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import tree_sitter_python
from tree_sitter import Language, Parser

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

DEEPEST = (
    180  # nesting beyond this is kept as one Unknown: no person wrote it, and Python's own stack is finite
)

LANGUAGE = Language(tree_sitter_python.language())


def kind(name: str) -> int:
    """The number of a kind of tree: it is cheaper to ask for than the name."""
    found = LANGUAGE.id_for_node_kind(name, True)
    if found is None:
        raise KeyError(name)
    return found


def kinds(*names: str) -> frozenset[int]:
    """The numbers of several kinds of trees."""
    return frozenset(map(kind, names))


COMMENT = kind("comment")
SILENT = kinds("comment", "line_continuation")
MEANINGFUL = {
    kind(name): name
    for number in range(LANGUAGE.node_kind_count)
    if LANGUAGE.node_kind_is_named(number) and LANGUAGE.node_kind_is_visible(number)
    if (name := LANGUAGE.node_kind_for_id(number)) and kind(name) not in SILENT
} | {kind("ERROR"): "ERROR"}
"""every kind that is more than a sign, with its name"""


@cache
def parser() -> Parser:
    """The parser."""
    return Parser(LANGUAGE)


def kids(tree: Tree) -> list[Tree]:
    """The children that mean something."""
    return [k for k in tree.children if k.kind_id in MEANINGFUL]


class Names(dict[bytes, str]):
    """The text of every name that was read, one object for all its uses."""

    def __missing__(self, raw: bytes) -> str:
        """The text of one that is new."""
        self[raw] = text = raw.decode("utf-8", "replace")
        return text


NAMES = Names()


def dotted(text: str) -> str:
    """A dotted name without blanks."""
    return text if text.isidentifier() else "".join(text.split())


def is_async(tree: Tree) -> bool:
    """Whether a statement starts with `async`."""
    first = tree.child(0)
    return first is not None and first.type == "async"

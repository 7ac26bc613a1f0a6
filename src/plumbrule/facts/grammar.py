"""The parser's own names, and the little that every reader of its trees needs."""

from __future__ import annotations

import re
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
COMMENT = LANGUAGE.id_for_node_kind("comment", True)
CONTINUATION = LANGUAGE.id_for_node_kind("line_continuation", True)


SILENT = frozenset((COMMENT, CONTINUATION))
DEFINING = re.compile(rb"\b(?:def|class)\b")


@cache
def parser() -> Parser:
    """The parser."""
    return Parser(LANGUAGE)


def kids(tree: Tree) -> list[Tree]:
    """The children that mean something."""
    return [k for k in tree.named_children if k.kind_id not in SILENT]


@cache
def name_of(raw: bytes) -> str:
    """The text of a name, one object for all its uses."""
    return raw.decode("utf-8", "replace")


def dotted(text: str) -> str:
    """A dotted name without blanks."""
    return "".join(text.split())


def is_async(tree: Tree) -> bool:
    """Whether a statement starts with `async`."""
    return bool(tree.child_count) and tree.children[0].type == "async"

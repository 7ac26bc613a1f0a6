"""From bytes to facts, with tree-sitter: only this and the readers beside it know the parser."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import definition_reader  # noqa: F401 - it says how definitions are read
from plumbrule.facts import nodes as n
from plumbrule.facts.file import Comment, File, is_test
from plumbrule.facts.grammar import COMMENT, parser
from plumbrule.facts.reader import Reader
from plumbrule.facts.scope import Nodes
from plumbrule.facts.source import Source, Span
from plumbrule.facts.statement_reader import block

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node as Tree


QUOTED = re.compile(rb"""[rRuUbB]*('''|\"""|'|")""")


def read(path: str, text: bytes) -> File:
    """The facts of one file. Never fails: what cannot be read is listed in `broken`."""
    source = Source(path, text)
    root = parser().parse(text).root_node
    later = read_body if is_test(path, text) and not root.has_error else None
    reader = Reader(source, text, source.offsets(0, len(text)), later)
    body = block(reader, root)
    broken = tuple(source.span(start, end) for start, end in _broken(root)) if root.has_error else ()
    comments = tuple(_comments(source, root)) if b"plumb:" in text else ()
    definitions = tuple(reader.functions), tuple(reader.classes)
    imports = tuple(sorted(reader.imports, key=lambda statement: statement.start))
    return File(source, body, Nodes(reader.nodes), *definitions, imports, comments, broken)


def unread(path: str) -> File:
    """A file of which nothing is known but that it is there."""
    return File(Source(path, b""), (), Nodes(), (), (), (), (), (Span(path, 1, 1, 1, 1, 0, 0),))


def read_body(function: n.FunctionDef) -> tuple[tuple[n.Statement, ...], Nodes]:
    """The body of a function that was left for later, with all nodes in it."""
    source, start, end = function.source, function.start, function.end
    text = source.text[start:end]
    definition = parser().parse(text).root_node.children[0]
    reader = Reader(source, text, source.offsets(start, end))
    body = block(reader, definition.child_by_field_name("body"))
    for child in body:
        child.parent = function
    return body, Nodes(reader.nodes)


def read_expression(constant: n.Constant) -> n.Expr | None:
    """What a string annotation says, with its place in the file; None if it is no expression."""
    if not isinstance(constant.value, str) or not constant.value.strip():
        return None
    source = constant.source
    quoted = QUOTED.match(source.text, constant.start)
    begin, end = (quoted.end(), constant.end - len(quoted[1])) if quoted else (1, 0)
    if begin > end:
        return None
    text = b"(" + source.text[begin:end] + b")"
    root = parser().parse(text).root_node
    if root.has_error:
        return None
    match block(Reader(source, text, source.offsets(begin - 1, end + 1)), root):
        case (n.ExprStatement(value=value),):
            value.parent = constant.parent
            return value
        case _:
            return None


def _broken(root: Tree) -> Iterable[tuple[int, int]]:
    """The outermost errors of a tree."""
    stack = [root]
    while stack:
        at = stack.pop()
        if at.is_error or at.is_missing:
            yield at.start_byte, max(at.end_byte, at.start_byte + 1)
        elif at.has_error:
            stack.extend(reversed(at.children))


def _comments(source: Source, root: Tree) -> Iterable[Comment]:
    """The comments that speak to this tool."""
    stack = [root]
    while stack:
        at = stack.pop()
        if at.kind_id == COMMENT:
            text = source.slice(at.start_byte, at.end_byte)
            if "plumb:" in text:
                yield Comment(text, source.span(at.start_byte, at.end_byte))
        elif b"plumb:" in source.text[at.start_byte : at.end_byte]:
            stack.extend(reversed(at.children))

"""From bytes to facts, with tree-sitter: only this and the readers beside it know the parser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tree_sitter import Parser, Range

from plumbrule.facts import nodes as n
from plumbrule.facts.file import Comment, File, is_test
from plumbrule.facts.grammar import COMMENT, LANGUAGE, parser
from plumbrule.facts.source import Source, Span
from plumbrule.facts.statement_reader import StatementReader

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tree_sitter import Node as Tree


def read(path: str, text: bytes) -> File:
    """The facts of one file. Never fails: what cannot be read is listed in `broken`."""
    source = Source(path, text)
    root = parser().parse(text).root_node
    reader = StatementReader(source, read_body if is_test(path) and not root.has_error else None)
    body = reader.block(root)
    broken = tuple(source.span(start, end) for start, end in _broken(root)) if root.has_error else ()
    comments = tuple(_comments(source, root)) if b"plumb:" in text else ()
    return File(
        source, body, tuple(reader.nodes), tuple(reader.functions), tuple(reader.classes), comments, broken
    )


def unread(path: str) -> File:
    """A file of which nothing is known but that it is there."""
    return File(Source(path, b""), (), (), (), (), (), (Span(path, 1, 1, 1, 1, 0, 0),))


def read_body(function: n.FunctionDef) -> tuple[tuple[n.Statement, ...], tuple[n.Node, ...]]:
    """The body of a function that was left for later, with all nodes in it."""
    source = function.source
    start, end = source.point(function.start), source.point(function.end)
    only = Parser(LANGUAGE, included_ranges=[Range(start, end, function.start, function.end)])
    definition = only.parse(source.text).root_node.named_children[0]
    reader = StatementReader(source)
    body = reader.block(definition.child_by_field_name("body"))
    for child in body:
        child.parent = function
    return body, tuple(reader.nodes)


def read_expression(constant: n.Constant) -> n.Expr | None:
    """What a string annotation says, with its place in the file; None if it is no expression."""
    if not isinstance(constant.value, str) or not constant.value.strip():
        return None
    text = constant.source.text[constant.start : constant.end]
    quote = 3 if text.lstrip(b"rRuUbB")[:3] in (b'"""', b"'''") else 1
    begin = constant.start + len(text) - len(text.lstrip(b"rRuUbB")) + quote
    padded = b" " * begin + b"(" + constant.source.text[begin : constant.end - quote] + b")"
    root = parser().parse(padded[1:]).root_node
    if root.has_error:
        return None
    reader = StatementReader(constant.source)
    body = reader.block(root)
    match body:
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

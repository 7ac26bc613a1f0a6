"""From trees to the nodes of literals: strings, numbers, words, and lists, sets and dicts written out."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import NAMES, kids, kind
from plumbrule.facts.reader import branch, leaf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node as Tree

    from plumbrule.facts.reader import Reader

CONTENT, INTERPOLATION = kind("string_content"), kind("interpolation")
FORMAT, FORMAT_EXPRESSION = kind("format_specifier"), kind("format_expression")
PAIR, SPLAT = kind("pair"), kind("dictionary_splat")
QUOTES = frozenset(b"\"'")
FORMATTED = re.compile(rb"[rR]?[fFtT]")
LONG = 32
"""bytes; a longer text is rarely written twice"""
WORDS = {kind("true"): True, kind("false"): False, kind("none"): None, kind("ellipsis"): ...}


@leaf("string")
def string(reader: Reader, tree: Tree) -> n.Expr:
    start, end = tree.start_byte, tree.end_byte
    raw = reader.text[start:end]
    if raw[0] not in QUOTES and FORMATTED.match(raw):
        return f_string(reader, tree)
    made = n.Constant(reader.source, reader.at[start], reader.at[end], string_value(raw))
    reader.nodes.append(made)
    return made


@branch()
def f_string(reader: Reader, tree: Tree) -> n.Expr:
    parts: list[n.Expr] = []
    formats: list[n.Expr] = []
    for child in tree.children:
        if child.kind_id == CONTENT:
            text = reader.text[child.start_byte : child.end_byte].decode("utf-8", "replace")
            made = n.Constant(*reader.place(child), text.replace("{{", "{").replace("}}", "}"))
            reader.nodes.append(made)
            parts.append(made)
        elif child.kind_id == INTERPOLATION:
            inner = kids(child)
            if inner:
                parts.append(reader.expr(inner[0]))
            if inner and inner[-1].kind_id == FORMAT:
                formats += format_expressions(reader, inner[-1])
    whole = n.FString(*reader.place(tree), tuple(parts), tuple(formats))
    reader.adopt(whole, *parts, *formats)
    return whole


def format_expressions(reader: Reader, tree: Tree) -> Iterator[n.Expr]:
    """The expressions in braces behind a colon, which may have such a colon themselves."""
    for child in tree.children:
        inner = kids(child) if child.kind_id == FORMAT_EXPRESSION else []
        if inner:
            yield reader.expr(inner[0])
        if inner and inner[-1].kind_id == FORMAT:
            yield from format_expressions(reader, inner[-1])


@branch("concatenated_string")
def concatenated(reader: Reader, tree: Tree) -> n.Expr:
    before = len(reader.nodes)
    parts = reader.exprs(tree.children)
    values = [p.value for p in parts if isinstance(p, n.Constant)]
    if len(values) == len(parts) and len(set(map(type, values))) == 1:
        joined: Any = (b"" if isinstance(values[0], bytes) else "").join(values)  # type: ignore[arg-type]
        constant = n.Constant(*reader.place(tree), joined)
        reader.nodes[before:] = [constant]
        return constant
    flat = tuple(q for p in parts for q in (p.parts if isinstance(p, n.FString) else (p,)))
    formats = tuple(q for p in parts if isinstance(p, n.FString) for q in p.formats)
    made = n.FString(*reader.place(tree), flat, formats)
    inside = reader.nodes[before:]  # the pieces are no texts of their own
    reader.nodes[before:] = [node for node in inside if node in flat or node not in parts]
    reader.adopt(made, *flat, *formats)
    return made


@leaf("integer", "float")
def number(reader: Reader, tree: Tree) -> n.Expr:
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Constant(reader.source, at[start], at[end], number_value(reader.name(tree)))
    reader.nodes.append(made)
    return made


@leaf("true", "false", "none", "ellipsis")
def word(reader: Reader, tree: Tree) -> n.Expr:
    at = reader.at
    made = n.Constant(reader.source, at[tree.start_byte], at[tree.end_byte], WORDS[tree.kind_id])
    reader.nodes.append(made)
    return made


@branch("list", "list_pattern")
def list_(reader: Reader, tree: Tree) -> n.Expr:
    return sequence(reader, tree, "list")


@branch("tuple", "tuple_pattern", "expression_list", "pattern_list")
def tuple_(reader: Reader, tree: Tree) -> n.Expr:
    return sequence(reader, tree, "tuple")


@branch("set")
def set_(reader: Reader, tree: Tree) -> n.Expr:
    return sequence(reader, tree, "set")


def sequence(reader: Reader, tree: Tree, kind: str) -> n.Expr:
    """The items of a list, tuple or set."""
    items = reader.exprs(tree.children)
    made = n.Sequence(*reader.place(tree), kind, items)
    reader.adopt(made, *items)
    return made


@branch("dictionary")
def dictionary(reader: Reader, tree: Tree) -> n.Expr:
    keys: list[n.Expr | None] = []
    values: list[n.Expr] = []
    for child in tree.children:
        if child.kind_id == PAIR:
            pair = kids(child)
            if len(pair) == 2:
                keys.append(reader.expr(pair[0]))
                values.append(reader.expr(pair[1]))
        elif child.kind_id == SPLAT:
            keys.append(None)
            values.append(reader.expr(child.children[-1]))
    made = n.Dict(*reader.place(tree), tuple(keys), tuple(values))
    reader.adopt(made, *keys, *values)
    return made


def string_value(raw: bytes) -> str | bytes:
    """What a string literal without placeholders stands for."""
    quote = raw[0]
    if quote in QUOTES and b"\\" not in raw:
        is_triple = len(raw) >= 6 and raw[1] == quote == raw[2]
        content = raw[3:-3] if is_triple else raw[1:-1]
        if len(content) < LONG:
            return NAMES[content]
        return content.decode("utf-8", "replace")
    text = raw.decode("utf-8", "replace")
    try:
        value = python_value(text)
    except (ValueError, SyntaxError):
        return text.strip("rRbBuU\"'")
    return value if isinstance(value, (str, bytes)) else ""


def number_value(text: str) -> object:
    """What a number stands for; its text if Python cannot tell."""
    try:
        return int(text, 0) if text.isdecimal() else python_value(text)
    except (ValueError, SyntaxError):
        return text


def python_value(text: str) -> object:
    """What Python takes a literal for."""
    match ast.parse(text, mode="eval").body:
        case ast.Constant(value=value):
            return value
    raise ValueError(text)

"""From trees to the nodes of expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.grammar import MEANINGFUL, NAMES, is_async, kids, kind, kinds
from plumbrule.facts.reader import EXPRESSIONS, READERS, branch, leaf, unknown

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from plumbrule.facts.reader import Reader

KEYWORD = kind("keyword_argument")
GIVEN_BY_NAME = kinds("keyword_argument", "dictionary_splat")
ARGUMENTS = kind("argument_list")
TYPE = kind("type")
BINARY = kinds("binary_operator", "boolean_operator")
SUM = kind("binary_operator")
NOT = kind("not_operator")
PAIR, FOR, IF = kind("pair"), kind("for_in_clause"), kind("if_clause")
COMPREHENSIONS = {
    kind("list_comprehension"): "list",
    kind("set_comprehension"): "set",
    kind("dictionary_comprehension"): "dict",
    kind("generator_expression"): "generator",
}
KEYWORD_ONLY, POSITIONAL_ONLY = kind("keyword_separator"), kind("positional_separator")
SPLATS = {kind("list_splat_pattern"): "args", kind("dictionary_splat_pattern"): "kwargs"}
WITH_DEFAULT = kinds("default_parameter", "typed_default_parameter")
PARAMETERS = WITH_DEFAULT | kinds("typed_parameter")


@leaf("identifier")
def identifier(reader: Reader, tree: Tree) -> n.Expr:
    start, end = tree.start_byte, tree.end_byte
    at = reader.at
    raw = reader.text[start:end]
    made = n.Name(reader.source, at[start], at[end], NAMES[raw])
    reader.nodes.append(made)
    return made


@branch("attribute", "member_type")
def attribute(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children
    first, name = inner[0], inner[-1]
    value = READERS[first.kind_id](reader, first)
    at, end = reader.at, name.end_byte
    raw = reader.text[name.start_byte : end]
    attr = NAMES[raw]
    made = n.Attribute(reader.source, at[tree.start_byte], at[end], value, attr)
    value.parent = made
    reader.nodes.append(made)
    return made


@branch("dotted_name")
def dotted_name(reader: Reader, tree: Tree) -> n.Expr:
    """`a.b` of a pattern, which the grammar does not call an attribute."""
    first, *rest = kids(tree)
    value = reader.expr(first)
    for part in rest:
        source, start, _ = reader.place(tree)
        made = n.Attribute(source, start, reader.at[part.end_byte], value, reader.name(part))
        reader.adopt(made, value)
        value = made
    return value


@branch("call")
def call(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children
    if len(inner) > 2:
        inner = kids(tree)
    first = inner[0]
    func = READERS[first.kind_id](reader, first)
    args, keywords = arguments(reader, inner[1])
    at = reader.at
    made = n.Call(reader.source, at[tree.start_byte], at[tree.end_byte], func, args, keywords)
    func.parent = made
    for arg in args:
        arg.parent = made
    for keyword in keywords:
        keyword.parent = made
    reader.nodes.append(made)
    return made


def arguments(reader: Reader, tree: Tree) -> tuple[tuple[n.Expr, ...], tuple[n.Keyword, ...]]:
    """What is given in a call: by position, and by name."""
    if tree.kind_id != ARGUMENTS:
        return (reader.expr(tree),), ()
    args: list[n.Expr] = []
    keywords: list[n.Keyword] = []
    for child in tree.children:
        number = child.kind_id
        read = EXPRESSIONS[number]
        if read is None:
            continue
        if number in GIVEN_BY_NAME:
            keywords.append(keyword(reader, child, number))
        else:
            args.append(read(reader, child))
    return tuple(args), tuple(keywords)


def keyword(reader: Reader, tree: Tree, number: int) -> n.Keyword:
    """`name=value` or `**value`."""
    inner = tree.children
    last = inner[-1]
    value = READERS[last.kind_id](reader, last)
    at, start = reader.at, tree.start_byte
    raw = reader.text[start : inner[0].end_byte]
    name = NAMES[raw] if number == KEYWORD else None
    made = n.Keyword(reader.source, at[start], at[tree.end_byte], name, value)
    value.parent = made
    reader.nodes.append(made)
    return made


@branch("subscript")
def subscript(reader: Reader, tree: Tree) -> n.Expr:
    value, *items = reader.exprs(tree.children)
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Subscript(reader.source, at[start], at[end], value, tuple(items))
    reader.adopt(made, value, *items)
    return made


@branch("generic_type")
def generic_type(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children
    if len(inner) > 2:
        inner = kids(tree)
    value = reader.expr(inner[0])
    items = reader.exprs(inner[1].children) if len(inner) > 1 else ()
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Subscript(reader.source, at[start], at[end], value, items)
    value.parent = made
    for item in items:
        item.parent = made
    reader.nodes.append(made)
    return made


@branch("union_type")
def union_type(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children
    left, right = reader.expr(inner[0]), reader.expr(inner[-1])
    made = n.BinOp(*reader.place(tree), left, "|", right)
    reader.adopt(made, left, right)
    return made


@branch("slice")
def slice_(reader: Reader, tree: Tree) -> n.Expr:
    parts = reader.exprs(tree.children)
    made = n.Slice(*reader.place(tree), parts)
    reader.adopt(made, *parts)
    return made


@branch("binary_operator", "boolean_operator")
def binary(reader: Reader, tree: Tree) -> n.Expr:
    """Operators of one precedence nest to the left, so a long sum is read in a loop."""
    chain = [tree]
    left = tree.children[0]
    while left.kind_id == tree.kind_id:
        chain.append(left)
        left = left.children[0]
    made = reader.expr(left)
    cls = n.BinOp if tree.kind_id == SUM else n.BoolOp
    for at in reversed(chain):
        op = operators(at)[0]
        right = reader.expr(at.children[-1])
        whole = cls(*reader.place(at), made, op, right)
        reader.adopt(whole, made, right)
        made = whole
    return made


def operators(tree: Tree) -> tuple[str, ...]:
    """The signs and words between the operands of an expression."""
    return tuple([child.type for child in tree.children if not child.is_named])


@branch("unary_operator", "not_operator")
def unary(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children
    operand = reader.expr(inner[-1])
    made = n.UnaryOp(*reader.place(tree), inner[0].type, operand)
    reader.adopt(made, operand)
    return made


@branch("comparison_operator")
def compare(reader: Reader, tree: Tree) -> n.Expr:
    operands = reader.exprs(tree.children)
    at, start, end = reader.at, tree.start_byte, tree.end_byte
    made = n.Compare(reader.source, at[start], at[end], operands, operators(tree))
    reader.adopt(made, *operands)
    return made


@branch("conditional_expression")
def conditional(reader: Reader, tree: Tree) -> n.Expr:
    inner = kids(tree)
    if len(inner) != 3:
        return unknown(reader, tree)
    body, test, orelse = reader.exprs(inner)
    made = n.Conditional(*reader.place(tree), body, test, orelse)
    reader.adopt(made, body, test, orelse)
    return made


@branch("await")
def await_(reader: Reader, tree: Tree) -> n.Expr:
    value = reader.first(tree)
    at = reader.at
    made = n.Await(reader.source, at[tree.start_byte], at[tree.end_byte], value)
    value.parent = made
    reader.nodes.append(made)
    return made


@branch("yield")
def yield_(reader: Reader, tree: Tree) -> n.Expr:
    inner = kids(tree)
    value = reader.expr(inner[0]) if inner else None
    is_from = any(child.type == "from" for child in tree.children[1:2])
    made = n.Yield(*reader.place(tree), value, is_from)
    reader.adopt(made, value)
    return made


@branch("named_expression")
def walrus(reader: Reader, tree: Tree) -> n.Expr:
    target, value = reader.expr(tree.children[0]), reader.expr(tree.children[-1])
    made = n.Walrus(*reader.place(tree), target, value)
    reader.adopt(made, target, value)
    return made


@branch("list_splat", "list_splat_pattern", "splat_type")
def starred(reader: Reader, tree: Tree) -> n.Expr:
    value = reader.first(tree)
    made = n.Starred(*reader.place(tree), value)
    reader.adopt(made, value)
    return made


@branch("parenthesized_expression", "parenthesized_list_splat", "as_pattern_target")
def wrapped(reader: Reader, tree: Tree) -> n.Expr:
    """What stands in parentheses, or in a wrapper that says nothing."""
    return reader.first(tree)


@leaf("type")
def type_(reader: Reader, tree: Tree) -> n.Expr:
    inner = tree.children[0]
    return READERS[inner.kind_id](reader, inner)


@branch(*("list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression"))
def comprehension(reader: Reader, tree: Tree) -> n.Expr:
    inner = kids(tree)
    if not inner:
        return unknown(reader, tree)
    key = None
    if inner[0].kind_id == PAIR:
        pair = kids(inner[0])
        key, element = reader.expr(pair[0]), reader.expr(pair[-1])
    else:
        element = reader.expr(inner[0])
    clauses: list[n.Clause] = []
    for child in inner[1:]:
        if child.kind_id == FOR:
            clauses.append(clause(reader, child))
        elif child.kind_id == IF and clauses:
            test = reader.first(child)
            test.parent = clauses[-1]
            clauses[-1].conditions += (test,)
    made = n.Comprehension(*reader.place(tree), COMPREHENSIONS[tree.kind_id], key, element, tuple(clauses))
    reader.adopt(made, key, element, *clauses)
    return made


def clause(reader: Reader, tree: Tree) -> n.Clause:
    """`for target in iterable` of a comprehension."""
    left, right = tree.child_by_field_name("left"), tree.child_by_field_name("right")
    target = reader.expr(left or tree)
    iterable = reader.expr(right or tree)
    made = n.Clause(*reader.place(tree), target, iterable, (), is_async(tree))
    reader.adopt(made, target, iterable)
    return made


@branch("lambda")
def lambda_(reader: Reader, tree: Tree) -> n.Expr:
    names = parameters(reader, tree.child_by_field_name("parameters"))
    body = reader.expr(tree.children[-1])
    made = n.Lambda(*reader.place(tree), names, body)
    reader.adopt(made, *names, body)
    return made


def parameters(reader: Reader, tree: Tree | None) -> tuple[n.Parameter, ...]:
    """The parameters of a function or lambda."""
    out: list[n.Parameter] = []
    kind = "positional"
    for child in tree.children if tree else ():
        number = child.kind_id
        if number not in MEANINGFUL:
            continue
        if number == KEYWORD_ONLY:
            kind = "keyword_only"
        elif number == POSITIONAL_ONLY:
            for made in out:
                made.kind = "positional_only"
        else:
            made = parameter(reader, child, number, kind)
            out.append(made)
            if made.kind == "args":
                kind = "keyword_only"
    return tuple(out)


def parameter(reader: Reader, tree: Tree, number: int, kind: str) -> n.Parameter:
    """One parameter, with its annotation and default."""
    name, annotation, default = tree, None, None
    if number in PARAMETERS:
        inner = tree.children
        name = inner[0]
        for child in inner:
            if child.kind_id == TYPE:
                annotation = type_(reader, child)
        if number in WITH_DEFAULT:
            default = reader.expr(child)
        number = name.kind_id
    at, start = reader.at, tree.start_byte
    raw = reader.text[start : name.end_byte]
    text = NAMES[raw]
    if number in SPLATS:
        text, kind = text.lstrip("*"), SPLATS[number]
    made = n.Parameter(reader.source, at[start], at[tree.end_byte], text, kind, annotation, default)
    if annotation is not None:
        annotation.parent = made
    if default is not None:
        default.parent = made
    reader.nodes.append(made)
    return made

"""From trees to the nodes of functions and classes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.expression_reader import arguments, parameters
from plumbrule.facts.grammar import is_async, kind
from plumbrule.facts.reader import statement
from plumbrule.facts.scope import Nodes
from plumbrule.facts.statement_reader import block

if TYPE_CHECKING:
    from tree_sitter import Node as Tree

    from plumbrule.facts.reader import Reader

DECORATOR, CLASS = kind("decorator"), kind("class_definition")
DEFINES_FUNCTION, DEFINES_CLASS = re.compile(rb"def\b"), re.compile(rb"class\b")
"""two, because each alone is looked for as fast as a fixed text is"""


@statement("decorated_definition")
def decorated(reader: Reader, tree: Tree) -> n.Statement:
    *before, definition = tree.children
    decorators = tuple([reader.first(k) for k in before if k.kind_id == DECORATOR])
    read = class_ if definition.kind_id == CLASS else function
    return read(reader, definition, decorators)


@statement("function_definition")
def function(reader: Reader, tree: Tree, decorators: tuple[n.Expr, ...] = ()) -> n.Statement:
    names = parameters(reader, tree.child_by_field_name("parameters"))
    result = tree.child_by_field_name("return_type")
    returns = reader.expr(result) if result else None
    place, later = reader.place(tree), reader.later
    made = n.FunctionDef(*place, *named(reader, tree), names, returns, decorators, is_async(tree), later)
    reader.functions.append(made)
    contents(reader, made, tree.child_by_field_name("body"))
    reader.adopt(made, *names, returns, *decorators)
    return made


def named(reader: Reader, tree: Tree) -> tuple[str, int]:
    """The name of a function or class, and where it stands."""
    name = tree.child_by_field_name("name")
    return (reader.name(name), reader.at[name.start_byte]) if name else ("", reader.at[tree.start_byte])


def contents(reader: Reader, made: n.FunctionDef, tree: Tree | None) -> None:
    """The body of a function with its nodes, now or later."""
    if tree and made.read and not defines(reader, tree):
        return  # it can wait; one with definitions in it cannot
    made.read = None
    outer, reader.nodes = reader.nodes, []
    made.body = block(reader, tree)
    made.nodes, reader.nodes = Nodes(reader.nodes), outer
    for child in made.body:
        child.parent = made


def defines(reader: Reader, tree: Tree) -> bool:
    """Whether the text of a tree may have a definition in it."""
    place = reader.text, tree.start_byte, tree.end_byte
    return bool(DEFINES_FUNCTION.search(*place) or DEFINES_CLASS.search(*place))


@statement("class_definition")
def class_(reader: Reader, tree: Tree, decorators: tuple[n.Expr, ...] = ()) -> n.Statement:
    given = tree.child_by_field_name("superclasses")
    bases, keywords = arguments(reader, given) if given else ((), ())
    made = n.ClassDef(*reader.place(tree), *named(reader, tree), bases, keywords, decorators, (), Nodes())
    reader.classes.append(made)
    outer, reader.nodes = reader.nodes, []
    made.body = block(reader, tree.child_by_field_name("body"))
    made.nodes, reader.nodes = Nodes(reader.nodes), outer
    reader.adopt(made, *bases, *keywords, *decorators, *made.body)
    return made

"""What is done once for each of many: the rows of a query, a list that a request sends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.queries import query_of

if TYPE_CHECKING:
    from plumbrule.model.code import Function

MANY = {"list", "set", "dict", "sequence"}


def loop_over_rows(function: Function, node: n.Node, name: str) -> n.Expr | None:
    """The loop around a node that binds a name to the rows of a query, or to what may be as many."""
    for parent in node.parents:
        match parent:
            case n.For(target=target, iterable=iterable) if name in n.names_in(target):
                return iterable if gives_many(function, iterable) else None
            case n.Comprehension(clauses=clauses):
                for clause in clauses:
                    if name in n.names_in(clause.target):
                        return clause.iterable if gives_many(function, clause.iterable) else None
            case n.FunctionDef():
                return None
    return None


def gives_many(function: Function, iterable: n.Expr) -> str:
    """What an expression gives of which there may be many, in words; nothing if that is not known."""
    if gives_rows(function, iterable):
        return "the rows of a query"
    return f"`{iterable.text}`" if is_list_of_one(function, iterable) else ""


def gives_rows(function: Function, iterable: n.Expr) -> bool:
    """Whether an expression gives the rows of a query: one that another function runs, if a request waits.
    A task may well take row by row what it was given.
    """
    query = query_of(function, iterable)
    if query is None:
        return False
    if any(parent is function.node for parent in query.node.parents):
        return True
    return function.project.serving.when(function) == "request"


def is_list_of_one(function: Function, iterable: n.Expr) -> bool:
    """Whether it is a list in what a request sends, or what belongs to one row."""
    match iterable:
        case n.Call(func=n.Name(id="enumerate" | "list" | "reversed" | "set" | "sorted"), args=(first, *_)):
            return is_list_of_one(function, first)
        case n.Call(func=n.Attribute(value=n.Name() as sent, attr="items" | "keys" | "values")):
            return is_sent(function, sent)
        case n.Name():
            return is_sent(function, iterable)
        case n.Attribute() if function.project.serving.when(function) == "request":
            return is_list_in(function, iterable)
        case _:
            return False


def is_list_in(function: Function, iterable: n.Attribute) -> bool:
    """Whether it is a list in a row, or in a schema that is given to the function."""
    owner, kind = function.type_of(iterable.value), function.type_of(iterable)
    if owner is None or kind is None or kind.item is None:
        return False
    table = function.project.table_of(owner.cls)
    if table is not None:
        return iterable.attr in table.relationships
    match iterable.value:
        case n.Name(id=name) if name not in function.bindings and function.parameter(name) is not None:
            return function.project.schema_of(owner.cls) is not None
        case _:
            return False


def is_sent(function: Function, name: n.Name) -> bool:
    """Whether a name is a list or a mapping that a handler takes from the request."""
    parameter = function.parameter(name.id) if function.routes else None
    if parameter is None or name.id in function.bindings:
        return False
    is_injected = any(call.name in ("fastapi.Depends", "fastapi.Security") for call in parameter.metadata)
    kind = parameter.type.name.rpartition(".")[2].lower() if parameter.type else ""
    return not is_injected and kind in MANY

"""What is done once for each of many: the rows of a query, a list that a request sends."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.model.queries import SESSIONS, query_of
from plumbrule.model.reaching_bindings import binding_at

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function

DEEPEST = 6
MANY = {"list", "set", "dict", "sequence"}


class Round(NamedTuple):
    """One of many rounds in which a call gets something: `loop` is gone through, `name` is what is got of
    it, and `given` all that the call is given, also by names.
    """

    loop: n.Expr
    name: str
    given: list[n.Expr]

    @property
    def text(self) -> str:
        """All that is given, as it is written."""
        return " ".join(expr.text for expr in self.given)


def round_of(call: Call, function: Function, given: Iterable[n.Expr]) -> Round | None:
    """The round of a loop over many in which a call could be put together with those of the other rounds."""
    given = behind(function, given, call.node)
    for name in sorted(n.names_in(*given)):
        loop = loop_over_rows(function, call.node, name)
        if loop is not None:
            alone = goes_on(function, given, call.node) or asks_another(function, given, call.node)
            return None if alone else Round(loop, name, given)
    return None


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


def behind(function: Function, given: Iterable[n.Expr], node: n.Node) -> list[n.Expr]:
    """Expressions, and what their names were given just before, in the same round of a loop as a node."""
    loops = [parent for parent in node.parents if isinstance(parent, n.For)]
    found = list(given)
    for expr in found if loops else ():
        for name in (x for x in expr.walk() if isinstance(x, n.Name)):
            places = (place.node for place in function.bindings.get(name.id, ()))
            made = (p for p in places if isinstance(p, n.Assign) and loops[-1].start <= p.start < node.start)
            found += [p.value for p in made if p.value is not None and p.value not in found]
    return found


def turning(node: n.Node) -> set[str]:
    """The names that the loops around a node give something else in each round."""
    loops = (parent for parent in node.parents if isinstance(parent, n.For))
    return {name for loop in loops for name in n.names_in(loop.target)}


def goes_on(function: Function, given: Iterable[n.Expr], node: n.Expr) -> bool:
    """Whether one round of a loop asks with what came out of the round before: `parent_id = found.id`."""
    loop = next((parent for parent in node.parents if isinstance(parent, n.For)), None)
    for name in n.names_in(*given) - turning(node) if loop is not None else ():
        places = [p.node for p in function.bindings.get(name, ()) if isinstance(p.node, n.Assign)]
        inside = [p for p in places if loop and loop.start <= p.start < loop.end]
        if inside and all(node.start < p.end for p in inside):
            return True
    return False


def asks_another(function: Function, given: Iterable[n.Expr], node: n.Node) -> bool:
    """Whether each round asks another table: what comes of the loop is what is selected, or selected from."""
    names = turning(node)
    for call in (x for expr in given for x in expr.walk() if isinstance(x, n.Call)):
        match call:
            case n.Call(func=n.Attribute(attr="select_from"), args=(table, *_)):
                if names & n.names_in(*behind(function, [table], table)):
                    return True
            case n.Call(
                func=n.Name(id="select") | n.Attribute(attr="query" | "select"), args=(n.Name(id=table),)
            ):
                if table in names:
                    return True
    return False


def takes_many(call: Call, function: Function, name: str) -> bool:
    """Whether the very same statement is run with other values for each item: it takes a list of them."""
    if call.method != "execute" or not call.name.startswith(SESSIONS) or len(call.args) != 2:
        return False
    same = name not in n.names_in(*behind(function, call.args[:1], call.node))
    return same and call.is_discarded and isinstance(call.args[1], (n.Dict, n.Name))


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
    if query is not None and any(parent is function.node for parent in query.node.parents):
        return True
    found = query is not None or is_result(function, iterable)
    return found and function.project.serving.when(function) == "request"


def is_result(function: Function, expr: n.Expr, depth: int = 0) -> bool:
    """Whether an expression is a list of what a query has found, of whatever columns."""
    if depth > DEEPEST:
        return False
    match expr:
        case n.Await(value=value):
            return is_result(function, value, depth + 1)
        case n.Call(func=n.Name(id="list" | "set" | "sorted"), args=(first, *_)):
            return is_result(function, first, depth + 1)
        case n.Comprehension(clauses=(clause,)):
            return is_result(function, clause.iterable, depth + 1)
        case n.Call(func=n.Attribute(value=receiver, attr="all" | "fetchall")):
            return is_asked(function, receiver)
        case n.Name() if (place := binding_at(function, expr)) is not None:
            match place.node:
                case n.Assign(value=n.Expr() as value, op=None):
                    return is_result(function, value, depth + 1)
            return False
        case n.Call():
            return is_returned(function, expr, depth)
        case _:
            return False


def is_returned(function: Function, node: n.Call, depth: int) -> bool:
    """Whether a function of the project gives back nothing but such a list."""
    inner = function.call(node).function
    given = [r.value for r in inner.find(n.Return) if r.value is not None] if inner is not None else []
    return inner is not None and bool(given) and all(is_result(inner, value, depth + 1) for value in given)


def is_asked(function: Function, receiver: n.Expr) -> bool:
    """Whether a chain of calls begins at a query of a session, or at the result of one."""
    while isinstance(receiver, n.Call) and isinstance(receiver.func, n.Attribute):
        if function.call(receiver).name.startswith(SESSIONS):
            return True
        receiver = receiver.func.value
    return isinstance(receiver, n.Await) and is_asked(function, receiver.value)


def is_list_of_one(function: Function, iterable: n.Expr) -> bool:
    """Whether it is a list in what a request sends, or what belongs to one row."""
    match iterable:
        case n.Call(func=n.Name(id="enumerate" | "list" | "reversed" | "set" | "sorted"), args=(first, *_)):
            return is_list_of_one(function, first)
        case n.Call(func=n.Attribute(value=n.Name() as sent, attr="items" | "keys" | "values")):
            return is_sent(function, sent)
        case n.Name():
            return is_sent(function, iterable) or is_handed(function, iterable)
        case n.Attribute() if function.project.serving.when(function) == "request":
            return is_list_in(function, iterable)
        case _:
            return False


def is_list_in(function: Function, iterable: n.Attribute) -> bool:
    """Whether it is a list in a row, or in a schema that is given to the function."""
    owner, kind = function.type_of(iterable.value), function.type_of(iterable)
    if owner is None or kind is None:
        return False
    table = function.project.table_of(owner.cls)
    if table is not None:
        made = table.cls.method(iterable.attr)
        is_listed = made is not None and kind.name.rpartition(".")[2].lower() in MANY
        return is_listed or (kind.item is not None and iterable.attr in table.relationships)
    if kind.item is None:
        return False
    match iterable.value:
        case n.Name(id=name) if name not in function.bindings and function.parameter(name) is not None:
            return function.project.schema_of(owner.cls) is not None
        case _:
            return False


def is_handed(function: Function, iterable: n.Expr) -> bool:
    """Whether it is a list that a function is given while a request waits."""
    match iterable:
        case n.Call(func=n.Name(id="enumerate" | "list" | "reversed" | "set" | "sorted"), args=(first, *_)):
            return is_handed(function, first)
        case n.Name(id=name) if name not in function.bindings and not function.routes:
            parameter = function.parameter(name)
        case _:
            return False
    kind = parameter.type.name if parameter and parameter.type and parameter.kind != "args" else ""
    is_many = kind.rpartition(".")[2].lower() in MANY
    return is_many and function.project.serving.when(function) == "request"


def is_sent(function: Function, name: n.Name) -> bool:
    """Whether a name is a list or a mapping that a handler takes from the request."""
    parameter = function.parameter(name.id) if function.routes else None
    if parameter is None or name.id in function.bindings:
        return False
    is_injected = any(call.name in ("fastapi.Depends", "fastapi.Security") for call in parameter.metadata)
    kind = parameter.type.name.rpartition(".")[2].lower() if parameter.type else ""
    return not is_injected and kind in MANY

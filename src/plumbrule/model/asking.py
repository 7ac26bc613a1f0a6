"""Whether a call asks the database, itself or in a function that it runs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.queries import SESSIONS

if TYPE_CHECKING:
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function

QUERIES = {"execute", "exec", "scalar", "scalars", "get", "get_one", "query"}
GETS = {"get", "get_one"}
DEEPEST = 2
WRITING = re.compile(
    r"_*(add|bulk|commit|create|delete|ensure|flush|insert|merge|notify|publish|remove|save|send|set|update)(_|$)"
)


def asks_inside(call: Call, is_any: bool, depth: int = 0) -> bool:
    """Whether a function of the project that gets the session asks the database whenever it is called:
    with any query, or with one that reads.
    """
    inside = call.function
    if inside is None or not gets_session(call):
        return False
    always = [inner for inner in inside.calls if is_always(inner.node)]
    if any(is_query(inner) and (is_any or is_read(inner, inside.node.text)) for inner in always):
        return True
    return depth < DEEPEST and any(asks_inside(inner, is_any, depth + 1) for inner in always)


def looks_up(call: Call, depth: int = 0) -> bool:
    """Whether a function that only reads asks the database whenever it is called, with the session that it
    gets, or, while a request waits, with one that it opens.
    """
    inside = call.function
    if inside is None or WRITING.match(call.method) or any("cache" in d for d in inside.decorator_names):
        return False
    if any(WRITING.match(inner.method) for inner in inside.calls):
        return False
    always = [inner for inner in inside.calls if is_always(inner.node)]
    queries = (inner for inner in always if is_query(inner) and is_read(inner, inside.node.text))
    if any(gets_session(call) or opens(query, inside) for query in queries):
        return True
    return depth < 1 and any(looks_up(inner, depth + 1) for inner in always)


def gets_session(call: Call) -> bool:
    """Whether a call is given a session."""
    given = (call.scope.type_of(arg) for arg in call.given)
    return any(kind is not None and f"{kind.name}." in SESSIONS for kind in given)


def opens(query: Call, function: Function) -> bool:
    """Whether a function asks a session that it opens itself, while a request waits."""
    if function.project.serving.when(function) != "request":
        return False
    name = query.receiver.id if isinstance(query.receiver, n.Name) else ""
    return any(isinstance(place.node, n.WithItem) for place in function.bindings.get(name, ()))


def is_query(call: Call) -> bool:
    """Whether it is a query of a session."""
    return call.name.startswith(SESSIONS) and call.name.rpartition(".")[2] in QUERIES


def is_read(call: Call, text: str) -> bool:
    """Whether a query gives something, as far as a text around it says."""
    if call.method == "query":
        return last_method(call.node) not in ("update", "delete")
    return call.method in GETS or "select" in text


def given_to(call: Call) -> tuple[n.Expr, ...]:
    """What a call gets; for `session.query(…)`, what the calls that follow it get as well."""
    return (whole_chain(call.node),) if call.method == "query" else call.given


def is_always(node: n.Expr, loop: n.Expr | None = None) -> bool:
    """Whether a loop or a function always comes to something, and it is no target of an assignment."""
    below: n.Node = node
    for parent in node.parents:
        match parent:
            case n.If(test=test) | n.Conditional(test=test) if below is not test:
                return False
            case n.Assign(targets=targets) if below in targets:
                return False
            case n.Handler():
                return False
            case n.FunctionDef():
                return True
            case _ if loop is not None and parent is loop.parent:
                return True
        below = parent
    return True


def whole_chain(node: n.Expr) -> n.Expr:
    """An expression with the calls of methods that follow it."""
    match node.parent:
        case n.Attribute(parent=n.Call(func=func) as following) as attribute if func is attribute:
            return whole_chain(following)
        case _:
            return node


def last_method(node: n.Expr) -> str:
    """The method that ends such a chain."""
    match whole_chain(node):
        case n.Call(func=n.Attribute(attr=method)):
            return method
        case _:
            return ""

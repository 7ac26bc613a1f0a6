"""What an `AsyncSession` has forgotten after a rollback: every object that it had loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.checks import leaves
from plumbrule.model.queries import query_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.schemas import Table

LOOPS = (n.For, n.While)
RENEWING = ("refresh", "merge", "expunge", "expunge_all")


def forgotten(rollback: Call, function: Function) -> Iterator[n.Attribute]:
    """The first read of each object that was loaded before a rollback and is read after it, or in the next
    round of the loop around.
    """
    told: set[str] = set()
    for node in function.find(n.Attribute):
        owner = node.value
        if not isinstance(owner, n.Name) or owner.id in told or is_target(node):
            continue
        comes_after = follows(rollback.node, node) or comes_next(rollback.node, owner, function)
        if comes_after and is_forgotten(owner, node.attr, rollback, function):
            told.add(owner.id)
            yield node


def is_target(node: n.Attribute) -> bool:
    """Whether an attribute is given a value, or called: that reads no column."""
    match node.parent:
        case n.Assign(targets=targets, op=None):
            return node in targets
        case n.Call(func=func):
            return func is node
        case _:
            return False


def is_forgotten(owner: n.Name, attr: str, rollback: Call, function: Function) -> bool:
    """Whether a name surely is a row that the session had loaded, and nobody loads it again."""
    table = loaded(owner, rollback, function)
    if table is None or not (attr in table.columns or attr in table.relationships):
        return False
    renewing = (call for call in function.calls if call.method in RENEWING)
    return not any(names_or_all(call, owner.id) for call in renewing)


def names_or_all(call: Call, name: str) -> bool:
    """Whether a call is given what has a name, or is about all objects."""
    return call.method == "expunge_all" or any(arg.text == name for arg in call.given)


def loaded(owner: n.Name, rollback: Call, function: Function) -> Table | None:
    """The table of the row that a name was given by the session that rolls back, before it did."""
    places = [place.node for place in function.bindings.get(owner.id, ())]
    if any(rollback.node.end <= place.start < owner.start for place in places):
        return None
    if not places and function.parameter(owner.id) is not None:
        kind = None if is_of_another(owner.id, rollback, function) else function.type_of(owner)
        return function.project.table_of(kind.cls) if kind is not None else None
    query = query_of(function, owner)
    if query is None or not query.is_async or not isinstance(query.node, n.Call):
        return None
    session = query.node.func.value.text if isinstance(query.node.func, n.Attribute) else ""
    is_here = any(parent is function.node for parent in query.node.parents)
    is_same = rollback.receiver is not None and session == rollback.receiver.text
    return query.table if is_same or not is_here else None


def is_of_another(name: str, rollback: Call, function: Function) -> bool:
    """Whether a handler is given a row by a dependency that is not given the session that rolls back."""
    asked = {
        d.parameter.name: d for r in function.routes for d in r.dependencies.tree if d.parameter is not None
    }
    row = asked.get(name)
    session = asked.get(rollback.receiver.text) if rollback.receiver is not None else None
    if row is None or session is None or row.function is None or session.function is None:
        return False
    return all(below.function is not session.function for below in row.walk())


def follows(node: n.Node, read: n.Node) -> bool:
    """Whether a node is surely behind another in the same run through a function."""
    around = {id(parent) for parent in read.parents}
    nearest = next(p.parent for p in node.parents if isinstance(p, n.Statement))
    at = node
    for parent in node.parents:
        if isinstance(at, n.Statement):
            block = block_of(at, parent)
            if any(id(one) in around and one.start >= at.end for one in block):
                return at.parent is nearest or is_unconditional(read, parent)
            if leaves(block):
                return False
        if isinstance(parent, (n.FunctionDef, *LOOPS)):
            return False
        at = parent
    return False


def is_unconditional(node: n.Node, outer: n.Node) -> bool:
    """Whether no condition stands between a node and one around it."""
    for parent in node.parents:
        if parent is outer:
            return True
        if isinstance(parent, (n.If, n.Conditional, n.Handler)):
            return False
    return False


def block_of(statement: n.Node, parent: n.Node) -> tuple[n.Statement, ...]:
    """The statements among which one stands."""
    blocks = (getattr(parent, name, ()) for name in ("body", "orelse", "final"))
    return next((block for block in blocks if any(one is statement for one in block)), ())


def comes_next(node: n.Node, owner: n.Name, function: Function) -> bool:
    """Whether a loop goes on after a node, and a name stands for a row of the next round, or for one that
    was there before the loop.
    """
    at = node
    for parent in node.parents:
        block = block_of(at, parent) if isinstance(at, n.Statement) else ()
        if isinstance(parent, n.FunctionDef) or (leaves(block) and block[-1].text != "continue"):
            return False
        if isinstance(parent, LOOPS) and any(one.start <= owner.start < one.end for one in parent.body):
            places = [place.node for place in function.bindings.get(owner.id, ())]
            inside = [place for place in places if parent.start <= place.start < parent.end]
            return inside == [parent] if inside else True
        at = parent
    return False

"""Where handlers ask whether the caller may have what an id in their path names."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class
from plumbrule.model.ownership import (
    OWNERS,
    given_texts,
    is_anonymous,
    is_owning,
    is_special,
    lookups_by_id,
    mentions,
    names_read,
    table_columns,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Parameter
    from plumbrule.model.routing import Route
    from plumbrule.model.schemas import Column

VETTING = re.compile(
    r"assert|check|ensure|require|verif|authori|permi|access|visib|allow|owned|belong|can_|guard",
    re.IGNORECASE,
)
TOOL = re.compile(r"db|session|repo|service|uow|settings|conn|crud|client|tasks")
ITEM = re.compile(r".*?\{(\w+)(?::\w+)?\}")


def unvetted(routes: list[Route]) -> Iterator[tuple[Route, Call, int, int]]:
    """The routes that do not ask whether the caller may have what their id names, though at least half of the
    others for that id do: with such a call, how many make one, and how many others there are.
    """
    groups: dict[tuple[str, str], dict[Function, Route]] = {}
    for route in routes:
        if route.handler is not None and not route.is_websocket and route.path_parameters:
            groups.setdefault(item_of(route), {})[route.handler] = route
    for (_, name), beside in groups.items():
        found = {handler: vetting(handler, name) for handler in beside} if len(beside) > 2 else {}
        calls = [call for call in found.values() if call is not None]
        if len(calls) < 2 or len(calls) * 2 < len(beside) - 1:
            continue
        guards = {
            guard for handler, call in found.items() if call is not None for guard in special(beside[handler])
        }
        for handler, route in beside.items():
            if found[handler] is None and special(route) <= guards and is_for_everybody(route, handler, name):
                yield route, calls[0], len(calls), len(beside) - 1


def special(route: Route) -> set[str]:
    """The dependencies that let only some people through."""
    return {dependency.name for dependency in route.dependencies if is_special(dependency)}


def is_for_everybody(route: Route, handler: Function, name: str) -> bool:
    """Whether it is certain that a handler gives what an id names to everybody who is signed in."""
    read = names_read(handler)
    if name not in read or any(parameter.name in read for parameter in injected(handler)):
        return False
    return is_anonymous(route, handler) and all(name not in d.reads for d in route.dependencies)


def taken_unasked(handler: Function) -> Iterator[tuple[n.Expr, Call, str, str]]:
    """Where a handler takes a row by its id alone, though it asks about the caller with another id that the
    row has too: the place, what asks, the id of the row and the other. Nothing in the handler ties the two.
    """
    sent = [p.name for p in handler.parameters if is_sent_id(p)]
    for place, table, item in lookups_by_id(handler) if len(sent) > 1 else ():
        columns = table_columns(handler.project, handler, table) if item in sent else set()
        for other in sent if columns else ():
            check = vetting(handler, other) if other != item else None
            if check is None or vetting(handler, item) is not None:
                continue
            names = {other, *(k.name for k in check.keywords if k.value.text == other and k.name)}
            known = (names - {"id", "uuid"}) & columns
            if known and not are_tied(handler, item, other, known):
                yield place, check, item, other


def is_sent_id(parameter: Parameter) -> bool:
    """Whether a parameter is an id that comes with the request."""
    return parameter.name.endswith("id") and parameter.marker("Depends", "Security") is None


def are_tied(handler: Function, item: str, other: str, columns: set[str]) -> bool:
    """Whether a handler brings two ids together, or what it made of them, or looks at what the row says."""
    rows, owners = relatives(handler, item), relatives(handler, other)
    if rows & owners:
        return True
    looked = (a for a in handler.find(n.Attribute) if a.attr in columns and a.value.text in rows)
    spoken = [[operand.text for operand in compare.operands] for compare in handler.find(n.Compare)]
    spoken += [given_texts(call) for call in handler.calls]
    return any(looked) or any(mention(texts, rows) and mention(texts, owners) for texts in spoken)


def relatives(handler: Function, name: str) -> set[str]:
    """A name, what is made of it, and what is made of that."""
    return {two for one in derived(handler, name) for two in derived(handler, one)}


def item_of(route: Route) -> tuple[str, str]:
    """The path up to the first id in it, and the name of that id: what the route is about."""
    match = ITEM.match(route.path)
    return (match.group(), match.group(1)) if match else ("", "")


def vetting(handler: Function, name: str) -> Call | None:
    """The call that refuses a caller whom what an id names does not belong to."""
    calls = [call for call in handler.calls if vets(call.method) and call.function is not None]
    items = derived(handler, name) if calls else set()
    callers = {caller for p in injected(handler) if calls for caller in derived(handler, p.name)} - items
    for call in calls if callers else ():
        given = given_texts(call)
        spoken = [*given, call.receiver.text if call.receiver is not None else ""]
        if mention(given, items) and mention(spoken, callers) and call.function and may_refuse(call.function):
            return call
    return None


@cache
def vets(name: str) -> bool:
    """Whether a name is that of a check."""
    return VETTING.search(name) is not None


def injected(handler: Function) -> list[Parameter]:
    """The parameters that can say who is calling: injected, and neither a session nor a service."""
    asked = (p for p in handler.parameters if p.marker("Depends", "Security") is not None)
    return [p for p in asked if TOOL.search(p.name) is None]


def derived(handler: Function, name: str) -> set[str]:
    """A name, and what is bound to something that speaks of it: what was looked up by an id."""
    names = {name}
    for target, bindings in handler.bindings.items():
        values = (b.node.value for b in bindings if isinstance(b.node, n.Assign))
        if any(value is not None and mentions(value.text, name) for value in values):
            names.add(target)
    return names


def mention(texts: list[str], names: set[str]) -> bool:
    """Whether one of some expressions speaks of one of some names."""
    return any(mentions(text, name) for text in texts for name in names)


def may_refuse(function: Function, depth: int = 2) -> bool:
    """Whether a function, or one it calls, raises something."""
    if any(node.exception is not None for node in function.find(n.Raise)):
        return True
    inner = (call.function for call in function.calls) if depth else ()
    return any(one is not None and may_refuse(one, depth - 1) for one in inner)


def unlooked_at(handler: Function) -> Iterator[Column]:
    """The foreign keys that a handler fills with what was sent, in a row made for an owner: the table that is
    referred to has that owner too, and the handler looks neither at the table nor at the value.
    """
    tables = {table.table_name: table for table in handler.project.tables}
    for call in handler.calls if tables else ():
        table = handler.project.table_of(call.target) if isinstance(call.target, Class) else None
        given = {keyword.name: keyword.value for keyword in call.keywords if keyword.name}
        owned = (name for name in given if is_owning(name) or name in OWNERS)
        owners = {name for name in owned if not is_sent(given[name], handler)}
        for name, value in given.items() if table and owners else ():
            column = table.columns.get(name) if table and name not in owners else None
            key = column.foreign_key if column is not None else None
            other = tables.get(key.rpartition(".")[0]) if key else None
            if column is None or other is None or owners.isdisjoint(other.columns):
                continue
            if is_sent(value, handler) and not is_looked_at(value, other.cls.name, call, handler):
                yield column


def is_sent(value: n.Expr, handler: Function) -> bool:
    """Whether a value is a parameter, or a field of one, that comes with the request."""
    parameter = handler.parameter(value.text.partition(".")[0])
    if parameter is None or not isinstance(value, (n.Name, n.Attribute)):
        return False
    return parameter.marker("Depends", "Security") is None


def is_looked_at(value: n.Expr, table: str, made: Call, handler: Function) -> bool:
    """Whether a handler speaks of a table, or hands a value, or all that it is a part of, to another call."""
    whole = value.text.partition(".")[0]
    around = {id(node) for node in (made.node, *made.node.parents)}
    texts = [text for call in handler.calls if id(call.node) not in around for text in given_texts(call)]
    return table in handler.node.text or any(mentions(t, value.text) or t == whole for t in texts)

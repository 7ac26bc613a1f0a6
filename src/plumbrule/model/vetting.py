"""Where handlers ask whether the caller may have what an id in their path names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.ownership import given_texts, is_anonymous, is_special, mentions, names_read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Parameter
    from plumbrule.model.routing import Route

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


def item_of(route: Route) -> tuple[str, str]:
    """The path up to the first id in it, and the name of that id: what the route is about."""
    match = ITEM.match(route.path)
    return (match.group(), match.group(1)) if match else ("", "")


def vetting(handler: Function, name: str) -> Call | None:
    """The call that refuses a caller whom what an id names does not belong to."""
    calls = [call for call in handler.calls if VETTING.search(call.method) and call.function is not None]
    items = derived(handler, name) if calls else set()
    callers = {caller for p in injected(handler) if calls for caller in derived(handler, p.name)} - items
    for call in calls if callers else ():
        given = given_texts(call)
        spoken = [*given, call.receiver.text if call.receiver is not None else ""]
        if mention(given, items) and mention(spoken, callers) and call.function and may_refuse(call.function):
            return call
    return None


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

"""Routes that are taken out of one router and put into another: `app.routes.append(route)`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.registering import VERBS, from_starlette
from plumbrule.model.assembly.values import HOLE, UNKNOWN, Closure, Made, Record, RouterValue, RoutesOf

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.assembly.calls import Calls
    from plumbrule.model.assembly.lookup import Lookup
    from plumbrule.model.assembly.values import Env

CHANGES = ("append", "extend", "insert")
OF_FASTAPI = VERBS | {"api_route", "add_api_route"}
KINDS = {
    "fastapi.routing.APIRoute": OF_FASTAPI,
    "starlette.routing.Route": OF_FASTAPI | {"route", "add_route"},
    "fastapi.routing.APIWebSocketRoute": {"websocket", "add_api_websocket_route"},
    "starlette.routing.WebSocketRoute": {"websocket", "add_api_websocket_route", "add_websocket_route"},
    "starlette.routing.Mount": {"mount"},
}
"""classes of routes, and what registers one"""


def routes_in(router: RouterValue, above: tuple[RouterValue, ...] = ()) -> Iterator[Record]:
    """The routes of a router and of those included in it, each with its path from there."""
    own = "" if router.kind == "app" else router.options.get("prefix", "")
    children = dict(included_in(router, above))
    for record in router.records:
        if record.kind == "route":
            yield replace(below(record, own, None), home=record.home or router)
        child = children.get(record)
        for inner in routes_in(child, (*above, router)) if child is not None else ():
            outer = below(inner, record.args.get("prefix", ""), record.args.get("dependencies"))
            yield below(outer, own, router.options.get("dependencies"))


def included_in(router: RouterValue, above: tuple[RouterValue, ...]) -> Iterator[tuple[Record, RouterValue]]:
    """What a router includes, but for itself."""
    for record in router.records:
        child = record.target if record.kind == "include" else None
        if isinstance(child, RouterValue) and child not in (router, *above):
            yield record, child


def follow_beside(lookup: Lookup, router: RouterValue, above: tuple[RouterValue, ...] = ()) -> None:
    """Follow what stands beside a router or below: by now the package that it is in was imported."""
    if router.scope is not None:
        folder = router.scope.module.path.rpartition("/")[0]
        for module in lookup.project.code_modules if folder else ():
            if module.path.startswith(f"{folder}/"):
                lookup.module_env(module)
    for _, child in [*included_in(router, above)]:
        follow_beside(lookup, child, (*above, router))


def below(record: Record, front: Any, given: Any) -> Record:
    """A route with a prefix, and with dependencies before its own."""
    if not front and given is None:
        return record
    own = record.args.get("dependencies") or []
    known = isinstance(given or [], list) and isinstance(own, list)
    dependencies = [*(given or []), *own] if known else UNKNOWN
    args = {**record.args, "dependencies": dependencies} if given is not None else record.args
    return replace(record, path=joined(front, record.path), args=args)


def joined(front: Any, path: Any) -> str:
    """Two parts of a path, with holes for what cannot be told."""
    return "".join(part if isinstance(part, str) else HOLE for part in (front or "", path))


def part_of(route: Record, attr: str) -> Any:
    """`route.path`, `route.endpoint` …"""
    match attr:
        case "path" | "path_format":
            return route.path
        case "endpoint":
            return route.target
        case "methods":
            return list(route.methods)
        case "name" if "name" not in route.args:
            return route.target.function.name if isinstance(route.target, Closure) else UNKNOWN
        case _:
            return route.args.get(attr, UNKNOWN)


def is_route_of(route: Record, kind: str) -> Any:
    """Whether a route is of a class of FastAPI or Starlette."""
    return route.operation in KINDS[kind] if kind in KINDS else UNKNOWN


def change(calls: Calls, routes: RoutesOf, name: str, args: list[Any], node: n.Expr, env: Env) -> None:
    """`app.routes.append(route)`: what cannot be told is kept as an include that cannot be followed."""
    calls.reached.add(node)
    calls.effects += 1
    router = routes.router
    given = args[-1] if args else UNKNOWN
    several = given if name == "extend" and isinstance(given, (list, tuple)) else [given]
    for one in [route for part in several for route in unpacked(part)]:
        route, before = plain(one), len(router.records)
        if isinstance(route, Record):
            router.records.append(moved(route, router))
        elif isinstance(route, Made):
            from_starlette(calls, router, route)
        if len(router.records) == before:
            nodes = {"router": node.args[-1]} if isinstance(node, n.Call) and node.args else {}
            router.records.append(Record("include", router, node, env.scope, {}, nodes, target=route))
        for record in router.records[before:]:
            record.conditional |= calls.conditional > router.conditions or one is not route


def unpacked(given: Any) -> list[Any]:
    """One route, or all that a router has."""
    return list(routes_in(given.router)) if isinstance(given, RoutesOf) else [given]


def moved(route: Record, router: RouterValue) -> Record:
    """A route in another router, whose prefix it does not get."""
    front = "" if router.kind == "app" else router.options.get("prefix", "")
    path = route.path
    if isinstance(front, str) and isinstance(path, str):
        path = path.removeprefix(front)
    return replace(route, router=router, path=path)

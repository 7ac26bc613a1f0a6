"""Routers that libraries make, and routes that they add to an app."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.values import UNKNOWN, Ext, Made, Record, RouterValue
from plumbrule.model.knowledge.routers import EXPOSING, OBJECTS, ROUTES, LibraryRoute

if TYPE_CHECKING:
    from plumbrule.model.assembly.calls import Calls
    from plumbrule.model.assembly.values import Env


def call_library(
    calls: Calls, name: str, args: list[Any], kwargs: dict[str, Any], node: n.Expr, env: Env
) -> Any:
    """What calling something of a library gives, if it deals with routes; else None."""
    if not isinstance(node, n.Call):
        return None
    if name in ROUTES:
        return library_router(calls, name, kwargs, node, env)
    owner = name.rpartition(".")[0]
    if name == EXPOSING and args and isinstance(args[0], RouterValue):
        path = args[1] if len(args) > 1 else kwargs.get("endpoint", "/metrics")
        exposed = record(args[0], LibraryRoute("GET", "", name), node, env, path, kwargs)
        exposed.conditional = calls.conditional > args[0].conditions
        args[0].records.append(exposed)
    # `Instrumentator().instrument(app).expose(app)`: most methods give the object itself.
    return Made(owner, args, kwargs, node, env.scope) if name == EXPOSING or owner in CHAINING else None


CHAINING = frozenset({"prometheus_fastapi_instrumentator.Instrumentator"})


def library_router(calls: Calls, name: str, kwargs: dict[str, Any], node: n.Call, env: Env) -> RouterValue:
    """A router with the routes that the library is known to give it."""
    made = RouterValue(None, node=node, scope=env.scope, type_name=name, conditions=calls.conditional)
    calls.initialise(made, kwargs, node)
    calls.routers.append(made)
    calls.effects += 1
    front = kwargs.get("path", "")
    for route in ROUTES[name]:
        path = f"{front}{route.path}" if isinstance(front, str) else UNKNOWN
        made.records.append(record(made, route, node, env, path, {}))
    return made


def record(
    router: RouterValue, route: LibraryRoute, node: n.Call, env: Env, path: Any, kwargs: dict[str, Any]
) -> Record:
    """One route of a library."""
    args = dict(kwargs)
    if route.guard:
        args["dependencies"] = [Made("fastapi.Depends", [Ext(route.guard)], {}, node, env.scope)]
    return Record(
        "route",
        router,
        node,
        env.scope,
        args,
        {},
        (route.method,),
        path,
        target=Ext(route.handler),
        operation="add_api_route",
    )


def is_followed(value: Any) -> bool:
    """Whether the methods of an object that a library made are worth knowing by name."""
    return isinstance(value, Made) and value.name in OBJECTS

"""What the methods of an app or router do to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.values import (
    UNKNOWN,
    Choice,
    Closure,
    Made,
    Operation,
    Perhaps,
    Record,
    RouterValue,
)

if TYPE_CHECKING:
    from plumbrule.model.assembly.calls import Calls
    from plumbrule.model.assembly.values import Env

VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}
POSITIONS = {
    **dict.fromkeys(VERBS, ("path",)),
    "api_route": ("path",),
    "route": ("path", "methods"),
    "websocket": ("path", "name"),
    "websocket_route": ("path", "name"),
    "add_api_route": ("path", "endpoint"),
    "add_route": ("path", "endpoint", "methods"),
    "add_api_websocket_route": ("path", "endpoint", "name"),
    "add_websocket_route": ("path", "endpoint", "name"),
    "include_router": ("router",),
    "generate_and_include_versioned_routers": ("router",),  # cadwyn: the version is in a header
    "mount": ("path", "app", "name"),
    "host": ("host", "app", "name"),
    "add_middleware": ("middleware_class",),
    "middleware": ("middleware_type",),
    "add_exception_handler": ("exception", "handler"),
    "exception_handler": ("exception",),
    "add_event_handler": ("event", "handler"),
    "on_event": ("event",),
}
OPERATIONS = set(POSITIONS)
KINDS = {
    "include_router": "include",
    "generate_and_include_versioned_routers": "include",
    "mount": "mount",
    "host": "mount",
    "add_middleware": "middleware",
    "middleware": "middleware",
    "add_exception_handler": "handler",
    "exception_handler": "handler",
    "add_event_handler": "event",
    "on_event": "event",
}
DECORATORS = VERBS | {
    "api_route",
    "route",
    "websocket",
    "websocket_route",
    "middleware",
    "exception_handler",
    "on_event",
}
TARGETS = {
    "add_api_route": "endpoint",
    "add_route": "endpoint",
    "add_api_websocket_route": "endpoint",
    "add_websocket_route": "endpoint",
    "include_router": "router",
    "generate_and_include_versioned_routers": "router",
    "mount": "app",
    "host": "app",
    "add_middleware": "middleware_class",
    "add_exception_handler": "handler",
    "add_event_handler": "handler",
}


@dataclass(eq=False, slots=True)
class RouteDecorator:
    """`router.get("/x")`, waiting for the function it decorates."""

    operation: Operation
    args: dict[str, Any]
    node: n.Expr
    env: Env
    conditional: bool


def register(
    interpreter: Calls,
    func: Operation | RouteDecorator,
    args: list[Any],
    kwargs: dict[str, Any],
    node: n.Expr,
    env: Env,
) -> Any:
    """Call a method of a router: it is recorded, or gives a decorator that will be."""
    interpreter.reached.add(node)
    if isinstance(func, RouteDecorator):
        return apply_decorator(interpreter, func, args)
    operation = func
    given = dict(zip(POSITIONS[operation.name], args, strict=False)) | kwargs
    conditional = interpreter.conditional > operation.router.conditions
    if operation.name in DECORATORS and not (operation.name == "middleware" and "func" in given):
        return RouteDecorator(operation, given, node, env, conditional)
    if KINDS.get(operation.name) == "mount" and "app" not in given:
        return None  # of something that only holds an app: `FastApiMCP(app).mount()`
    site = interpreter.sites[-1] if interpreter.sites else (node, env)
    target = given.get(TARGETS.get(operation.name, ""), UNKNOWN)
    if target is UNKNOWN and operation.name == "include_router":
        target = interpreter.routers_of_classes(node)
    for index, one in enumerate(options(target)):
        record = make(operation, given, node, site, one)
        is_default = isinstance(target, Choice) and target.has_default and index == 0
        record.conditional = conditional or (isinstance(target, Choice) and not is_default)
        operation.router.records.append(record)
    return None


def options(target: Any) -> list[Any]:
    """What a value can stand for; of a choice the routers alone, if it has any."""
    if not isinstance(target, Choice):
        return [target]
    routers = [one for one in target.values if isinstance(one, RouterValue)]
    return routers or target.values


def apply_decorator(interpreter: Calls, waiting: RouteDecorator, args: list[Any]) -> Any:
    """`router.get("/x")` gets its function."""
    if not args:
        return UNKNOWN
    operation = waiting.operation
    wider = (
        interpreter.own_method(operation.router, "add_api_route")
        if operation.name in VERBS | {"api_route"}
        else None
    )
    if wider is not None:  # FastAPI's `api_route` calls `self.add_api_route`
        given = {k: v for k, v in waiting.args.items() if k != "path"}
        given["methods"] = list(methods_of(operation.name, waiting.args))
        interpreter.call(wider, [waiting.args.get("path", ""), args[0]], given, waiting.node, waiting.env)
        return args[0]
    site = interpreter.sites[-1] if interpreter.sites else (waiting.node, waiting.env)
    record = make(operation, waiting.args, waiting.node, site, args[0])
    record.conditional = waiting.conditional
    operation.router.records.append(record)
    return args[0]


def make(
    operation: Operation, args: dict[str, Any], node: n.Expr, site: tuple[n.Expr, Env], target: Any
) -> Record:
    """The record of one operation: `node` is the call itself, `site` the decorator it is part of."""
    name = operation.name
    written, env = site
    nodes: dict[str, n.Expr] = {}
    if isinstance(node, n.Call) and direct(node, name):
        nodes |= dict(zip(POSITIONS[name], node.args, strict=False))
    for call in (node, written):
        if isinstance(call, n.Call):
            nodes |= {k.name: k.value for k in call.keywords if k.name}
    if written is not node and name != "include_router":
        nodes.pop("path", None)
    path = nodes.get("path") or path_node(written)
    kind = KINDS.get(name, "route")
    found = args.get("path", args.get("prefix", ""))
    return Record(
        kind,
        operation.router,
        written,
        env.scope,
        args,
        nodes,
        methods_of(name, args),
        found,
        path,
        target,
        operation=name,
    )


def direct(node: n.Call, name: str) -> bool:
    """Whether the call is of the method itself, so that its arguments stand where the method takes them."""
    return isinstance(node.func, n.Attribute) and node.func.attr == name


def path_node(node: n.Expr) -> n.Expr | None:
    """The first text argument of a wrapped registration such as `protected(router.get, "/x")`."""
    if not isinstance(node, n.Call):
        return None
    return next((a for a in node.args if isinstance(a, (n.Constant, n.FString, n.BinOp))), None)


def methods_of(name: str, args: dict[str, Any]) -> tuple[str, ...]:
    """The HTTP methods that a registration serves."""
    if name in VERBS:
        return (name.upper(),)
    if "websocket" in name:
        return ("WEBSOCKET",)
    given = args.get("methods")
    if isinstance(given, (list, tuple)):
        return tuple(sorted({str(m).upper() for m in given if isinstance(m, str)}))
    return ("GET",) if name in ("api_route", "add_api_route", "route", "add_route") else ()


def from_starlette(_: Calls, router: RouterValue, given: Any) -> None:
    """A `Route(…)` or `Mount(…)` given to `routes=`."""
    route = plain(given)
    if not isinstance(route, Made):
        return
    kind = route.name.rpartition(".")[2]
    operations = {
        "Route": "add_route",
        "APIRoute": "add_api_route",
        "WebSocketRoute": "add_websocket_route",
        "Mount": "mount",
    }
    if kind not in operations:
        return
    name = operations[kind]
    args = dict(zip(POSITIONS[name], route.args, strict=False)) | route.kwargs
    nodes = dict(zip(POSITIONS[name], route.node.args, strict=False))
    target = args.get("endpoint", args.get("app", UNKNOWN))
    router.records.append(
        Record(
            KINDS.get(name, "route"),
            router,
            route.node,
            route.scope,
            args,
            nodes,
            methods_of(name, args),
            args.get("path", ""),
            nodes.get("path"),
            target,
            conditional=isinstance(given, Perhaps),
            operation=name,
        )
    )


__all__ = ["OPERATIONS", "Closure", "RouteDecorator", "from_starlette", "register"]

"""Apps, routers and routes, and where each route ends up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.interpreter import Interpreter
from plumbrule.model.assembly.values import (
    HOLE,
    UNKNOWN,
    Bound,
    ClassValue,
    Closure,
    Ext,
    Instance,
    Partial,
    Record,
    RouterValue,
)
from plumbrule.model.dependencies import Dependencies, Dependency, DependencyReader

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.facts.source import Span
    from plumbrule.model.code import Class, Function, Module, Scoped
    from plumbrule.model.project import Project
    from plumbrule.model.taint import Flow

PARAMETER = re.compile(r"{([^}:]*)(?::[^}]*)?}")


class Router:
    """An `APIRouter`, or an app; `name` is the variable it was first put in."""

    def __init__(self, value: RouterValue, routing: Routing) -> None:
        self.value = value
        self.routing = routing
        self.project = routing.project
        self.routes: list[Route] = []
        self.includes: list[Include] = []
        self.included_in: list[Include] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name} {self.module.path if self.module else ''}>"

    @property
    def name(self) -> str:
        """The name of its variable."""
        return self.value.name or "router"

    @property
    def is_app(self) -> bool:
        """Whether it is a FastAPI (or Starlette) app."""
        return self.value.kind == "app"

    @property
    def type_name(self) -> str:
        """The full name of its class: `fastapi.APIRouter`, or the project's own subclass."""
        return self.value.type_name

    @property
    def cls(self) -> Class | None:
        """The project's own class, if it is a subclass."""
        return self.value.cls.cls if self.value.cls else None

    @property
    def scope(self) -> Scoped | None:
        """The module or function that makes it."""
        return self.value.scope

    @property
    def module(self) -> Module | None:
        """The module that makes it."""
        return self.value.scope.module if self.value.scope else None

    @property
    def node(self) -> n.Call | None:
        """The call that makes it."""
        return self.value.node

    @property
    def span(self) -> Span | None:
        """Where it is made."""
        return self.value.node.span if self.value.node else None

    @property
    def is_assumed(self) -> bool:
        """Whether it is only a parameter that nothing in the project passes a router to."""
        return self.value.assumed

    @property
    def prefix(self) -> str:
        """Its own `prefix=`, `{…}` where it cannot be told."""
        return text(self.value.options.get("prefix"))

    def option(self, name: str) -> n.Expr | None:
        """The expression given for a constructor argument."""
        return self.value.option_nodes.get(name)

    def option_value(self, name: str) -> Any:
        """The value of a constructor argument where it can be told: text, number, list …; else None."""
        found = self.value.options.get(name)
        return None if found is UNKNOWN else found

    @cached_property
    def dependencies(self) -> Dependencies:
        """What its own `dependencies=` says."""
        return self.routing.reader.listed(
            self.value.options.get("dependencies"),
            self.option("dependencies"),
            "app" if self.is_app else "router",
        )


class App(Router):
    """A FastAPI app."""

    @cached_property
    def middleware(self) -> list[Middleware]:
        """Its middleware, outermost first."""
        added = [r for r in self.value.records if r.kind == "middleware"]
        given = self.value.options.get("middleware")
        listed = [Middleware.listed(item, self) for item in given] if isinstance(given, list) else []
        return [*(Middleware.added(r, self) for r in reversed(added)), *(m for m in listed if m)]

    @cached_property
    def exception_handlers(self) -> list[ExceptionHandler]:
        """Its exception handlers, in the order they were added."""
        found = [
            ExceptionHandler(r.args.get("exception"), r.target, r.node, self)
            for r in self.value.records
            if r.kind == "handler"
        ]
        given = self.value.options.get("exception_handlers")
        node = self.option("exception_handlers") or self.node
        if isinstance(given, dict) and node is not None:
            found += [ExceptionHandler(k, v, node, self) for k, v in given.items()]
        return found

    @property
    def events(self) -> list[Record]:
        """`on_event` and `add_event_handler` registrations."""
        return [r for r in self.value.records if r.kind == "event"]

    @cached_property
    def lifespan(self) -> Function | None:
        """The function given as `lifespan=`."""
        return function_of(self.value.options.get("lifespan"))

    @cached_property
    def all_routes(self) -> list[Route]:
        """Every route it serves, through includes and mounts."""
        return [r for r in self.routing.routes if any(p.app is self for p in r.places)]


class Middleware:
    """A middleware of an app: `name` is the full name of its class or function,
    `cls` and `function` the project's own.
    """

    def __init__(self, value: Any, node: n.Node, app: App, options: dict[str, n.Expr], kind: str) -> None:
        self.value = value
        self.node = node
        self.app = app
        self.options = options
        self.kind = kind  # class or function (`@app.middleware("http")`)

    @classmethod
    def added(cls, record: Record, app: App) -> Middleware:
        """From `app.add_middleware(…)` or `@app.middleware`."""
        options = {k: v for k, v in record.arg_nodes.items() if k != "middleware_class"}
        return cls(
            record.target,
            record.node,
            app,
            options,
            "function" if record.operation == "middleware" else "class",
        )

    @classmethod
    def listed(cls, item: Any, app: App) -> Middleware | None:
        """From `FastAPI(middleware=[Middleware(…)])`."""
        if getattr(item, "name", "").endswith("Middleware") and getattr(item, "args", None):
            options = {k.name: k.value for k in item.node.keywords if k.name}
            return cls(item.args[0], item.node, app, options, "class")
        return None

    @property
    def span(self) -> Span:
        """Where it is added."""
        return self.node.span

    @property
    def name(self) -> str:
        """The full name of its class or function."""
        return name_of(self.value)

    @property
    def cls(self) -> Class | None:
        """The project class."""
        return self.value.cls if isinstance(self.value, ClassValue) else None

    @property
    def function(self) -> Function | None:
        """What runs for a request: the decorated function, `dispatch` or `__call__` of the class."""
        if self.cls is not None:
            return self.cls.method("dispatch") or self.cls.method("__call__")
        return function_of(self.value)


class ExceptionHandler:
    """A handler; `exception` is the full name of what it handles, or the status as text."""

    def __init__(self, exception: Any, handler: Any, node: n.Node, app: App) -> None:
        self.exception = str(exception) if isinstance(exception, int) else name_of(exception)
        self.function = function_of(handler)
        self.node = node
        self.app = app

    @property
    def span(self) -> Span:
        """Where it is added."""
        return self.node.span


@dataclass(frozen=True, slots=True, eq=False)
class Include:
    """`parent.include_router(child, prefix=…)` or `parent.mount(path, child)`."""

    parent: Router
    child: Router
    record: Record

    @property
    def span(self) -> Span:
        """Where it is written."""
        return self.record.node.span

    @property
    def is_mount(self) -> bool:
        """Whether the child is a mounted app of its own."""
        return self.record.kind == "mount"

    @property
    def prefix(self) -> str:
        """The prefix or mount path."""
        return (
            text(self.record.path).rstrip("/") if self.is_mount else text(self.record.args.get("prefix", ""))
        )


@dataclass(frozen=True, slots=True, eq=False)
class Mount:
    """Where a router is served: the app, the path before its routes, the includes, outermost first."""

    app: App | None
    path: str
    includes: tuple[Include, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One way in which a route is served: the app, the full path, the includes, outermost first."""

    app: App | None
    path: str
    includes: tuple[Include, ...]
    router: Router
    record: Record

    @property
    def in_schema(self) -> bool:
        """Whether it appears in the OpenAPI document, as far as literals tell."""
        owners = [self.router, *(i.parent for i in self.includes)]
        values = [owner.value.options.get("include_in_schema") for owner in owners]
        values += [
            record.args.get("include_in_schema")
            for record in (self.record, *(i.record for i in self.includes))
        ]
        return not any(value is False for value in values)


class Route:
    """A route as it is written; `places` says under which full paths it is served."""

    def __init__(self, registered: list[tuple[Record, Router]]) -> None:
        self.registered = registered
        self.record, self.router = registered[0]
        self.routing = self.router.routing
        self.project = self.router.project
        self.scope = self.record.scope

    def __repr__(self) -> str:
        return f"<Route {self.label} {self.record.node.source.path}:{self.record.node.line}>"

    @cached_property
    def methods(self) -> tuple[str, ...]:
        """The HTTP methods it serves; `WEBSOCKET` for a websocket."""
        return tuple(sorted({method for record, _ in self.registered for method in record.methods}))

    @property
    def module(self) -> Module:
        """The module of its handler, or else the one that registers it."""
        return self.handler.module if self.handler else self.scope.module

    @property
    def node(self) -> n.Node:
        """The decorator or call that registers it."""
        return self.record.node

    @property
    def span(self) -> Span:
        """Where it is registered."""
        return self.record.node.span

    @property
    def label(self) -> str:
        """How a person says it: `GET /orders/{order_id}`."""
        return f"{'/'.join(self.methods) or 'ANY'} {self.path or '/'}"

    @property
    def local_path(self) -> str:
        """The path as given to the decorator."""
        return text(self.record.path)

    @property
    def path_expr(self) -> n.Node:
        """The expression of the path, or the whole registration if it has none of its own."""
        return self.record.path_node or self.record.node

    @cached_property
    def places(self) -> list[Place]:
        """Where it is served; if no app is known to include it, where it would be without one."""
        found = [
            Place(mount.app, mount.path + text(record.path), mount.includes, router, record)
            for record, router in self.registered
            for mount in self.routing.mounts(router)
        ]
        return [place for place in found if place.app is not None] or found

    @property
    def path(self) -> str:
        """Its first full path."""
        return self.places[0].path

    @property
    def paths(self) -> list[str]:
        """All its full paths."""
        return [p.path for p in self.places]

    @property
    def is_mounted(self) -> bool:
        """Whether an app is known to serve it."""
        return any(p.app for p in self.places)

    @property
    def app(self) -> App | None:
        """The first app that serves it."""
        return next((p.app for p in self.places if p.app), None)

    @property
    def path_parameters(self) -> tuple[str, ...]:
        """The names in braces of its first full path."""
        return tuple(name for name in PARAMETER.findall(self.path) if name != "…")

    @property
    def has_unknown_path(self) -> bool:
        """Whether a part of its path cannot be told."""
        return any(HOLE in path for path in self.paths)

    @property
    def is_websocket(self) -> bool:
        """Whether it is a websocket."""
        return "WEBSOCKET" in self.methods

    @property
    def is_conditional(self) -> bool:
        """Whether it, or an include on its way, stands under an `if`."""
        return self.record.conditional

    @cached_property
    def handler(self) -> Function | None:
        """The function that serves it, None if that is not known or not the project's."""
        return function_of(self.record.target)

    @property
    def name(self) -> str:
        """The name of its handler."""
        return self.handler.name if self.handler else name_of(self.record.target)

    def option(self, name: str) -> n.Expr | None:
        """The expression given for an argument of the decorator: `route.option("response_model")`."""
        return self.record.arg_nodes.get(name)

    def option_value(self, name: str) -> Any:
        """The value of such an argument where it can be told; else None."""
        found = self.record.args.get(name)
        return None if found is UNKNOWN else found

    @property
    def in_schema(self) -> bool:
        """Whether one of its places appears in the OpenAPI document, as far as literals tell."""
        return any(place.in_schema for place in self.places)

    @cached_property
    def decorators(self) -> list[n.Expr]:
        """The decorators of its handler that do not register routes."""
        if self.handler is None:
            return []
        registering = {r.record.node for r in self.handler.routes}
        return [d for d in self.handler.node.decorators if d not in registering]

    @cached_property
    def dependencies(self) -> Dependencies:
        """Everything that FastAPI resolves before the handler runs, in that order, at its first place."""
        return self.dependencies_at(self.places[0])

    def dependencies_at(self, place: Place) -> Dependencies:
        """The same for one of its places."""
        return self.routing.reader.of_route(self, place)

    @cached_property
    def authentication(self) -> list[Dependency | Middleware | n.Expr]:
        """What asks who is calling: dependencies, decorators, middleware; empty if nothing is known to."""
        from plumbrule.model.guards import authentication

        return authentication(self)

    @cached_property
    def flows(self) -> list[Flow]:
        """Where its request data ends up in dangerous calls: SQL, paths, commands, URLs."""
        from plumbrule.model.taint import flows

        return flows(self)

    @cached_property
    def is_authenticated(self) -> bool | None:
        """True if something authenticates, False if surely nothing does, None if it cannot be told."""
        from plumbrule.model.guards import is_authenticated

        return is_authenticated(self)


class Routing:
    """Follows the app-building code once and keeps what it found."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.interpreter = Interpreter(project)
        self.interpreter.run(project.modules)
        self.reader = DependencyReader(self)
        self._by_value: dict[RouterValue, Router] = {}
        self._registered: dict[tuple[n.Node, Function | None], list[tuple[Record, Router]]] = {}
        for value in self.interpreter.routers:
            self._by_value[value] = App(value, self) if value.kind == "app" else Router(value, self)
        self.routers = list(self._by_value.values())
        for router in self.routers:
            self._connect(router)
        self._mounts: dict[Router, list[Mount]] = {}
        self.routes = self._defined()
        self.by_handler: dict[Function, list[Route]] = {}
        for route in self.routes:
            if route.handler is not None:
                self.by_handler.setdefault(route.handler, []).append(route)

    @cached_property
    def apps(self) -> list[App]:
        """The apps; of those that the same call makes, the one that most is done to."""
        found: dict[n.Call | None, App] = {}
        for router in self.routers:
            if isinstance(router, App):
                known = found.get(router.node)
                if known is None or len(known.value.records) < len(router.value.records):
                    found[router.node] = router
        return list(found.values())

    def _connect(self, router: Router) -> None:
        for record in router.value.records:
            if record.kind == "route":
                self._registered.setdefault((record.node, function_of(record.target)), []).append(
                    (record, router)
                )
            elif record.kind in ("include", "mount"):
                child = self._by_value.get(record.target) if isinstance(record.target, RouterValue) else None
                if child is not None and child is not router:
                    include = Include(router, child, record)
                    router.includes.append(include)
                    child.included_in.append(include)

    def _defined(self) -> list[Route]:
        """One route a definition, however often the code that registers it runs; the served ones first."""
        routes = []
        for registered in self._registered.values():
            served = [
                (record, router) for record, router in registered if self.mounts(router)[0].app is not None
            ]
            route = Route(served or registered)
            routes.append(route)
            for router in dict.fromkeys(router for _, router in route.registered):
                router.routes.append(route)
        return sorted(routes, key=lambda r: (r.record.node.source.path, r.record.node.start))

    def mounts(self, router: Router) -> list[Mount]:
        """Under which prefixes a router is served, its own prefix included."""
        if router not in self._mounts:
            self._mounts[router] = [Mount(None, "", ())]  # a router included in itself is served nowhere new
            self._mounts[router] = self._find_mounts(router)
        return self._mounts[router]

    def _find_mounts(self, router: Router) -> list[Mount]:
        own = "" if router.is_app else router.prefix
        found = []
        for include in router.included_in:
            for outer in self.mounts(include.parent):
                app = router if include.is_mount and isinstance(router, App) else outer.app
                found.append(Mount(app, outer.path + include.prefix + own, (*outer.includes, include)))
        served = [mount for mount in found if mount.app is not None]
        alone = Mount(router if isinstance(router, App) else None, own, ())
        return (served or ([] if router.is_app else found) or [alone])[:50]


def text(value: Any) -> str:
    """A path as text, with a hole for what cannot be told."""
    if isinstance(value, str):
        return value
    return "" if value is None else HOLE


def function_of(value: Any) -> Function | None:
    """The project function behind a value."""
    match value:
        case Closure(function=function):
            return function
        case Bound(closure=Closure(function=function)):
            return function
        case Partial(func=inner):
            return function_of(inner)
        case ClassValue(cls=cls):
            return cls.method("__call__") or cls.method("__init__")
        case Instance(cls=ClassValue(cls=cls)):
            return cls.method("__call__")
        case _:
            return None


def name_of(value: Any) -> str:
    """The full name of a value."""
    match value:
        case Closure(function=function):
            return function.qualified_name
        case ClassValue(cls=cls):
            return cls.qualified_name
        case Ext(name=name):
            return name
        case Bound(closure=Closure(function=function)):
            return function.qualified_name
        case Partial(func=inner):
            return name_of(inner)
        case Instance(cls=ClassValue(cls=cls)):
            return cls.qualified_name
        case _:
            return getattr(value, "name", "") if not isinstance(value, RouterValue) else value.type_name

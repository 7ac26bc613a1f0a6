"""From the records of the interpreter to apps, routers and routes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts.cached import cached_property
from plumbrule.model.apps import App, Include, Middleware, Router
from plumbrule.model.assembly.interpreter import Interpreter
from plumbrule.model.assembly.values import (
    Record,
    RouterValue,
    RoutesOf,
)
from plumbrule.model.dependencies import DependencyReader
from plumbrule.model.folded import function_of, name_of
from plumbrule.model.routes import Mount, Place, Route

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.model.code import Function
    from plumbrule.model.project import Project


class Routing:
    """Follows the app-building code once and keeps what it found."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.interpreter = Interpreter(project)
        self.interpreter.run()
        self.reader = DependencyReader(self)
        self._by_value: dict[RouterValue, Router] = {}
        self._registered: dict[tuple[n.Node, Function | str], list[tuple[Record, Router]]] = {}
        callbacks = callback_routers(self.interpreter.routers)
        for value in self.interpreter.routers:
            if value in callbacks:
                continue
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
    def routes_by_record(self) -> dict[Record, Route]:
        """The routes by what registered them."""
        return {record: route for route in self.routes for record, _ in route.registered}

    @cached_property
    def includes_by_record(self) -> dict[Record, Include]:
        """The includes by what made them."""
        return {include.record: include for router in self.routers for include in router.includes}

    @cached_property
    def apps(self) -> list[App]:
        """The apps; of those that the same call makes, each to which something is done that is not done to
        the others: a helper makes the apps of several servers, a factory that is called twice makes one.
        """
        found: dict[n.Call | None, list[App]] = {}
        apps = [router for router in self.routers if isinstance(router, App)]
        for app in sorted(apps, key=lambda one: -len(one.value.records)):
            known = found.setdefault(app.node, [])
            if not known or not any(app.done <= other.done for other in known):
                known.append(app)
        kept = {app for known in found.values() for app in known}
        return [app for app in apps if app in kept]

    def router_of(self, value: RouterValue | None) -> Router | None:
        """The router behind a value of the interpreter."""
        return self._by_value.get(value) if value is not None else None

    def _connect(self, router: Router) -> None:
        for record in router.value.records:
            if record.kind == "route":
                target = function_of(record.target) or name_of(record.target)
                self._registered.setdefault((record.node, target), []).append((record, router))
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
        if router.is_app and all(mount.includes[-1].wraps_perhaps for mount in served):
            served.append(alone)  # where the condition does not hold it stands alone
        return (served or found or [alone])[:50]


def callback_routers(routers: list[RouterValue]) -> set[RouterValue]:
    """Routers that only describe what an app calls elsewhere: `callbacks=router.routes`."""
    given = (record.args.get("callbacks") for router in routers for record in router.records)
    return {value.router for value in given if isinstance(value, RoutesOf)}


__all__ = [
    "App",
    "Include",
    "Middleware",
    "Mount",
    "Place",
    "Route",
    "Router",
    "Routing",
    "function_of",
    "name_of",
]

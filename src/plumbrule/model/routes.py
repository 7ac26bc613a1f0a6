"""Routes, and where each of them is served."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plumbrule.facts.cached import cached_property
from plumbrule.model.assembly.values import (
    HOLE,
    UNKNOWN,
    Record,
)
from plumbrule.model.folded import function_of, name_of, text
from plumbrule.model.statuses import status_number

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.facts.source import Span
    from plumbrule.model.apps import App, Include, Middleware, Router
    from plumbrule.model.code import Function, Module
    from plumbrule.model.dependencies import Dependencies, Dependency
    from plumbrule.model.flow import Flow


PARAMETER = re.compile(r"{([^}:]*)(?::[^}]*)?}")


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
    def unserved(self) -> str:
        """Why no app is known to serve it here, as a clause; empty if one does."""
        from plumbrule.model.unserved import why_unserved

        return why_unserved(self)

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
        self._dependencies: dict[Place, Dependencies] = {}

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

    @cached_property
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

    @property
    def status(self) -> int | None:
        """The status of an answer that says none itself; None if it cannot be read."""
        given = self.option("status_code")
        return 200 if given is None else status_number(given)

    @cached_property
    def dependencies(self) -> Dependencies:
        """Everything that FastAPI resolves before the handler runs, in that order, at its first place."""
        return self.dependencies_at(self.places[0])

    def dependencies_at(self, place: Place) -> Dependencies:
        """The same for one of its places."""
        if place not in self._dependencies:
            self._dependencies[place] = self.routing.reader.of_route(self, place)
        return self._dependencies[place]

    @cached_property
    def authentication(self) -> list[Dependency | Middleware | n.Expr]:
        """What asks who is calling at its first place: dependencies, decorators, middleware; empty if nothing
        is known to.
        """
        return self.authentication_at(self.places[0])

    def authentication_at(self, place: Place) -> list[Dependency | Middleware | n.Expr]:
        """The same for one of its places."""
        from plumbrule.model.guards import authentication

        return authentication(self, place)

    @cached_property
    def flows(self) -> list[Flow]:
        """Where its request data ends up in dangerous calls: SQL, paths, commands, URLs."""
        from plumbrule.model.taint import flows

        return flows(self)

    @cached_property
    def is_authenticated(self) -> bool | None:
        """True if something authenticates at its first place, False if surely nothing does, None if it cannot
        be told.
        """
        return self.is_authenticated_at(self.places[0])

    def is_authenticated_at(self, place: Place) -> bool | None:
        """The same for one of its places."""
        from plumbrule.model.guards import is_authenticated

        return is_authenticated(self, place)

"""Routers and apps, and what is put around them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plumbrule.facts.cached import cached_property
from plumbrule.model.assembly.conditions import plain, seen_from
from plumbrule.model.assembly.values import (
    UNKNOWN,
    ClassValue,
    Record,
    RouterValue,
)
from plumbrule.model.folded import function_of, name_of, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts import nodes as n
    from plumbrule.facts.source import Span
    from plumbrule.model.code import Class, Function, Module, Scoped
    from plumbrule.model.dependencies import Dependencies
    from plumbrule.model.route_table import Entry
    from plumbrule.model.routes import Route
    from plumbrule.model.routing import Routing


ORIGIN = re.compile(r"headers(\.get\(|\[)\s*[\"']origin[\"']", re.IGNORECASE)
FORBIDDEN = re.compile(r"403|forbidden", re.IGNORECASE)


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
    def table(self) -> list[Entry]:
        """Every route and mount that a request is matched against, in that order; of a router that is part of
        another one's table nothing.
        """
        from plumbrule.model.route_table import route_table

        return route_table(self)

    @cached_property
    def dependencies(self) -> Dependencies:
        """What its own `dependencies=` says."""
        return self.routing.reader.listed(
            seen_from(self.value.options.get("dependencies"), self.value.conditions),
            self.option("dependencies"),
            "app" if self.is_app else "router",
        )


def deeds(router: RouterValue, seen: set[RouterValue]) -> Iterator[n.Node]:
    """Where something is done to a router, or to one in it."""
    seen.add(router)
    for record in router.records:
        yield record.node
        if isinstance(record.target, RouterValue) and record.target not in seen:
            yield from deeds(record.target, seen)


class App(Router):
    """A FastAPI app."""

    @cached_property
    def done(self) -> frozenset[n.Node]:
        """Where something is done to it, or to what is in it."""
        return frozenset(deeds(self.value, set()))

    @cached_property
    def middleware(self) -> list[Middleware]:
        """Its middleware, outermost first."""
        added = [r for r in self.value.records if r.kind == "middleware"]
        given = self.value.options.get("middleware")
        listed = [Middleware.listed(plain(item), self) for item in given] if isinstance(given, list) else []
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

    @property
    def judges_origin(self) -> bool:
        """Whether it looks itself at the site that a request comes from, and turns some away."""
        text = self.function.node.text if self.function is not None else ""
        return ORIGIN.search(text) is not None and FORBIDDEN.search(text) is not None

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

    @cached_property
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
    def wraps_perhaps(self) -> bool:
        """Whether the parent is made only under an `if` that the child does not stand under."""
        return self.parent.value.conditions > self.child.value.conditions

    @property
    def prefix(self) -> str:
        """The prefix or mount path."""
        return (
            text(self.record.path).rstrip("/") if self.is_mount else text(self.record.args.get("prefix", ""))
        )

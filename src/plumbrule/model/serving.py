"""Which functions run while requests are served, and which only before the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from plumbrule.model.cached import cached_property
from plumbrule.model.callers import handed_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.project import Project

When = Literal["request", "startup", "unknown"]
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket", "middleware")
REGISTERING = {f"fastapi.{owner}.{method}" for owner in ("APIRouter", "FastAPI") for method in METHODS}
BESIDE = {"cli", "commands", "scripts", "examples", "e2e", "cypress", "migrations", "alembic"}
STARTERS = {"main", "lifespan", "startup", "on_startup", "shutdown", "on_shutdown"}


class Serving:
    """Answers when a function runs, as far as the calls of the project tell."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def when(self, function: Function) -> When:
        """`request` if a route, dependency, middleware or handler leads to it, `startup` if only the start of
        the server or a script does, else `unknown`.
        """
        if function in self.for_requests:
            return "request"
        return "startup" if function in self.at_start else "unknown"

    @cached_property
    def for_requests(self) -> frozenset[Function]:
        """Every function that a request can lead to."""
        return reached_from(self._entries(), frozenset())

    @cached_property
    def at_start(self) -> frozenset[Function]:
        """Every other function that a lifespan, a startup hook, a script or a command line leads to."""
        return reached_from(self._starters(), self.for_requests)

    def _entries(self) -> Iterator[Function]:
        for route in self.project.routes:
            if route.handler is not None and not route.module.is_test:
                yield route.handler
            for dependency in route.dependencies:
                if dependency.function is not None:
                    yield dependency.function
        for function in self.project.code_functions:
            if any(name in REGISTERING for name in function.decorator_names):
                yield function
        for app in self.project.apps:
            functions = [m.function for m in app.middleware] + [h.function for h in app.exception_handlers]
            yield from (function for function in functions if function is not None)

    def _starters(self) -> Iterator[Function]:
        for app in self.project.apps:
            if app.lifespan is not None:
                yield app.lifespan
        for function in self.project.code_functions:
            decorators = {name.rpartition(".")[2] for name in function.decorator_names}
            hooked = function.name in STARTERS or decorators & {"on_event", "command", "callback"}
            if hooked or BESIDE & set(function.module.path.removesuffix(".py").split("/")):
                yield function
        for module in self.project.modules:
            for call in () if module.is_test else module.calls:
                yield from mentioned(call)


def reached_from(start: Iterable[Function], known: frozenset[Function]) -> frozenset[Function]:
    """What some functions call or hand on, and what that calls, without what is known to be reached."""
    seen = set(start) - known
    queue = list(seen)
    while queue:
        for call in queue.pop().calls:
            for function in mentioned(call):
                if function not in seen and function not in known:
                    seen.add(function)
                    queue.append(function)
    return frozenset(seen)


def mentioned(call: Call) -> Iterator[Function]:
    """The function a call runs, and those that it is given."""
    if call.function is not None:
        yield call.function
    yield from handed_on(call)

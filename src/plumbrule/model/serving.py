"""Which functions run while requests are served, and which only before the first one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from plumbrule.facts import nodes as n
from plumbrule.facts.cached import cached_property
from plumbrule.model.callers import handed_on
from plumbrule.model.code import Class, Function, Module

if TYPE_CHECKING:
    from plumbrule.model.project import Project

When = Literal["request", "startup", "unknown"]
METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "api_route", "websocket", "middleware")
REGISTERING = {f"fastapi.{owner}.{method}" for owner in ("APIRouter", "FastAPI") for method in METHODS}
BESIDE = {"cli", "commands", "scripts", "examples", "e2e", "cypress", "migrations", "alembic"}
HOOKS = {"on_event", "command", "callback"}
TASKS = {"task", "shared_task", "periodic_task", "actor"}
"""decorators of queues: Celery, Huey and Dramatiq run a plain function elsewhere, with no loop but its own"""
RUNNERS = ("asyncio.run", "anyio.run", "run_until_complete")
DEVELOPERS = re.compile(r"(?i)(?<!not )\b\w*\.?(is_)?(debug|dev|local)(_?mode|elopment)?\b")
BY_NAME = ("importlib.import_module", "builtins.__import__", "pydoc.locate")
STARTERS = {"main", "lifespan", "startup", "on_startup", "shutdown", "on_shutdown"}


class Serving:
    """Answers when a function runs, as far as the calls of the project tell."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._known: dict[Function, When] = {}

    def when(self, function: Function) -> When:
        """`request` if a route, dependency, middleware or handler leads to it, `startup` if only the start of
        the server, a script or a loop of its own does, else `unknown`.
        """
        if function not in self._known:
            self._known[function] = self._asked(function)
        return self._known[function]

    def _asked(self, function: Function) -> When:
        found: When = "unknown"
        for scope in self.project.callers.before(function, self._runs):
            if not isinstance(scope, Function):
                found = "startup" if isinstance(scope, Module) else found
            elif self._known.get(scope) == "request" or self._is_entry(scope):
                return "request"
            elif self._is_starter(scope) or self._is_run_apart(scope):
                found = "startup"
        return found if self.is_loaded(function) else "startup"

    def _is_entry(self, function: Function) -> bool:
        return function in self._entries or not REGISTERING.isdisjoint(function.decorator_names)

    def _is_starter(self, function: Function) -> bool:
        decorators = {name.rpartition(".")[2] for name in function.decorator_names}
        hooked = function.name in STARTERS or not HOOKS.isdisjoint(decorators)
        hooked = hooked or (not function.is_async and not TASKS.isdisjoint(decorators))
        beside = not BESIDE.isdisjoint(function.module.path.removesuffix(".py").split("/"))
        return hooked or beside or function in self._lifespans

    def is_loaded(self, function: Function) -> bool:
        """Whether a server may load a function: an app imports it, or what its class extends."""
        family = function.cls.ancestors if function.cls is not None else ()
        modules = {function.module, *(cls.module for cls in family if isinstance(cls, Class))}
        return not self._loaded.isdisjoint(modules)

    @cached_property
    def _loaded(self) -> set[Module]:
        """The modules of apps and routers, and all that importing them may import, by name too."""
        project, graph = self.project, self.project.import_graph
        holding = {router.module for router in project.routers if router.module is not None}
        found = graph.loaded_with(holding | {route.module for route in project.code_routes})
        naming = found if any(call.module in found for call in project.calls_to(*BY_NAME)) else set()
        while naming:
            new = {named for module in naming for named in graph.named_in(module)} - found
            naming = graph.loaded_with(new) - found
            found |= naming
        return found

    @cached_property
    def _runs(self) -> frozenset[n.Expr]:
        """The calls that are given to a loop of their own, or give it a function: whoever waits there is no
        request.
        """
        runs = self.project.calls_to(*RUNNERS)
        return frozenset(node for run in runs for node in (run.node, *run.given))

    def _is_run_apart(self, function: Function) -> bool:
        """Whether a function runs there and nowhere else."""
        calls = self.project.callers.leading_into(function) if self._runs else []
        return bool(calls) and all(call.node in self._runs for call in calls)

    @cached_property
    def _entries(self) -> frozenset[Function]:
        """What the apps and their routes run for a request."""
        project = self.project
        found = [route.handler for route in project.code_routes]
        found += [dependency.function for route in project.routes for dependency in route.dependencies]
        for app in project.apps:
            found += [m.function for m in app.middleware] + [h.function for h in app.exception_handlers]
        return frozenset(function for function in found if function is not None)

    @cached_property
    def _lifespans(self) -> frozenset[Function]:
        return frozenset(app.lifespan for app in self.project.apps if app.lifespan is not None)


def run_in_threads(project: Project) -> set[Function]:
    """The ordinary functions that FastAPI, or the project itself, has run in a thread."""
    routes = [route for route in project.code_routes if not route.decorators]
    found = {route.handler for route in routes}
    found |= {d.function for route in routes for d in route.dependencies if not d.is_generator}
    starting = (*project.callers.offloading, *project.calls_to("threading.Thread", "threading.Timer"))
    found |= {function for call in starting for function in handed_on(call)}
    return {function for function in found if function is not None and not function.is_async}


def is_for_developers(node: n.Node) -> bool:
    """Whether a node stands in a branch that is taken on a developer's machine only."""
    inner = node
    for parent in node.parents:
        match parent:
            case n.If(test=test, body=body) if any(inner is statement for statement in body):
                is_taken = True
            case n.Conditional(test=test, body=chosen):
                is_taken = inner is chosen
            case _:
                is_taken = False
        if is_taken and DEVELOPERS.search(test.text):
            differs = isinstance(test, n.Compare) and "!=" in test.ops
            if not differs:
                return True
        inner = parent
    return False

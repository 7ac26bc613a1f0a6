"""Prints the routes of apps as FastAPI itself sees them, each with the tree of what it resolves.

    runtime.py [module:app_or_factory …]     from the current folder, a line each
    runtime.py                               for each folder named on stdin: its `main:app`

A line is a JSON list of `[methods, path, handler, tree]`, or the traceback as a text. A tree is a list of
`[name, origin, is_security_scheme, tree]`; origin is app, include, router, route or parameter.
Runs under the interpreter of the project that is asked, so it needs nothing but FastAPI, of any version.
"""

from __future__ import annotations

import functools
import gc
import importlib
import json
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI
from fastapi.security.base import SecurityBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def name_of(call: Any) -> str:
    """The full name of a function, a class, or the class of an object."""
    while isinstance(call, functools.partial):
        call = call.func
    named = call if hasattr(call, "__qualname__") else type(call)
    return f"{named.__module__}.{named.__qualname__}".replace("<locals>.", "")


class Origins:
    """Where each `Depends(…)` of a `dependencies=` was written, told by which object holds it."""

    def __init__(self) -> None:
        objects = [one for one in gc.get_objects() if issubclass(type(one), (APIRouter, FastAPI))]
        of_apps = {id(one.router) for one in objects if isinstance(one, FastAPI)}
        routers = [one for one in objects if isinstance(one, APIRouter)]
        self.apps = ids(d for one in routers if id(one) in of_apps for d in one.dependencies)
        self.routers = ids(d for one in routers for d in one.dependencies)
        self.routes: dict[Any, list[Any]] = {}
        everything: list[Any] = [route for one in routers for route in one.routes]
        for route in (route for route in everything if hasattr(route, "dependencies")):
            known = self.routes.get(route.endpoint)
            # Before FastAPI 0.137 an include copied the route; the copy has more dependencies.
            if known is None or len(route.dependencies) < len(known):
                self.routes[route.endpoint] = list(route.dependencies)

    def of(self, dependency: Any, endpoint: Any) -> str:
        """The origin of one dependency of a route."""
        if id(dependency) in self.apps:
            return "app"
        if id(dependency) in self.routers:
            return "router"
        return "route" if id(dependency) in ids(self.routes.get(endpoint, ())) else "include"


def ids(objects: Iterable[Any]) -> set[int]:
    return {id(one) for one in objects}


def tree(dependant: Any, origins: list[str]) -> list[Any]:
    """What a function depends on; `origins` are those of the first ones, the rest are parameters."""
    names = origins + ["parameter"] * (len(dependant.dependencies) - len(origins))
    return [
        [name_of(inner.call), origin, isinstance(inner.call, SecurityBase), tree(inner, [])]
        for inner, origin in zip(dependant.dependencies, names)  # noqa: B905 - Python 3.9 has no `strict=`
    ]


def contexts(routes: Any) -> Iterator[Any]:
    """The routes of an app with what their includes add; FastAPI >= 0.137 puts them together late."""
    try:
        from fastapi.routing import iter_route_contexts  # noqa: PLC0415
    except ImportError:
        yield from routes
    else:
        yield from iter_route_contexts(routes)


def table(app: FastAPI, origins: Origins, prefix: str = "") -> list[list[Any]]:
    """The routes of an app and of the apps mounted in it."""
    found: list[list[Any]] = []
    for context in contexts(app.routes):
        mounted = getattr(getattr(context, "original_route", context), "app", None)
        if isinstance(mounted, FastAPI):
            found += table(mounted, origins, prefix + str(context.path))
        elif getattr(context, "dependant", None) is not None:
            listed = [origins.of(d, context.endpoint) for d in getattr(context, "dependencies", None) or ()]
            methods = sorted(getattr(context, "methods", None) or ["WEBSOCKET"])
            path = prefix + str(context.path)
            found.append([methods, path, name_of(context.endpoint), tree(context.dependant, listed)])
    return found


def routes_of(target: str) -> list[list[Any]]:
    """The routes of `module:app` or of what the factory `module:create_app` makes."""
    module, _, attribute = target.partition(":")
    app = getattr(importlib.import_module(module), attribute)
    return table(app if isinstance(app, FastAPI) else app(), Origins())


def answer(folder: str, target: str) -> str:
    """The routes of an app, or the traceback, asked in a child process."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.path.insert(0, folder)
        with os.fdopen(write, "w") as out:
            try:
                json.dump(routes_of(target), out)
            except BaseException:  # noqa: BLE001
                json.dump(traceback.format_exc(), out)
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    return text or json.dumps("the child died")


def main() -> None:
    warnings.simplefilter("ignore")
    targets = [(str(Path.cwd()), name) for name in sys.argv[1:]]
    for folder, target in targets or ((line.strip(), "main:app") for line in sys.stdin):
        print(answer(folder, target), flush=True)


if __name__ == "__main__":
    main()

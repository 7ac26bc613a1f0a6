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

import fastapi.routing
from fastapi import APIRouter, FastAPI
from fastapi.security.base import SecurityBase

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


PUT_TOGETHER_LATE = hasattr(fastapi.routing, "iter_route_contexts")  # since FastAPI 0.137


def name_of(call: Any) -> str:
    """The full name of a function, a class, or the class of an object."""
    while isinstance(call, functools.partial):
        call = call.func
    named = call if hasattr(call, "__qualname__") else type(call)
    return f"{public(named)}.{named.__qualname__}".replace("<locals>.", "")


def public(named: Any) -> str:
    """The module of something; of a library the outermost package that has it under the same name."""
    module = str(named.__module__)
    own = "site-packages" not in str(getattr(sys.modules.get(module), "__file__", ""))
    if own and module.partition(".")[0] not in getattr(sys, "stdlib_module_names", ()):
        return module
    parts = module.split(".")
    packages = (".".join(parts[:count]) for count in range(1, len(parts)))
    held = (package for package in packages if vars(sys.modules[package]).get(named.__qualname__) is named)
    return next(held, module)


class Origins:
    """Where each `Depends(…)` of a `dependencies=` was written, told by which object holds it."""

    def __init__(self) -> None:
        objects = [one for one in gc.get_objects() if issubclass(type(one), (APIRouter, FastAPI))]
        of_apps = {id(one.router) for one in objects if isinstance(one, FastAPI)}
        routers = [one for one in objects if isinstance(one, APIRouter)]
        self.apps = ids(d for one in routers if id(one) in of_apps for d in one.dependencies)
        self.routers = ids(d for one in routers for d in one.dependencies)
        everything: list[Any] = [route for one in routers for route in one.routes]
        given = [route for route in everything if hasattr(route, "dependencies")]
        self.routes = ids(d for route in given if not is_copy(route, given) for d in route.dependencies)

    def of(self, dependency: Any) -> str:
        """The origin of one dependency of a route."""
        if id(dependency) in self.apps:
            return "app"
        if id(dependency) in self.routers:
            return "router"
        return "route" if id(dependency) in self.routes else "include"


def is_copy(route: Any, routes: list[Any]) -> bool:
    """Whether an include made a route out of another one. Before FastAPI 0.137 it did: the copy has a longer
    path or more dependencies, and those of the original last.
    """
    return not PUT_TOGETHER_LATE and any(
        other.endpoint is route.endpoint
        and route.path.endswith(other.path)
        and len(other.path) + len(other.dependencies) < len(route.path) + len(route.dependencies)
        and all(one is own for one, own in zip(reversed(other.dependencies), reversed(route.dependencies)))  # noqa: B905
        for other in routes
    )


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
    """The routes of an app with what their includes add."""
    if PUT_TOGETHER_LATE:
        yield from fastapi.routing.iter_route_contexts(routes)
    else:
        yield from routes


def table(app: FastAPI, origins: Origins, prefix: str = "", above: tuple[Any, ...] = ()) -> list[list[Any]]:
    """The routes of an app and of the apps mounted in it, but not again of one that is mounted in itself."""
    found: list[list[Any]] = []
    for context in contexts(app.routes):
        mounted = getattr(getattr(context, "original_route", context), "app", None)
        while mounted is not None and not isinstance(mounted, FastAPI):  # a middleware around an app
            mounted = getattr(mounted, "app", None)
        if mounted is not None and mounted is not app and mounted not in above:
            found += table(mounted, origins, prefix + str(context.path), (*above, app))
        elif getattr(context, "dependant", None) is not None:
            listed = [origins.of(d) for d in getattr(context, "dependencies", None) or ()]
            methods = sorted(getattr(context, "methods", None) or ["WEBSOCKET"])
            path = prefix + str(context.path)
            found.append([methods, path, name_of(context.endpoint), tree(context.dependant, listed)])
        elif is_plain(getattr(context, "original_route", context)):
            methods = sorted(context.methods - {"HEAD"})
            found.append([methods, prefix + str(context.path), name_of(context.endpoint), []])
    return found


def is_plain(route: Any) -> bool:
    """Whether Starlette alone serves a route, and it is none that FastAPI adds for its documentation."""
    endpoint = getattr(route, "endpoint", None)
    return bool(getattr(route, "methods", None)) and endpoint.__module__ != "fastapi.applications"


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

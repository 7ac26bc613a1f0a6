"""Prints the routes of `main:app` of each folder named on stdin as FastAPI sees them: a JSON line each."""

from __future__ import annotations

import importlib
import json
import os
import sys
import traceback
import warnings
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

if TYPE_CHECKING:
    from fastapi.dependencies.models import Dependant


def name_of(call: object) -> str:
    return str(getattr(call, "__name__", type(call).__name__))


def flat(dependant: Dependant) -> list[str]:
    names: list[str] = []
    for inner in dependant.dependencies:
        names += [*flat(inner), name_of(inner.call)]
    return names


def table(app: FastAPI, prefix: str = "") -> list[list[Any]]:
    found: list[list[Any]] = []
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount) and isinstance(route.app, FastAPI):
            found += table(route.app, prefix + route.path)
        elif hasattr(context, "dependant"):
            methods = sorted(context.methods or ()) if hasattr(context, "methods") else []
            path = prefix + str(context.path)
            found.append([methods or ["WEBSOCKET"], path, name_of(context.endpoint), flat(context.dependant)])
    return found


def main() -> None:
    warnings.simplefilter("ignore")
    for line in sys.stdin:
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            sys.path.insert(0, line.strip())
            with os.fdopen(write, "w") as out:
                try:
                    json.dump(table(importlib.import_module("main").app), out)
                except Exception:  # noqa: BLE001
                    json.dump(traceback.format_exc(), out)
            os._exit(0)
        os.close(write)
        with os.fdopen(read) as answer:
            print(answer.read(), flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()

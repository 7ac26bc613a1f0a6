"""The FastAPI apps of some modules, and what each of them is."""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING, Any

from .describe import call_of, name_of, value
from .routes import table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SETTINGS = ("debug", "root_path", "openapi_url", "docs_url", "redoc_url", "redirect_slashes")


def find(specifications: list[dict[str, Any]]) -> dict[str, Any]:
    """The apps by `module.name`; a factory is called where its module holds no app.

    An app that several modules hold is known by the first.
    """
    found: dict[str, Any] = {}
    for specification in specifications:
        name = specification["module"]
        module = importlib.import_module(name)
        held = [(key, thing) for key, thing in vars(module).items() if is_app(thing)]
        wanted = specification.get("name")
        if wanted and wanted not in dict(held):
            thing = getattr(module, wanted)
            held = [(f"{wanted}()" if not is_app(thing) else wanted, made(thing))]
        for key, thing in held:
            if not any(thing is known for known in found.values()):
                found[f"{name}.{key}"] = thing
    return found


def is_app(thing: Any) -> bool:
    """Whether a value is a FastAPI app; its class is asked, because lazy proxies answer anything."""
    return any(kind.__module__ == "fastapi.applications" for kind in type(thing).__mro__)


def made(thing: Any) -> Any:
    """An app, made by its factory if it has one."""
    return thing() if not is_app(thing) else thing


def sections(app: Any) -> dict[str, Callable[[], Any]]:
    """What there is to tell of one app: document, routes, middleware, handlers, what it does at the start."""
    return {
        "openapi": lambda: documents(app),
        "routes": lambda: table(app),
        "middleware": lambda: [middleware(m) for m in getattr(app, "user_middleware", ())],
        "handlers": lambda: handlers(app),
        "lifespan": lambda: [
            *lifespan(app.router),
            *(f"at startup: {call_of(f)}" for f in getattr(app.router, "on_startup", ())),
            *(f"at shutdown: {call_of(f)}" for f in getattr(app.router, "on_shutdown", ())),
        ],
        "settings": lambda: {name: value(getattr(app, name, None)) for name in SETTINGS},
    }


def handlers(app: Any) -> list[list[Any]]:
    """The exception handlers in their order."""
    found = getattr(app, "exception_handlers", None) or {}
    return [[handled(key), call_of(handler)] for key, handler in found.items()]


def documents(app: Any) -> dict[str, Any]:
    """The OpenAPI document of an app and of those that are mounted in it, by the path of the mount."""
    found = {"": app.openapi()}
    for path, inner in mounted(app, ""):
        found[path] = inner.openapi()
    return found


def mounted(app: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    """The FastAPI apps that are mounted in one."""
    for route in getattr(app, "routes", None) or ():
        inner = getattr(route, "app", None)
        if type(route).__name__ in ("Mount", "Host") and inner is not None:
            path = prefix + (getattr(route, "path", None) or "")
            if is_app(inner):
                yield path, inner
            yield from mounted(inner, path)


def middleware(entry: Any) -> list[Any]:
    """A middleware with its options."""
    options = getattr(entry, "kwargs", None) or getattr(entry, "options", None) or {}
    return [call_of(entry.cls), value(getattr(entry, "args", ())), value(dict(options))]


def handled(key: Any) -> Any:
    """What an exception handler is for."""
    return name_of(key) if inspect.isclass(key) else value(key)


def lifespan(router: Any) -> list[Any]:
    """The functions of the lifespan: FastAPI merges those of included routers into closures."""
    found: list[Any] = []
    queue = [getattr(router, "lifespan_context", None)]
    while queue:
        at = queue.pop(0)
        free = getattr(getattr(at, "__code__", None), "co_freevars", ())
        closure = getattr(at, "__closure__", None) or ()
        cells = {name: cell.cell_contents for name, cell in zip(free, closure)}
        merged = [cells[name] for name in ("original_context", "nested_context") if name in cells]
        inner = getattr(at, "__wrapped__", None)
        if merged:
            queue = [*merged, *queue]
        elif inner is not None:
            queue.insert(0, inner)
        elif at is not None and type(at).__name__ != "_DefaultLifespan":
            found.append(call_of(at))
    return found

"""The routes of an app in the order in which they are tried, with everything that decides what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .describe import call_of, name_of, type_of, value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PLAIN = (
    "name",
    "status_code",
    "unique_id",
    "operation_id",
    "tags",
    "summary",
    "description",
    "response_description",
    "deprecated",
    "include_in_schema",
    "response_model_include",
    "response_model_exclude",
    "response_model_by_alias",
    "response_model_exclude_unset",
    "response_model_exclude_defaults",
    "response_model_exclude_none",
)


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    """Every route, included routers opened up: FastAPI keeps those lazy since 0.137."""
    try:
        from fastapi.routing import iter_route_contexts  # since 0.138
    except ImportError:
        for route in routes:
            opened = getattr(route, "effective_route_contexts", None)
            if opened is None:
                yield route
            else:
                yield from opened()
    else:
        yield from iter_route_contexts(list(routes))


def table(app: Any, prefix: str = "") -> list[dict[str, Any]]:
    """The flat route table of an app, mounted apps included, in the order of matching."""
    found: list[dict[str, Any]] = []
    for route in flat(getattr(app, "routes", None) or []):
        path = prefix + (getattr(route, "path", None) or "")
        original = getattr(route, "original_route", None) or route
        mounted = getattr(original, "app", None) if type(original).__name__ in ("Mount", "Host") else None
        if mounted is None:
            found.append(row(route, original, path))
            continue
        inner = getattr(mounted, "routes", None)
        found.append(
            {
                "kind": type(original).__name__,
                "path": path,
                "name": original.name,
                "app": call_of(type(mounted)),
                "options": value(mounted) if inner is None else None,
            }
        )
        if inner is not None:
            found.extend(table(mounted, path))
    return found


def row(route: Any, original: Any, path: str) -> dict[str, Any]:
    """One route."""
    told: dict[str, Any] = {
        "kind": type(original).__name__,
        "path": path,
        "methods": sorted(getattr(route, "methods", None) or ()),
        "endpoint": call_of(getattr(route, "endpoint", None)),
    }
    for name in PLAIN:
        told[name] = value(getattr(route, name, None))
    told["response_model"] = type_of(getattr(route, "response_model", None))
    told["response_class"] = response_class(getattr(route, "response_class", None))
    told["responses"] = {
        str(k): field_type(f) for k, f in (getattr(route, "response_fields", None) or {}).items()
    }
    told["callbacks"] = [
        name_of(c.endpoint) for c in getattr(route, "callbacks", None) or () if hasattr(c, "endpoint")
    ]
    body = getattr(route, "body_field", None)
    told["body"] = [body.name, field_type(body)] if body is not None else None
    told["dependant"] = dependant(getattr(route, "dependant", None))
    return told


def response_class(given: Any) -> Any:
    """The response class, out of the placeholder that says that it is the default."""
    inner = getattr(given, "value", given)
    return call_of(inner)


def dependant(found: Any, depth: int = 0) -> Any:
    """What FastAPI resolves before it calls something: parameters and dependencies, in order."""
    if found is None or depth > 40:
        return None
    told: dict[str, Any] = {"call": call_of(found.call)}
    for kind in ("path", "query", "header", "cookie", "body"):
        told[kind] = [parameter(field) for field in getattr(found, f"{kind}_params", ())]
    for name in (
        "request",
        "websocket",
        "http_connection",
        "response",
        "background_tasks",
        "security_scopes",
    ):
        given = getattr(found, f"{name}_param_name", None)
        if given:
            told[name] = given
    for name in ("security_scopes", "own_oauth_scopes", "parent_oauth_scopes", "use_cache", "scope"):
        if hasattr(found, name):
            told[name] = value(getattr(found, name))
    told["dependencies"] = [dependant(inner, depth + 1) for inner in found.dependencies]
    return told


def parameter(field: Any) -> list[Any]:
    """A parameter: its name on the wire, type, default and constraints."""
    info = getattr(field, "field_info", None)
    default = getattr(field, "default", None)
    return [
        field.name,
        getattr(field, "alias", field.name),
        type(info).__name__,
        field_type(field),
        bool(getattr(field, "required", False)),
        value(default) if not callable(default) else call_of(default),
        value(list(getattr(info, "metadata", ()) or ())),
    ]


def field_type(field: Any) -> str:
    """The type of a field, of pydantic 1 or 2."""
    outer = getattr(field, "outer_type_", None)
    if outer is not None:
        return type_of(outer)
    annotation = getattr(getattr(field, "field_info", None), "annotation", None)
    return type_of(annotation if annotation is not None else getattr(field, "type_", None))

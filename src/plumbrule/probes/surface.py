"""What a service offers: its operations, as its OpenAPI document and its code tell."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

from plumbrule.probes.examples import example, example_of_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from plumbrule.rulekit import Project, Route

Json = Any
METHODS = ("get", "post", "put", "patch", "delete")
WRONG = (ValueError, LookupError, TypeError, AttributeError)
NOBODY = str(UUID(int=0))
"""an id that no row has"""


@dataclass(frozen=True, slots=True)
class Operation:
    """A method at a path; `secured` is None if it cannot be told whether it asks who is calling.

    A document cannot tell a guard that refuses strangers from one that lets them in as such: the code can,
    and then it is `sure`.
    """

    method: str
    path: str
    secured: bool | None
    query: tuple[str, ...] = ()
    body: Mapping[str, Json] | None = None
    """values that it should accept"""
    form: bool = False
    sure: bool = False

    @property
    def has_parameters(self) -> bool:
        """Whether its path is a template."""
        return "{" in self.path

    def at(self, identity: str = NOBODY) -> str:
        """Its path with every parameter filled in."""
        return re.sub(r"\{[^}]*\}", identity, self.path)

    def ends(self, *words: str) -> bool:
        """Whether the last part of its path is one of these words."""
        return self.path.rstrip("/").rpartition("/")[2].lower().replace("_", "-") in words


def merged(document: Iterable[Operation], code: Iterable[Operation]) -> tuple[Operation, ...]:
    """The operations of both; who is let in, the code knows better."""
    found = {(operation.method, operation.path): operation for operation in code}
    for operation in document:
        known = found.get((operation.method, operation.path))
        if known is not None and known.sure:
            operation = replace(operation, secured=known.secured, sure=True)  # noqa: PLW2901
        found[operation.method, operation.path] = operation
    return tuple(sorted(found.values(), key=lambda operation: (operation.path, operation.method)))


def of_document(text: str) -> Iterator[Operation]:
    """The operations of an OpenAPI document; nothing if it is none."""
    try:
        document = json.loads(text)
        paths = document["paths"].items()
    except (*WRONG, RecursionError):
        return
    for path, item in paths:
        for method in METHODS:
            with suppress(*WRONG):  # what is described wrongly is left out
                if method in item:
                    yield _of_item(document, str(path), method, item)


def _of_item(document: Json, path: str, method: str, item: Json) -> Operation:
    operation = item[method]
    parameters = [*item.get("parameters", []), *operation.get("parameters", [])]
    query = tuple(p["name"] for p in parameters if isinstance(p, dict) and p.get("in") == "query")
    content = operation.get("requestBody", {}).get("content", {})
    form = "application/x-www-form-urlencoded" in content
    media = content.get("application/x-www-form-urlencoded" if form else "application/json", {})
    body = example(media["schema"], document) if "schema" in media else None
    security = operation.get("security", document.get("security", []))
    fields = body if isinstance(body, dict) else None
    return Operation(method.upper(), path, bool(security), query, fields, form)


def of_code(project: Project) -> Iterator[Operation]:
    """The operations that the code of a service declares."""
    for route in project.routes:
        if route.module.is_test or route.has_unknown_path or route.is_websocket:
            continue
        for place in route.places:
            for method in route.methods:
                # A handler that asks by itself may be the login.
                by_itself = route.is_authenticated and not route.authentication
                secured = None if by_itself else route.is_authenticated
                sure = secured is not None
                yield Operation(method, place.path or "/", secured, *_of_route(route), sure=sure)


def _of_route(route: Route) -> tuple[tuple[str, ...], dict[str, Json] | None, bool]:
    """What a route reads: names of its query, an example of its body, whether that is a form."""
    names: list[str] = []
    body: dict[str, Json] | None = None
    functions = [route.handler, *route.dependencies] if route.handler else [*route.dependencies]
    for function in functions:
        names += getattr(function, "reads", ())
    for parameter in route.handler.parameters if route.handler else ():
        schema = route.project.schema_of(parameter.type.cls if parameter.type else None)
        if schema is not None and route.methods != ("GET",):
            required = [field for name, field in schema.fields.items() if schema.default(name) is None]
            kinds = {f.name: f.annotation.text if f.annotation else "" for f in required}
            body = {name: example_of_name(name, kind) for name, kind in kinds.items()}
    form = any("OAuth2PasswordRequestForm" in dependency.name for dependency in route.dependencies)
    if form:
        body = {"username": example_of_name("email", ""), "password": example_of_name("password", "")}
    return tuple(dict.fromkeys(names)), body, form

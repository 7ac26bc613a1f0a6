"""Code that walks `app.routes` as if it were the list of all routes

`include_router` is lazy since FastAPI 0.137: `app.routes` holds one object for each included
router, without a `path`. `route.path` raises AttributeError, and
`isinstance(route, APIRoute)` silently passes over every included route: the
list of protected paths, or of operation ids to rename, is nearly empty.

## Bad

```python
from fastapi import FastAPI
from fastapi.routing import APIRoute

app = FastAPI()


def paths() -> list[str]:
    return [route.path for route in app.routes]  # finding


def rename(app: FastAPI) -> None:
    for route in app.routes:  # finding
        if isinstance(route, APIRoute):
            route.operation_id = route.name
```

## Good: the document, or the function FastAPI has for it

```python
from fastapi import FastAPI

app = FastAPI()


def paths() -> list[str]:
    return list(app.openapi()["paths"])


def count() -> int:
    return len(app.routes)
```

## Good: the routes of something else

```python
from fastapi import FastAPI

app = FastAPI()


class Map:
    routes: list[str] = []


def show(plan: Map) -> list[str]:
    return [route.upper() for route in plan.routes]
```
"""

from plumbrule.rulekit import Finding, Iterator, Module, Scoped, n, rule

OWNERS = ("fastapi.FastAPI",)
READ = {
    "path",
    "path_format",
    "path_regex",
    "methods",
    "endpoint",
    "operation_id",
    "name",
    "dependant",
    "tags",
}


@rule(category="contracts", severity="error", needs="fastapi>=0.137")
def router_walk(module: Module) -> Iterator[Finding]:
    for scope in (module, *module.classes, *module.functions):
        for node in (*scope.find(n.For), *scope.find(n.Clause)):
            match node:
                case n.For(iterable=iterable, target=n.Name(id=name)):
                    around: n.Node = node
                case n.Clause(iterable=iterable, target=n.Name(id=name)) if node.parent is not None:
                    around = node.parent
                case _:
                    continue
            if is_routes(iterable, scope) and reads(around, name):
                yield Finding(
                    at=iterable.span,
                    message=f"`{iterable.text}` does not hold the routes of included routers",
                    label="`include_router` is lazy",
                    help="walk `fastapi.routing.iter_route_contexts(app.routes)`, or read `app.openapi()`",
                )


def is_routes(expr: n.Expr, scope: Scoped) -> bool:
    """Whether it is the `routes` of an app or router."""
    if not isinstance(expr, n.Attribute) or expr.attr != "routes":
        return False
    kind = scope.type_of(expr.value)
    return kind is not None and (kind.name in OWNERS or (kind.cls is not None and kind.cls.is_a(*OWNERS)))


def reads(around: n.Node, name: str) -> bool:
    """Whether an attribute that only a route has is read or set on the loop's variable."""
    return any(
        isinstance(p, n.Attribute) and p.attr in READ and isinstance(p.value, n.Name) and p.value.id == name
        for p in around.walk()
    )

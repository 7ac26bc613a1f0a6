"""A route that asks for no permission, among routes that do

Everybody who is signed in may call it. The check that the routes beside it
have - a dependency, a decorator, a comparison that ends in 403 - is missing
here, and what it answers with is not limited to what belongs to the caller.

## Bad

```python title="app/users.py"
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

token = OAuth2PasswordBearer(tokenUrl="token")
router = APIRouter(dependencies=[Depends(token)])


def require_admin(token: Annotated[str, Depends(token)]) -> None:
    if token != "admin":
        raise HTTPException(403)


@router.get("/users", dependencies=[Depends(require_admin)])
async def list_users() -> list[str]: ...


@router.get("/users/{user_id}")  # finding
async def read_user(user_id: int) -> str: ...


@router.put("/users/{user_id}", dependencies=[Depends(require_admin)])
async def update_user(user_id: int) -> str: ...


@router.post("/users", dependencies=[Depends(require_admin)])
async def create_user() -> str: ...


@router.delete("/users/{user_id}", dependencies=[Depends(require_admin)])
async def delete_user(user_id: int) -> None: ...
```

## Bad: the handlers beside it ask in their bodies

```python title="app/clusters.py"
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import HTTPBearer

router = APIRouter(prefix="/clusters", dependencies=[Depends(HTTPBearer())])


class Context:
    organization: int


class Cluster:
    organization: int
    manifest: str


def context(token: Annotated[object, Depends(HTTPBearer())]) -> Context: ...
def find_cluster(cluster_id: int) -> Cluster: ...


def assert_visible(context: Context, cluster: Cluster) -> None:
    if cluster.organization != context.organization:
        raise HTTPException(404)


@router.get("/{cluster_id}")
def read(cluster_id: int, context: Annotated[Context, Depends(context)]) -> str:
    cluster = find_cluster(cluster_id)
    assert_visible(context, cluster)
    return cluster.manifest


@router.delete("/{cluster_id}")
def delete(cluster_id: int, context: Annotated[Context, Depends(context)]) -> None:
    assert_visible(context, find_cluster(cluster_id))


@router.get("/{cluster_id}/manifest")  # finding
def read_manifest(cluster_id: int) -> str:
    return find_cluster(cluster_id).manifest
```

## Good: it asks too, in another way

```python title="main.py"
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

router = APIRouter(prefix="/clusters", dependencies=[Depends(HTTPBearer())])


class Context:
    organization: int


class Cluster:
    organization: int
    manifest: str


def context(token: Annotated[object, Depends(HTTPBearer())]) -> Context: ...
def find_cluster(cluster_id: int) -> Cluster: ...


def assert_visible(context: Context, cluster: Cluster) -> None:
    if cluster.organization != context.organization:
        raise HTTPException(404)


def visible(cluster_id: int, context: Annotated[Context, Depends(context)]) -> Cluster:
    cluster = find_cluster(cluster_id)
    assert_visible(context, cluster)
    return cluster


@router.get("/{cluster_id}")
def read(cluster_id: int, context: Annotated[Context, Depends(context)]) -> str:
    cluster = find_cluster(cluster_id)
    assert_visible(context, cluster)
    return cluster.manifest


@router.delete("/{cluster_id}")
def delete(cluster_id: int, context: Annotated[Context, Depends(context)]) -> None:
    assert_visible(context, find_cluster(cluster_id))


@router.get("/{cluster_id}/manifest")
def read_manifest(cluster_id: int, cluster: Annotated[Cluster, Depends(visible)]) -> str:
    return f"{cluster_id}: {cluster.manifest}"


@router.get("/{cluster_id}/nodes")
def list_nodes(cluster_id: int, context: Annotated[Context, Depends(context)]) -> list[str]:
    return [f"{cluster_id}-{context.organization}"]


app = FastAPI()
app.include_router(router)
```

## Good: everybody may read, some may write

```python title="main.py"
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

token = OAuth2PasswordBearer(tokenUrl="token")
router = APIRouter(dependencies=[Depends(token)])


def require_admin(token: Annotated[str, Depends(token)]) -> None:
    if token != "admin":
        raise HTTPException(403)


@router.get("/tags")
async def list_tags() -> list[str]: ...


@router.get("/tags/{tag_id}")
async def read_tag(tag_id: int) -> str: ...


@router.post("/tags", dependencies=[Depends(require_admin)])
async def create_tag() -> str: ...


@router.put("/tags/{tag_id}", dependencies=[Depends(require_admin)])
async def update_tag(tag_id: int) -> str: ...


@router.delete("/tags/{tag_id}", dependencies=[Depends(require_admin)])
async def delete_tag(tag_id: int) -> None: ...


app = FastAPI()
app.include_router(router)
```

## Good: what it reads belongs to the caller

```python title="main.py"
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

token = OAuth2PasswordBearer(tokenUrl="token")
router = APIRouter(dependencies=[Depends(token)])


def require_admin(token: Annotated[str, Depends(token)]) -> None:
    if token != "admin":
        raise HTTPException(403)


@router.get("/users", dependencies=[Depends(require_admin)])
async def list_users() -> list[str]: ...


@router.get("/users/me")
async def read_me(token: Annotated[str, Depends(token)]) -> str:
    return token


@router.get("/users/{user_id}/picture")
async def read_picture(user_id: int) -> str: ...


@router.put("/users/{user_id}", dependencies=[Depends(require_admin)])
async def update_user(user_id: int) -> str: ...


@router.put("/users/{user_id}/picture")
async def update_picture(user_id: int) -> str: ...


app = FastAPI()
app.include_router(router)
```

## Good: another guard, given to this route alone

```python title="main.py"
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()


def require_admin(token: str = Depends(OAuth2PasswordBearer(tokenUrl="token"))) -> None:
    if token != "admin":
        raise HTTPException(403)


async def check_picture_token(token: str | None = None) -> None:
    if token != "signed":
        raise HTTPException(401)


@app.get("/users/{user_id}", dependencies=[Depends(require_admin)])
@app.get("/users/{user_id}/history", dependencies=[Depends(require_admin)])
@app.get("/users/{user_id}/orders", dependencies=[Depends(require_admin)])
@app.get("/users/{user_id}/notes", dependencies=[Depends(require_admin)])
async def read_user(user_id: int) -> str: ...


@app.get("/users/{user_id}/picture", dependencies=[Depends(check_picture_token)])
async def read_picture(user_id: int) -> str: ...
```
"""

import re
from functools import cache

from plumbrule.rulekit import (
    Dependency,
    Finding,
    Function,
    Iterator,
    Route,
    Router,
    called,
    forbids,
    n,
    rule,
    unvetted,
)

PERMISSION = re.compile(
    r"permi|role|scope|admin|authori|allow|polic|privile|superuser|owner|access|require|can_", re.IGNORECASE
)
OPEN = re.compile(
    r"(^|/)(me|self|login|logout|public|health|status|callback|token|register|search|current|verify|reset_?\w*|confirm|finalize|invite|accept|redirect)($|/)|mine|own|my_|_me$",
    re.IGNORECASE,
)

FEWEST = 4
"""routes that ask for a permission, for the others to stand out"""


@rule(category="security", severity="warning", confidence="medium")
def route_without_authorization(router: Router) -> Iterator[Finding]:
    routes = [route for route in router.routes if route.handler is not None]
    for route, call, asking, others in unvetted(routes):
        yield Finding(
            at=route.span,
            message=f"{route.label} does not ask whether the caller may",
            label=f"{asking} of the {others} handlers for the same id do: `{called(call.node.func)}`",
            help="ask here too, or say in a comment why everybody may",
        )
    suspects = [route for route in routes if may_be_open(route)] if len(routes) > FEWEST else []
    restricted = most_restricted(routes) if suspects else []
    if len(restricted) < FEWEST:
        return
    for route in suspects:
        if route in restricted or (route.handler is not None and uses_the_caller(route.handler)):
            continue
        if has_guard_of_its_own(route, restricted):
            continue
        alike = [r for r in routes if r is not route and is_reading(r) == is_reading(route)]
        if alike and all(is_declared(r) if is_reading(r) else r in restricted for r in alike):
            yield Finding(
                at=route.span,
                message=f"{route.label} asks for no permission",
                label=f"{len(restricted)} of the {len(routes) - 1} routes beside it do",
                help=f"check what `{restricted[0].name}` checks, or say in a comment why everybody may",
            )


def most_restricted(routes: list[Route]) -> list[Route]:
    """The routes that ask for a permission, if they are four fifths of those beside one that does not."""
    found = []
    for number, route in enumerate(routes):
        if is_restricted(route):
            found.append(route)
        elif (len(routes) - (number + 1 - len(found))) * 5 < (len(routes) - 1) * 4:
            return []
    return found


def may_be_open(route: Route) -> bool:
    """Whether everybody who is signed in may get at what a route names by an id."""
    if not route.path_parameters or route.is_websocket or route.module.is_test or route.handler is None:
        return False
    if not route.is_authenticated or not route.dependencies.complete:
        return False
    return not (OPEN.search(route.path) or OPEN.search(route.name))


def has_guard_of_its_own(route: Route, others: list[Route]) -> bool:
    """Whether a guard that others do not have, and that is there for nothing else, was given to a route."""
    beside = {dependency.function for other in others for dependency in other.dependencies}
    return any(
        d.function is not None
        and d.function not in beside
        and any(d.function.find(n.Raise))
        and (d.parameter is None or d.parameter.name.startswith("_"))
        for d in route.dependencies
    )


def is_reading(route: Route) -> bool:
    return set(route.methods) <= {"GET", "HEAD", "WEBSOCKET"}


def is_restricted(route: Route) -> bool:
    """Whether something on the way to an answer asks what the caller may do."""
    return is_declared(route) or (route.handler is not None and forbids(route.handler, 1))


def is_declared(route: Route) -> bool:
    """Whether a dependency, a decorator or an argument of the registration asks it."""
    if any(d.scopes or is_permission(d) for d in route.dependencies):
        return True
    if any(PERMISSION.search(d.text.partition("(")[0]) or d.text.count("scope") for d in route.decorators):
        return True
    return isinstance(route.node, n.Call) and PERMISSION.search(route.node.text.partition("(")[2]) is not None


def is_permission(dependency: Dependency) -> bool:
    """Whether a dependency asks what the caller may do: it answers 403, and is there for nothing else."""
    is_named = speaks_of_permission(dependency.name.rpartition(".")[2])
    if dependency.function is None:
        return is_named
    return (is_named or dependency.origin != "parameter") and forbids(dependency.function)


@cache
def speaks_of_permission(name: str) -> bool:
    return PERMISSION.search(name) is not None


def uses_the_caller(handler: Function) -> bool:
    """Whether what is injected into a handler, other than a session, is read in its body."""
    injected = {
        p.name for p in handler.parameters if p.marker("Depends", "Security") and not is_session(p.name)
    }
    injected |= {
        p.name for p in handler.parameters if p.type is not None and p.type.name == "fastapi.Request"
    }
    body = (node for statement in handler.body for node in statement.walk())
    return any(isinstance(node, n.Name) and node.id in injected for node in body)


def is_session(name: str) -> bool:
    return re.search(r"db|session|repo|service|uow|settings|conn", name) is not None

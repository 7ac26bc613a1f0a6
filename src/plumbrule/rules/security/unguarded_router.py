"""A router that anybody may call, among routers that ask who is calling

No route of the router asks, and nearly everything that is like it elsewhere does: the dependency was
forgotten where the router is made or included.

## Bad

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

licenses = APIRouter(prefix="/licenses")
orders = APIRouter(dependencies=[Depends(HTTPBearer())])


@licenses.delete("/{license_id}")  # finding
async def delete_license(license_id: int) -> None: ...


@orders.put("/orders/{number}")
@orders.patch("/orders/{number}")
@orders.delete("/orders/{number}")
@orders.put("/items/{number}")
@orders.patch("/items/{number}")
@orders.delete("/items/{number}")
@orders.put("/users/{number}")
@orders.delete("/users/{number}")
async def change(number: int) -> None: ...


app = FastAPI()
app.include_router(licenses)
app.include_router(orders)
```

## Bad: among those of the administrators

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

shops = APIRouter(prefix="/admin/shops", dependencies=[Depends(HTTPBearer())])
pauses = APIRouter(prefix="/admin/pauses")


@shops.post("")
def open_shop(name: str) -> int: ...


@shops.put("/{shop_id}")
def rename(shop_id: int, name: str) -> None: ...


@shops.put("/{shop_id}/stock")
def fill(shop_id: int, pieces: int) -> None: ...


@shops.delete("/{shop_id}")
def close(shop_id: int) -> None: ...


@pauses.delete("/{pause_id}")  # finding
def delete_pause(pause_id: int) -> None: ...


app = FastAPI()
app.include_router(shops)
app.include_router(pauses)
```

## Bad: nearly all of the app asks, or the same routes elsewhere

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

bearer = Depends(HTTPBearer())
orders = APIRouter(prefix="/orders", dependencies=[bearer])
jobs = APIRouter(prefix="/jobs")
levels = APIRouter(prefix="/levels")


@orders.post("/")
@orders.post("/{name}/paid")
@orders.post("/{name}/sent")
@orders.put("/{name}")
@orders.patch("/{name}")
@orders.delete("/{name}")
@orders.post("/{name}/items")
@orders.post("/{name}/items/{item}/moved")
@orders.put("/{name}/items/{item}")
@orders.patch("/{name}/items/{item}")
@orders.delete("/{name}/items/{item}")
@orders.post("/{name}/notes")
@orders.put("/{name}/notes/{note}")
@orders.patch("/{name}/notes/{note}")
@orders.delete("/{name}/notes/{note}")
@orders.post("/{name}/bills")
@orders.put("/{name}/bills/{bill}")
@orders.patch("/{name}/bills/{bill}")
@orders.delete("/{name}/bills/{bill}")
@orders.delete("/{name}/bills")
async def change(name: str = "") -> None: ...


@jobs.post("/")  # finding
async def start_job(kind: str) -> str: ...


@jobs.get("/{job_id}")  # finding
async def read_job(job_id: str) -> str: ...


@jobs.get("/kinds")
async def list_kinds() -> list[str]: ...


@levels.put("/")  # finding
async def set_level(level: str) -> None: ...


app = FastAPI()
app.include_router(orders)
app.include_router(jobs)
app.include_router(levels, dependencies=[bearer])
worker = FastAPI()
worker.include_router(levels)
```

## Good: whoever includes it asks, signing in cannot, and what is switched off refuses everybody

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

shops = APIRouter(prefix="/admin/shops", dependencies=[Depends(HTTPBearer())])
pauses = APIRouter(prefix="/pauses")
doors = APIRouter(prefix="/admin")


@shops.post("")
def open_shop(name: str) -> int: ...


@shops.put("/{shop_id}")
@shops.patch("/{shop_id}")
@shops.delete("/{shop_id}")
def change(shop_id: int, name: str) -> None: ...


@pauses.delete("/{pause_id}")
def delete_pause(pause_id: int) -> None: ...


@doors.post("/login")
def log_in(name: str, code: str) -> None: ...


def refuse() -> None:
    raise HTTPException(404, "not in this edition")


@doors.delete("/{door}")
def remove_door(door: str) -> None:
    refuse()


app = FastAPI()
app.include_router(shops)
app.include_router(pauses, prefix="/admin", dependencies=[Depends(HTTPBearer())])
app.include_router(doors)
```
"""

from collections import Counter

from plumbrule.rulekit import (
    CHANGING,
    Finding,
    Iterator,
    Project,
    Route,
    asks,
    asks_nobody,
    is_for_anybody,
    is_probe,
    names_an_asker,
    rule,
)

FEWEST = 20
"""routes of an app that ask, for those of one router to stand out"""


@rule(category="security", severity="error", confidence="medium")
def unguarded_router(project: Project) -> Iterator[Finding]:
    changing = [route for route in project.code_routes if CHANGING & set(route.methods)]
    silent = {router for router in {route.router for route in changing} if not any(map(asks, router.routes))}
    labels: dict[Route, str] = {}
    for what, least, alike in kinds(changing):
        guarded = sum(map(asks, alike))
        if guarded >= least and guarded * 5 >= len(alike) * 4:
            label = f"{guarded} of the {len(alike)} routes that {what} ask who is calling"
            labels |= dict.fromkeys((r for r in alike if r.router in silent), label)
    for route, label in {**dict(unlike_the_app(project)), **labels}.items():
        if asks_nobody(route) and not names_an_asker(route):
            some = any(map(asks, route.router.routes))
            beside = "others of its router do" if some else "its whole router does"
            yield Finding(
                at=route.span,
                message=f"{route.label} answers anybody, as {beside}",
                label=label,
                help="give its router the dependency that the others have, or say in a comment why not",
            )
    yield from asked_elsewhere(project)


def kinds(changing: list[Route]) -> Iterator[tuple[str, int, list[Route]]]:
    """What changes something for administrators, or something that anybody can count up to, and how many must
    ask before one that does not is unlike them.
    """
    areas: dict[str, list[Route]] = {}
    for route in changing:
        front, area, _ = f"{route.path}/".partition("/admin/")
        if area and not is_for_anybody(route):
            areas.setdefault(front, []).append(route)
    for front, below in areas.items():
        yield f"change something below `{front}/admin`", 4, below
    yield "change what a number names", 8, list(filter(changes_a_number, changing))


def changes_a_number(route: Route) -> bool:
    """Whether a route changes or deletes what a number in its path names: no secret, anybody can count."""
    if not {"PUT", "PATCH", "DELETE"} & set(route.methods) or route.handler is None:
        return False
    numbers = {p.alias for p in route.handler.parameters if p.type and p.type.name == "builtins.int"}
    return not numbers.isdisjoint(route.path_parameters)


def unlike_the_app(project: Project) -> Iterator[tuple[Route, str]]:
    """What a router leaves open, or most of it, though nearly everything of the same app outside it asks."""
    private = [route for route in project.code_routes if is_private(route)]
    every = Counter((route.app, is_changing(route)) for route in private)
    asking = Counter((route.app, is_changing(route)) for route in private if asks(route))
    for router in {route.router for route in private if asks_nobody(route)}:
        if sum(map(asks, router.routes)) * 2 > len(router.routes):
            continue
        inside = [route for route in private if route.router is router]
        for route in inside:
            sorts = (True,) if is_changing(route) else (True, False)
            alike = [other for other in inside if other.app is route.app and is_changing(other) in sorts]
            others = sum(every[route.app, sort] for sort in sorts) - len(alike)
            guarded = sum(asking[route.app, sort] for sort in sorts) - sum(map(asks, alike))
            if guarded >= FEWEST and guarded * 10 >= others * 9:
                what = "change something" if is_changing(route) else "change something or name what they read"
                yield route, f"{guarded} of the {others} routes outside it that {what} ask who is calling"


def is_private(route: Route) -> bool:
    """Whether a route changes something, or gives what an id names, and is not meant for strangers."""
    if route.handler is None or route.is_websocket or is_for_anybody(route) or is_probe(route):
        return False
    return is_changing(route) or any(name.endswith(("id", "uuid")) for name in route.path_parameters)


def is_changing(route: Route) -> bool:
    return not CHANGING.isdisjoint(route.methods)


def asked_elsewhere(project: Project) -> Iterator[Finding]:
    """What is served twice, and only one of the apps asks."""
    for route in project.code_routes:
        if len(route.places) < 2 or route.handler is None or is_for_anybody(route) or is_probe(route):
            continue
        asked = {place.app: route.is_authenticated_at(place) for place in route.places}
        if False in asked.values() and True in asked.values():
            yield Finding(
                at=route.span,
                message=f"{route.label} answers anybody where it is included without a guard",
                label=f"{len(asked)} apps serve it, and not all of them ask who is calling",
                help="give the other `include_router` the same dependencies",
            )

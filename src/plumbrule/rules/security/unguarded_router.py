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

## Good: whoever includes it asks, and signing in cannot

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
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


app = FastAPI()
app.include_router(shops)
app.include_router(pauses, prefix="/admin", dependencies=[Depends(HTTPBearer())])
app.include_router(doors)
```
"""

from plumbrule.rulekit import (
    CHANGING,
    Finding,
    Iterator,
    Project,
    Route,
    asks,
    is_for_anybody,
    names_an_asker,
    rule,
)


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
    for route, label in labels.items():
        if route.is_authenticated is False and not names_an_asker(route):
            yield Finding(
                at=route.span,
                message=f"{route.label} answers anybody, as its whole router does",
                label=label,
                help="give its router the dependency that the others have, or say in a comment why not",
            )


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

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
    Route,
    asks,
    is_for_anybody,
    is_open,
    names_an_asker,
    rule,
)


@rule(category="security", severity="error", confidence="medium")
def unguarded_router(route: Route) -> Iterator[Finding]:
    if not CHANGING & set(route.methods) or route.is_authenticated is not False or names_an_asker(route):
        return
    if any(map(asks, route.router.routes)):
        return
    label = among_numbers(route) or among_administrators(route)
    if label:
        yield Finding(
            at=route.span,
            message=f"{route.label} answers anybody, as its whole router does",
            label=label,
            help="give its router the dependency that the others have, or say in a comment why it is public",
        )


def among_numbers(route: Route) -> str | None:
    """How many of the routes ask that change what a number names, if this is one and nearly all do."""
    if not changes_a_number(route):
        return None
    alike = [other for other in route.project.code_routes if other is not route and changes_a_number(other)]
    guarded = sum(map(asks, alike))
    if guarded < 8 or guarded * 10 < len(alike) * 8:
        return None
    return f"{guarded} of {len(alike)} routes that change what a number names ask who is calling"


def changes_a_number(route: Route) -> bool:
    """Whether a route changes or deletes what a number in its path names: no secret, anybody can count."""
    if not {"PUT", "PATCH", "DELETE"} & set(route.methods) or route.handler is None:
        return False
    numbers = {p.alias for p in route.handler.parameters if p.type and p.type.name == "builtins.int"}
    return not numbers.isdisjoint(route.path_parameters)


def among_administrators(route: Route) -> str | None:
    """How many of the changes below the same `/admin` ask, if this is one and nearly all do."""
    front, area, _ = f"{route.path}/".partition("/admin/")
    if not area or is_for_anybody(route):
        return None
    below = (other for other in route.project.code_routes if other.path.startswith(f"{front}{area}"))
    changing = [other for other in below if CHANGING & set(other.methods) and not is_open(other)]
    guarded = sum(map(asks, changing))
    if guarded < 4 or guarded * 4 < len(changing) * 3:
        return None
    return f"{guarded} of the {len(changing)} changes below `{front}/admin` ask who is calling"

"""Two routes with the same method and path

The first one registered answers; the second is dead code that still appears to
work, because its twin answers in its place. In the OpenAPI document the second
overwrites the first, so the documentation describes the one that never runs.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id


@app.get("/items/{name}")  # finding
async def read_item_by_name(name: str) -> str:
    return name
```

## Good: the methods differ

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id


@app.delete("/items/{item_id}")
async def delete_item(item_id: int) -> None: ...
```

## Good: one of two, as the settings say

```python
import os

from fastapi import FastAPI

app = FastAPI()

if os.environ.get("MAINTENANCE"):

    @app.get("/")
    async def closed() -> str:
        return "closed"

else:

    @app.get("/")
    async def index() -> str:
        return "open"
```

## Good: a router of the project's own takes the older route away

```python
from fastapi import APIRouter, FastAPI


class Replacing(APIRouter):
    def add_api_route(self, path, endpoint, **options):
        self.routes[:] = [route for route in self.routes if route.path != path]
        super().add_api_route(path, endpoint, **options)


router = Replacing()


@router.get("/items")
async def list_items() -> str:
    return ""


@router.get("/items")
async def list_better_items() -> str:
    return "better"


app = FastAPI()
app.include_router(router)
```

## Good: the prefixes differ

```python
from fastapi import APIRouter, FastAPI

first = APIRouter()
second = APIRouter()


@first.get("/")
async def list_items() -> str:
    return ""


@second.get("/")
async def list_orders() -> str:
    return ""


app = FastAPI()
app.include_router(first, prefix="/items")
app.include_router(second, prefix="/orders")
```
"""

from plumbrule.rulekit import Entry, Finding, Iterator, Router, Step, rule, shape


@rule(category="contracts", severity="error")
def duplicate_route(router: Router) -> Iterator[Finding]:
    seen: dict[tuple[str, str], Entry] = {}
    said: set[object] = set()
    for entry in router.table:
        if not entry.is_known or entry.route is None:
            continue
        for method in sorted(entry.methods):
            first = seen.setdefault((method, shape(entry.path)), entry)
            if first is entry or entry.leads_where(first) or replaces(entry.route.router):
                continue
            if entry.span not in said:
                said.add(entry.span)
                yield Finding(
                    at=entry.span,
                    message=f"{method} {entry.path} is registered twice",
                    label=f"`{first.route.name if first.route else ''}` answers, this one never runs",
                    help="delete one of the two, or give one its own path",
                    chain=(Step(f"`{first.label}`", first.span),),
                )


def replaces(router: Router) -> bool:
    """Whether a router of a class of the project looks at its routes when it gets a new one."""
    added = router.cls.method("add_api_route") if router.cls is not None else None
    return added is not None and ".routes" in added.node.text

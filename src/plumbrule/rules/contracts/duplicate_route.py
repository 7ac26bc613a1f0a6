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
            if first is not entry and not entry.leads_where(first) and entry.span not in said:
                said.add(entry.span)
                yield Finding(
                    at=entry.span,
                    message=f"{method} {entry.path} is registered twice",
                    label=f"`{first.route.name if first.route else ''}` answers, this one never runs",
                    help="delete one of the two, or give one its own path",
                    chain=(Step(f"`{first.label}`", first.span),),
                )

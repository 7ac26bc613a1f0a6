"""A route that never runs, because an earlier one takes its requests

Routes are tried in the order in which they were registered, and `{item_id}`
matches every word. `GET /items/export` behind `GET /items/{item_id}` is
answered by the latter: 422 if the parameter is a number, 404 or the wrong data
if it is text.

## Bad

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id


@app.get("/items/export")  # finding
async def export_items() -> str:
    return ""
```

## Bad: the two stand in different routers

```python title="app/main.py"
from fastapi import FastAPI

from app.reports import reports
from app.shops import shops

app = FastAPI()
app.include_router(shops, prefix="/shops")
app.include_router(reports)
```

```python title="app/shops.py"
from fastapi import APIRouter

shops = APIRouter()


@shops.get("/{shop_id}/{part}")
async def read_part(shop_id: str, part: str) -> str:
    return part
```

```python title="app/reports.py"
from fastapi import APIRouter

reports = APIRouter(prefix="/shops")


@reports.get("/{shop_id}/report")  # finding
async def report(shop_id: str) -> str:
    return shop_id
```

## Bad: a mount takes everything below its path

```python
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

app = FastAPI()
app.mount("/files", StaticFiles(directory="files"))


@app.get("/files/{name}/owner")  # finding
async def read_owner(name: str) -> str:
    return name
```

## Good: the fixed word stands first

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/export")
async def export_items() -> str:
    return ""


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id
```

## Good: a router that nobody includes serves nothing

```python title="app/main.py"
from fastapi import FastAPI

from app import admin, items

app = FastAPI()
app.include_router(items.router, prefix="/items")
app.include_router(admin.router, prefix="/admin")
```

```python title="app/routers.py"
from fastapi import APIRouter

from app import admin, items

api = APIRouter()
api.include_router(items.router)
api.include_router(admin.router)
```

```python title="app/items.py"
from fastapi import APIRouter

router = APIRouter()


@router.get("/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id
```

```python title="app/admin.py"
from fastapi import APIRouter

router = APIRouter()


@router.get("/orders")
async def list_orders() -> list[str]:
    return []
```

## Good: a converter lets the word pass

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id:int}")
async def read_item(item_id: int) -> int:
    return item_id


@app.get("/items/export")
async def export_items() -> str:
    return ""
```

## Good: a second path of the same handler

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/files/{path:path}.json")
@app.get("/files/{path:path}")
async def read_file(path: str) -> str:
    return path
```

## Good: another method, another length

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items/{item_id}")
async def read_item(item_id: int) -> int:
    return item_id


@app.post("/items/export")
async def export_items() -> str:
    return ""


@app.get("/items/export/all")
async def export_all() -> str:
    return ""


@app.get("/shelves/{shelf:path}/{kind}/{name}")
async def read_one(shelf: str, kind: str, name: str) -> str:
    return shelf + kind + name


@app.get("/shelves/{shelf:path}/{kind}")
async def read_kind(shelf: str, kind: str) -> str:
    return shelf + kind
```

## Good: a catch-all comes last

```python
from fastapi import FastAPI

app = FastAPI()


@app.get("/items")
async def list_items() -> str:
    return ""


@app.get("/{path:path}", include_in_schema=False)
async def single_page_app(path: str) -> str:
    return path
```
"""

from operator import itemgetter

from plumbrule.rulekit import Entry, Finding, Iterator, Router, Step, rule, shape

Kind = tuple[str, int]
ANY = -1
"""of a route that takes any number of slashes"""


@rule(category="contracts", severity="error")
def shadowed_route(router: Router) -> Iterator[Finding]:
    earlier: dict[Kind, list[tuple[int, Entry]]] = {}
    said: set[object] = set()
    for number, entry in enumerate(router.table):
        if not entry.is_known:
            continue
        taker = next((e for _, e in alike(entry, earlier) if hides(e, entry)), None)
        if taker is not None and entry.span not in said:
            said.add(entry.span)
            yield Finding(
                at=entry.span,
                message=f"{entry.label} is never reached",
                label=f"`{taker.label}` stands before it and takes its requests",
                help="register it before the wider one, or narrow that with a converter such as `{id:int}`",
                chain=(Step(f"`{taker.label}`", taker.span),),
            )
        if entry.route is None or "{" in entry.path:
            earlier.setdefault(kind_of(entry), []).append((number, entry))
            # a path without parameters takes no other


def kind_of(entry: Entry) -> Kind:
    """What the requests have in common that a route takes: the folders before its first parameter, and how
    many slashes they have.
    """
    if entry.route is None:
        return "", ANY
    start = entry.path.partition("{")[0].rpartition("/")[0]
    return start, ANY if ":path}" in entry.path else entry.path.count("/")


def alike(entry: Entry, earlier: dict[Kind, list[tuple[int, Entry]]]) -> list[tuple[int, Entry]]:
    """The earlier routes that may take the requests of one, in order."""
    request = entry.request
    starts = {"", *(request[:place] for place, letter in enumerate(request) if letter == "/")}
    kinds = ((start, slashes) for start in starts for slashes in (ANY, request.count("/")))
    return sorted((one for kind in kinds for one in earlier.get(kind, ())), key=itemgetter(0))


def hides(earlier: Entry, later: Entry) -> bool:
    """Whether one takes what another was written for (the very same path is a duplicate, not a shadow)."""
    if later.route is None or not later.methods or not earlier.takes(later) or later.leads_where(earlier):
        return False
    return not (earlier.route and shape(earlier.path) == shape(later.path))

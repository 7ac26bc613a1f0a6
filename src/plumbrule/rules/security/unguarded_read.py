"""What anybody may read, where everything else asks who is calling

The whole router asks, nearly the whole service does, and this list, this file
or this stream is open to strangers: its guard was forgotten or commented out.

## Bad

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

from app import lines, wires

links = APIRouter(prefix="/links", dependencies=[Depends(HTTPBearer())])


@links.put("/{name}/ends")
@links.patch("/{name}/ends")
@links.delete("/{name}/ends")
@links.put("/{name}/colour")
@links.patch("/{name}/colour")
@links.delete("/{name}/colour")
@links.put("/{name}/notes")
@links.patch("/{name}/notes")
@links.delete("/{name}/notes")
@links.put("/{name}/bills")
@links.patch("/{name}/bills")
@links.delete("/{name}/bills")
@links.put("/{name}/price")
@links.patch("/{name}/price")
@links.delete("/{name}/price")
@links.put("/{name}/weight")
@links.patch("/{name}/weight")
@links.delete("/{name}/weight")
@links.put("/{name}/size")
@links.patch("/{name}/size")
@links.delete("/{name}/size")
async def change(name: str) -> None: ...


app = FastAPI()
app.include_router(links)
app.include_router(lines.router)
app.include_router(wires.router)
```

```python title="app/lines.py"
from fastapi import APIRouter, Depends
from fastapi.security import HTTPBearer

router = APIRouter(prefix="/lines")


@router.post("/{name}", dependencies=[Depends(HTTPBearer())])
@router.put("/{name}", dependencies=[Depends(HTTPBearer())])
@router.delete("/{name}", dependencies=[Depends(HTTPBearer())])
async def change(name: str) -> None: ...


@router.get("")  # finding
async def list_lines(page: int = 1) -> list[str]: ...


@router.get("/version")
async def read_version() -> str: ...
```

```python title="app/wires.py"
from fastapi import APIRouter, Depends, WebSocket
from fastapi.security import HTTPBearer

router = APIRouter(prefix="/wires")


@router.post("/{name}", dependencies=[Depends(HTTPBearer())])
@router.put("/{name}", dependencies=[Depends(HTTPBearer())])
@router.delete("/{name}", dependencies=[Depends(HTTPBearer())])
async def change(name: str) -> None: ...


@router.websocket("/{name}/listen")  # finding
async def listen(websocket: WebSocket, name: str) -> None:
    await websocket.accept()
    await websocket.send_text(name)


@router.websocket("/{name}/speak")
async def speak(websocket: WebSocket, name: str) -> None:
    if websocket.query_params.get("token"):
        await websocket.accept()
```

## Good: only who changes something is asked

```python title="main.py"
from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

posts = APIRouter(prefix="/posts")


@posts.post("/{name}", dependencies=[Depends(HTTPBearer())])
@posts.put("/{name}", dependencies=[Depends(HTTPBearer())])
@posts.delete("/{name}", dependencies=[Depends(HTTPBearer())])
async def change(name: str) -> None: ...


@posts.get("")
async def list_posts(page: int = 1) -> list[str]: ...


app = FastAPI()
app.include_router(posts)
```
"""

import re

from plumbrule.rulekit import (
    CHANGING,
    Finding,
    Function,
    Iterator,
    Route,
    asks,
    asks_nobody,
    is_for_anybody,
    is_open,
    n,
    names_an_asker,
    rule,
)

HARMLESS = re.compile(
    r"schema|version|about|info|option|enum|type|status|required|image|icon|logo|avatar|static|thumb|doc|global",
    re.IGNORECASE,
)
"""what people show to anybody on purpose"""
CALLER = re.compile(r"token|auth|user|ticket|api_?key|secret|cookie|query_params|(?<!de)sign", re.IGNORECASE)
MEANT = re.compile(r"\b(public|anonymous|unauth|without auth|no auth|guest)", re.IGNORECASE)
FEWEST = 20
"""routes of a project that ask, for one that is only read to stand out"""


@rule(category="security", severity="error", confidence="medium")
def unguarded_read(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or CHANGING & set(route.methods) or is_for_anybody(route) or is_harmless(route):
        return
    if not asks_nobody(route) or names_an_asker(route) or asks_in_its_way(handler):
        return
    others = [r for r in route.router.routes if r is not route and not is_harmless(r)]
    siblings = [r for r in others if asks(r)]
    silent = (r.handler for r in others if r not in siblings)
    if len(siblings) < 3 or not all(one is not None and asks_in_its_way(one) for one in silent):
        return
    every = [one for one in handler.project.code_routes if not is_harmless(one)]
    guarded = sum(map(asks, every))
    if guarded >= FEWEST and guarded * 10 >= len(every) * 9:
        yield Finding(
            at=route.span,
            message=f"{route.label} answers anybody",
            label=f"all {len(siblings)} routes beside it ask who is calling",
            help=f"ask as `{siblings[0].name}` does, or say in a comment why everybody may read it",
            confidence=None if route.path_parameters else "low",  # many show a list to everybody on purpose
        )


def is_harmless(route: Route) -> bool:
    """Whether what a route shows may be meant for everybody."""
    return is_open(route) or HARMLESS.search(f"{route.path} {route.name}") is not None


def asks_in_its_way(handler: Function) -> bool:
    """Whether a handler speaks of who is calling, of what he would show, or says that it is for all."""
    if MEANT.search(handler.node.text):
        return True
    names = (name.id for name in handler.find(n.Name))
    attributes = (attribute.attr for attribute in handler.find(n.Attribute))
    return any(CALLER.search(word) for word in (*names, *attributes, *handler.reads))

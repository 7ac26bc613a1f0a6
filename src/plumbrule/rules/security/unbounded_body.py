"""An upload that is read whole, however large it is

`await file.read()` holds all of the upload in memory. FastAPI has no limit of its own
for bodies, so that a few large files at once end the worker for everybody.

## Bad

```python title="main.py"
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/pictures")
async def upload(file: UploadFile) -> int:
    data = await file.read()  # finding
    return store(data)


@app.post("/lists")
def upload_list(file: UploadFile) -> int:
    return len(file.file.read().splitlines())  # finding


def store(data: bytes) -> int:
    return len(data)
```

## Bad: a limit of another route

```python title="app/main.py"
from fastapi import FastAPI

from app import films, pictures

app = FastAPI()
app.include_router(films.router)
app.include_router(pictures.router)
```

```python title="app/films.py"
from fastapi import APIRouter, HTTPException, UploadFile

router = APIRouter()
MAX_FILM_BYTES = 5_000_000


@router.post("/films")
async def upload_film(file: UploadFile) -> int:
    data = await file.read(MAX_FILM_BYTES + 1)
    if len(data) > MAX_FILM_BYTES:
        raise HTTPException(413)
    return len(data)
```

```python title="app/pictures.py"
from fastapi import APIRouter, UploadFile

router = APIRouter()


@router.post("/pictures")
async def upload(file: UploadFile) -> int:
    return len(await file.read())  # finding
```

## Good: a middleware has one

```python title="app/main.py"
from fastapi import FastAPI

from app import pictures
from app.limits import LimitBody

app = FastAPI()
app.add_middleware(LimitBody)
app.include_router(pictures.router)
```

```python title="app/limits.py"
from starlette.types import ASGIApp, Receive, Scope, Send


class LimitBody:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if int(dict(scope.get("headers", ())).get(b"content-length", 0)) > 5_000_000:
            raise ValueError
        await self.app(scope, receive, send)
```

```python title="app/pictures.py"
from fastapi import APIRouter, UploadFile

router = APIRouter()


@router.post("/pictures")
async def upload(file: UploadFile) -> int:
    return len(await file.read())
```

## Good: the app has a limit

```python title="main.py"
from fastapi import FastAPI, UploadFile

app = FastAPI(max_body_size=5_000_000)


@app.post("/pictures")
async def upload(file: UploadFile) -> int:
    return len(await file.read())
```

## Good: the size is asked, or a piece is read at a time

```python title="main.py"
from fastapi import FastAPI, HTTPException, UploadFile

app = FastAPI()


@app.post("/pictures")
async def upload(file: UploadFile) -> int:
    check(file)
    return len(await file.read())


@app.post("/sounds")
async def upload_sound(file: UploadFile) -> int:
    data = await file.read()
    if is_long(file):
        raise HTTPException(400)
    return len(data)


def is_long(file: UploadFile) -> bool:
    return file.size is not None and file.size > 5_000_000


@app.post("/films")
async def upload_film(file: UploadFile) -> int:
    total = 0
    while piece := await file.read(65_536):
        total += len(piece)
    return total


def check(file: UploadFile) -> None:
    if file.size is None or file.size > 5_000_000:
        raise HTTPException(413)
```

## When to ignore it

When the proxy in front refuses large bodies: nginx takes one megabyte unless told otherwise.
"""

import re

from plumbrule.rulekit import (
    Call,
    Finding,
    Iterator,
    Module,
    Project,
    Route,
    Scoped,
    Step,
    n,
    reached_calls,
    rule,
)

LIMITS = re.compile(
    rb"(?i)max_body_size|content[-_]length|(max|limit)\w*(upload|file|body|content|image|bytes)|"
    rb"(upload|file|body)_?(size_?)?limit|too_?large|\b413\b"
)
UPLOAD = "UploadFile"


@rule(category="security", severity="warning")
def unbounded_body(project: Project) -> Iterator[Finding]:
    routes = [(route, call) for route in project.code_routes for call in read_whole(route)]
    limiting = {module for module in project.code_modules if routes and LIMITS.search(module.source.text)}
    asked: dict[Call, list[Route]] = {}
    for route, call in routes if limiting.isdisjoint(around(project)) else ():
        if limiting.isdisjoint(in_sight(route)):
            asked.setdefault(call, []).append(route)
    for call, (route, *others) in asked.items():
        yield Finding(
            at=call.span,
            message=f"{route.label} holds whatever is uploaded in memory",
            label=f"so do {len(others)} other routes"
            if others
            else "all of it at once, and nothing limits it",
            help="give the app or the route a `max_body_size`",
            chain=tuple(Step(one.label, one.span) for one in (route, *others)),
        )


def read_whole(route: Route) -> list[Call]:
    """The calls by which a route reads uploads to their end, and does not measure them."""
    if route.handler is None or not any(takes_upload(p.annotation) for p in route.handler.parameters):
        return []
    calls = [reached.call for reached in reached_calls(route.handler, depth=2)]
    whole = [call for call in calls if is_whole(call) and not measures(call.scope)]
    uploads = {call.receiver.text.partition(".")[0] for call in whole if call.receiver is not None}
    asked = (call.function for call in calls if any(given.text in uploads for given in call.given))
    return [] if any(function is not None and measures(function) for function in asked) else whole


def around(project: Project) -> set[Module | None]:
    """Where apps are made, and what speaks of middleware: a limit there is one for every route."""
    return {*(app.module for app in project.apps), *project.mentioning(b"iddleware", b"ASGIApp")}


def in_sight(route: Route) -> set[Module]:
    """Where a route and what runs for it stand: a limit there may be one for it."""
    asked = [d.function for d in route.dependencies] + [route.handler]
    called = [reached.call.function for f in asked if f is not None for reached in reached_calls(f, depth=2)]
    return {function.module for function in (*asked, *called) if function is not None}


def takes_upload(annotation: n.Expr | None) -> bool:
    return annotation is not None and UPLOAD in annotation.text


def is_whole(call: Call) -> bool:
    """Whether a call reads an upload to its end."""
    if call.method != "read" or call.args or call.keywords or call.receiver is None:
        return False
    owner = call.receiver
    inner = owner.value if isinstance(owner, n.Attribute) and owner.attr == "file" else owner
    kind = call.scope.type_of(inner)
    return kind is not None and kind.name.endswith(f".{UPLOAD}")


def measures(scope: Scoped) -> bool:
    """Whether a function looks at the length of what it has."""
    return any(word in node.text for node in scope.find(n.Compare) for word in ("len(", ".size"))

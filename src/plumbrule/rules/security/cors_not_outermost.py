"""CORS is not the outermost middleware: some answers lack its headers

What is added last runs first. A middleware around CORS that answers by
itself - 401, 429, an error - sends no CORS headers: the browser hides the
answer from the page, and a preflight it refuses blocks the call at all.

## Bad

```python title="main.py"
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])  # finding


@app.middleware("http")
async def authenticate(request: Request, call_next):
    if "authorization" not in request.headers:
        return Response(status_code=401)
    return await call_next(request)
```

## Fixed

```python title="main.py"
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()


@app.middleware("http")
async def authenticate(request: Request, call_next):
    if "authorization" not in request.headers:
        return Response(status_code=401)
    return await call_next(request)


app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
```

## Bad: with a comment of its own

```python
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse


class Door:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and b"authorization" not in dict(scope["headers"]):
            await PlainTextResponse("who are you?", status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


app = FastAPI()

# who may ask from a browser
app.add_middleware(CORSMiddleware, allow_origins=["*"])  # finding

# who comes in
app.add_middleware(Door)
```

## Fixed

```python
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse


class Door:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and b"authorization" not in dict(scope["headers"]):
            await PlainTextResponse("who are you?", status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


app = FastAPI()

# who comes in
app.add_middleware(Door)

# who may ask from a browser
app.add_middleware(CORSMiddleware, allow_origins=["*"])
```

## Bad: a guard without Starlette's help

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse


class Guard:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http" and b"authorization" not in dict(scope["headers"]):
            await PlainTextResponse("who are you?", status_code=401)(scope, receive, send)
            return
        await self.app(scope, receive, send)


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])  # finding
app.add_middleware(Guard)
```

## Bad: a guard that speaks ASGI itself

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


class Limit:
    def __init__(self, app):
        self.app = app
        self.left = 1000

    async def __call__(self, scope, receive, send):
        self.left -= 1
        if scope["type"] == "http" and self.left < 0:
            return await self.refuse(send)
        await self.app(scope, receive, send)

    async def refuse(self, send):
        await send({"type": "http.response.start", "status": 429, "headers": []})
        await send({"type": "http.response.body"})


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])  # finding
app.add_middleware(Limit)
```

## Bad: what goes wrong has a status of its own

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse


class Busy(Exception):
    status = 423


class Lock(BaseHTTPMiddleware):
    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket":
            return await self.app(scope, receive, send)
        return await super().__call__(scope, receive, send)

    async def dispatch(self, request, call_next):
        try:
            return await call_next(request)
        except Busy as problem:
            return JSONResponse({}, status_code=problem.status)


def make_app() -> FastAPI:
    app = FastAPI()
    app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])  # finding
    return app


app = make_app()
app.add_middleware(Lock)
```

## Good: added last

```python title="main.py"
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()


@app.middleware("http")
async def authenticate(request: Request, call_next):
    if "authorization" not in request.headers:
        return Response(status_code=401)
    return await call_next(request)


app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
```

## Good: what is around it never answers

```python title="main.py"
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
app.add_middleware(GZipMiddleware)


@app.middleware("http")
async def count(request: Request, call_next):
    response = await call_next(request)
    response.headers["x-count"] = "1"
    return response
```

## Good: it changes what passes, and answers for websockets only

```python title="main.py"
from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware


class Stamp:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "websocket" and not scope["headers"]:
            await send({"type": "websocket.close", "code": 4401})
            return

        async def stamped(message):
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-stamp", b"1")]
            await send(message)

        await self.app(scope, receive, stamped)


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
app.add_middleware(Stamp)
```

## Good: it writes the headers by itself

```python title="main.py"
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


@app.middleware("http")
async def authenticate(request: Request, call_next):
    if "authorization" not in request.headers:
        return Response(status_code=401, headers={"Access-Control-Allow-Origin": "https://shop.example"})
    return await call_next(request)
```

## Good: it only turns foreign sites away, which need not read why

```python title="main.py"
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


@app.middleware("http")
async def same_origin(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    if request.headers.get("origin") != "https://shop.example":
        return Response(status_code=403)
    return await call_next(request)
```

## References

Starlette's documentation: `add_middleware` puts each middleware around those
added before. Of `FastAPI(middleware=[…])` the first is the outermost.
"""

from plumbrule.rulekit import (
    App,
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Middleware,
    Step,
    layout,
    n,
    reached_calls,
    rule,
)

CORS = "starlette.middleware.cors.CORSMiddleware"
ANSWERING = (
    "slowapi.middleware.SlowAPIMiddleware",
    "slowapi.middleware.SlowAPIASGIMiddleware",
    "starlette_csrf.CSRFMiddleware",
    "starlette_csrf.middleware.CSRFMiddleware",
)


@rule(category="security", severity="error")
def cors_not_outermost(app: App) -> Iterator[Finding]:
    names = [middleware.name for middleware in app.middleware]
    if CORS not in names:
        return
    at = names.index(CORS)
    around = next((m for m in app.middleware[:at] if answers(m)), None)
    if around is not None:
        yield Finding(
            at=app.middleware[at].span,
            message=f"answers of `{around.name.rpartition('.')[2]}` have no CORS headers",
            label="it is added later, and so runs around this one",
            help="add CORSMiddleware last",
            chain=(Step(f"`{around.name.rpartition('.')[2]}` answers by itself", around.span),),
            fix=moved(app.middleware[at], app.middleware[0]),
        )


def moved(cors: Middleware, last: Middleware) -> Fix | None:
    """Add CORS behind what is added last, where both stand in one list of statements."""
    statement = cors.node.parent
    beside = [last.node, *last.node.parents]
    near = (one for one in beside if statement is not None and one.source is statement.source)
    after = next((one for one in near if statement is not None and one.parent is statement.parent), None)
    if not isinstance(statement, n.ExprStatement) or not isinstance(after, n.Statement):
        return None
    place = layout.whole_lines(statement.source, statement)
    if place is None:
        return None
    source, (start, end) = statement.source, place
    gap = "\n\n\n" if isinstance(after, n.FunctionDef) else "\n\n"
    moved = source.slice(start, end).strip("\r\n")
    at = layout.line_end(source, after.end)
    blank = layout.blank_below(source, start, end)
    return Fix((Edit(source.span(start, blank), ""), Edit(source.span(at, at), f"{gap}{moved}")), safe=False)


def answers(middleware: Middleware) -> bool:
    """Whether a middleware can answer without asking the app."""
    if middleware.name in ANSWERING:
        return True
    function = middleware.function
    if function is None or middleware.judges_origin:
        return False
    if function.name == "__call__":
        called = (reached.call.function for reached in reached_calls(function, depth=1))
        own = (one for one in called if one is not None and one.cls is function.cls)
        return any(sends_refusal(one) for one in {function, *own})
    return any(is_refusal(node.value, function) for node in function.find(n.Return))


def sends_refusal(function: Function) -> bool:
    """Whether a part of an ASGI middleware makes a refusing response, or begins one itself."""
    if "access-control-allow" in function.node.text.lower():
        return False
    begins = (node.get("status") for node in function.find(n.Dict) if "http.response.start" in node.text)
    made = (node for node in function.find(n.Call) if is_refusal(node, function))
    return any(status is not None and refuses(status) for status in begins) or any(made)


def is_refusal(node: n.Expr | None, function: Function) -> bool:
    """Whether an expression makes a response that is an error."""
    if not isinstance(node, n.Call) or "access-control-allow" in node.text.lower():
        return False
    status = node.keyword("status_code")
    if status is None or not function.call(node).name.endswith("Response"):
        return False
    return refuses(status) or is_of_problem(node, status)


def is_of_problem(node: n.Call, status: n.Expr) -> bool:
    """Whether an answer is made where an exception was caught, with a status that depends on it."""
    caught = any(isinstance(parent, n.Handler) for parent in node.parents)
    return (
        caught
        and not any(isinstance(part, n.Constant) for part in status.walk())
        and "HTTP" not in status.text
    )


def refuses(status: n.Expr) -> bool:
    """Whether a status is one that a middleware turns requests away with."""
    return any(code in status.text for code in ("401", "403", "429", "400", "413", "503"))

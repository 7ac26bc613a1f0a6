"""A path that the middleware which asks who is calling lets through

Where one middleware asks for the whole app, its list of exceptions decides who
gets in. A path on it, or a prefix that ends with `/`, is open to everybody:
also the route that changes something there, and the one that comes next year.

## Bad

```python title="app/main.py"
from fastapi import FastAPI, UploadFile

from app.middleware import TokenMiddleware

app = FastAPI()
app.add_middleware(TokenMiddleware)


@app.post("/sheets/upload")
async def upload(file: UploadFile) -> None: ...
```

```python title="app/middleware.py"
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse

OPEN = ["/docs", "/login", "/sheets/upload"]  # finding


class TokenMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path in OPEN or "authorization" in request.headers:
            return await call_next(request)
        return JSONResponse({}, status_code=401)
```

## Bad: everything below a path

```python title="main.py"
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

app = FastAPI()
OPEN = ("/static/", "/api/plugins/")  # finding


class AuthMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if not request.url.path.startswith(OPEN) and "authorization" not in request.headers:
            return Response(status_code=401)
        return await call_next(request)


app.add_middleware(AuthMiddleware)


@app.get("/api/plugins/{name}/script")
async def read_script(name: str) -> None: ...


@app.post("/api/plugins/{name}")
async def install(name: str) -> None: ...
```

## Good: the list is of what is guarded

```python title="main.py"
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

app = FastAPI()
PROTECTED = ("/api/plugins/", "/api/users/me")


class AuthMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        if request.url.path.startswith(PROTECTED) and "authorization" not in request.headers:
            return Response(status_code=401)
        return await call_next(request)


app.add_middleware(AuthMiddleware)


@app.post("/api/plugins/{name}")
async def install(name: str) -> None: ...


@app.put("/api/users/me")
async def change_me() -> None: ...
```
"""

from plumbrule.rulekit import CHANGING, Finding, Iterator, Middleware, Route, exceptions, is_for_anybody, rule


@rule(category="security", severity="error", confidence="medium")
def path_let_through(route: Route) -> Iterator[Finding]:
    if is_for_anybody(route) or not CHANGING & set(route.methods) or route.is_authenticated is False:
        return
    asking = [m.function for m in route.authentication if isinstance(m, Middleware) and m.function]
    if len(asking) != len(route.authentication):
        return
    for constant in (c for function in asking for c in exceptions(function)):
        if is_on_the_way(str(constant.value), route):
            yield Finding(
                at=constant.span,
                message=f"{route.label} answers anybody",
                label="the middleware that asks who is calling lets this path through",
                help="take it off the list",
            )


def is_on_the_way(path: str, route: Route) -> bool:
    """Whether an exception is the path of a route, or what it lies below."""
    is_below = path.endswith("/") and any(full.startswith(path) for full in route.paths)
    return path.count("/") >= 2 and (is_below or any(full.endswith(path) for full in route.paths))

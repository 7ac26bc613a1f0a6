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

## References

Starlette's documentation: `add_middleware` puts each middleware around those
added before. Of `FastAPI(middleware=[…])` the first is the outermost.
"""

from plumbrule.rulekit import App, Finding, Function, Iterator, Middleware, Step, n, rule

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
        )


def answers(middleware: Middleware) -> bool:
    """Whether a middleware can answer without asking the app."""
    if middleware.name in ANSWERING:
        return True
    function = middleware.function
    return function is not None and any(is_refusal(node, function) for node in function.find(n.Return))


def is_refusal(node: n.Return, function: Function) -> bool:
    """Whether a `return` gives a response made here, outside an `except`, that is an error."""
    if not isinstance(node.value, n.Call):
        return False
    name = function.call(node.value).name
    status = node.value.keyword("status_code")
    if not name.endswith("Response") or status is None or "Access-Control-Allow" in node.text:
        return False
    return any(code in status.text for code in ("401", "403", "429", "400", "413", "503"))

"""A handler for every exception, outside CORS

FastAPI runs the handler of `Exception` (or 500) outside all middleware. Its
answer has no CORS headers: the browser hides it from the page, which sees a
network error instead of the 500, and no request id either.

## Bad

```python
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


@app.exception_handler(Exception)  # finding
async def crashed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "crashed"}, status_code=500)
```

## Good: an exception of its own, or no CORS

```python
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
internal = FastAPI()


class ShopError(Exception): ...


@app.exception_handler(ShopError)
async def refused(request: Request, error: ShopError) -> JSONResponse:
    return JSONResponse({"detail": "refused"}, status_code=409)


@internal.exception_handler(Exception)
async def crashed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "crashed"}, status_code=500)
```

## Good: the handler writes the headers itself

```python
from fastapi import FastAPI, Request
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


def answer() -> JSONResponse:
    headers = {"Access-Control-Allow-Origin": "https://shop.example"}
    return JSONResponse({"detail": "crashed"}, status_code=500, headers=headers)


@app.exception_handler(Exception)
async def crashed(request: Request, error: Exception) -> JSONResponse:
    return answer()
```
"""

from plumbrule.rulekit import App, ExceptionHandler, Finding, Iterator, reached_calls, rule


@rule(category="observability", severity="warning")
def error_handler_outside_cors(app: App) -> Iterator[Finding]:
    if not any(m.name.endswith(".CORSMiddleware") for m in app.middleware):
        return
    for handler in app.exception_handlers:
        if handler.exception in ("builtins.Exception", "500") and not sets_headers(handler):
            yield Finding(
                at=handler.span,
                message="a 500 reaches the browser without CORS headers",
                label="runs outside CORSMiddleware, and every other",
                help="catch errors in an ASGI middleware inside CORS, or wrap: `CORSMiddleware(app)`",
            )


def sets_headers(handler: ExceptionHandler) -> bool:
    """Whether the handler, or what it calls, writes the CORS headers by hand."""
    if handler.function is None:
        return False
    called = [r.call.function for r in reached_calls(handler.function, depth=2)]
    texts = [f.node.text.lower() for f in (handler.function, *called) if f is not None]
    return any("access-control-allow" in text for text in texts)

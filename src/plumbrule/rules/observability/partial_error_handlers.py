"""Error handlers that leave some errors in another shape

FastAPI's own 404 and 405 are Starlette's `HTTPException`; a handler for
`fastapi.HTTPException` does not see them. A handler that builds its response
without `exc.headers` drops `WWW-Authenticate` from 401 and `Allow` from 405.

## Bad

```python
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(HTTPException)  # finding
async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
```

## Bad: the headers are dropped

```python
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

app = FastAPI()


@app.exception_handler(HTTPException)  # finding
async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, status_code=error.status_code)
```

## Bad: a shape of its own for crashes only

```python
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(Exception)  # finding
async def crashed(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": {"code": "INTERNAL_ERROR"}}, status_code=500)
```

## Good: the shape that FastAPI has anyway

```python
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse

app = FastAPI()


@app.exception_handler(HTTPException)
async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"detail": error.detail}, status_code=error.status_code, headers=error.headers)
```

## Good: Starlette's exception, with its headers

```python
from fastapi import FastAPI, Request
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

app = FastAPI()
other = FastAPI()


@app.exception_handler(HTTPException)
async def refused(request: Request, error: HTTPException) -> JSONResponse:
    return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)


@other.exception_handler(HTTPException)
async def counted(request: Request, error: HTTPException) -> Response:
    return await http_exception_handler(request, error)
```
"""

from plumbrule.rulekit import App, ExceptionHandler, Finding, Iterator, n, rule


@rule(category="observability", severity="warning")
def partial_error_handlers(app: App) -> Iterator[Finding]:
    handled = {handler.exception for handler in app.exception_handlers}
    for handler in app.exception_handlers:
        if is_narrow(handler, handled):
            yield Finding(
                at=handler.span,
                message="404 and 405 for unknown paths and methods keep another shape",
                label="Starlette raises them, and this handles FastAPI's only",
                help="register it for `starlette.exceptions.HTTPException`, the parent of FastAPI's",
            )
        elif handler.exception == "builtins.Exception" and has_own_shape(handler, handled):
            yield Finding(
                at=handler.span,
                message="404, 405 and 422 keep FastAPI's two shapes, a crash gets a third",
                label="no handler for HTTPException, none for RequestValidationError",
                help="give `starlette.exceptions.HTTPException` and `RequestValidationError` this shape too",
            )
        elif handler.function is not None and drops_headers(handler):
            yield Finding(
                at=handler.span,
                message="`WWW-Authenticate`, `Allow` and `Retry-After` are dropped",
                label=f"`{handler.function.name}` makes a response without `exc.headers`",
                help="pass `headers=exc.headers`",
            )


def is_narrow(handler: ExceptionHandler, handled: set[str]) -> bool:
    """Whether it gives FastAPI's own exception, and not its parent, another shape than `{"detail": …}`."""
    if handler.exception != "fastapi.HTTPException" or "starlette.HTTPException" in handled:
        return False
    return handler.function is not None and '"detail"' not in handler.function.node.text


def has_own_shape(handler: ExceptionHandler, handled: set[str]) -> bool:
    """Whether crashes are answered in a shape that nothing gives the other errors."""
    others = any(name.endswith((".HTTPException", ".RequestValidationError", "404")) for name in handled)
    text = handler.function.node.text if handler.function is not None else "detail"
    return not others and '"error' in text and "detail" not in text


def drops_headers(handler: ExceptionHandler) -> bool:
    """Whether a handler makes its response without looking at the exception's headers."""
    function = handler.function
    if function is None or not handler.exception.endswith(".HTTPException"):
        return False
    names = {parameter.name for parameter in function.parameters[1:2]}
    made = [c for c in function.calls if c.name.startswith("starlette.responses.") and not c.is_splatted]
    read = any(isinstance(node, n.Attribute) and node.attr == "headers" for node in function.nodes)
    handed = any(isinstance(a, n.Name) and a.id in names for c in function.calls for a in c.args)
    return bool(made) and not read and not handed

"""An `HTTPException` raised in a middleware

The handlers that turn it into a response sit inside the middleware, so nothing
catches it here: the client reads 500 instead of the 401 that was meant, and the
log shows a crash.

## Bad

```python
from fastapi import FastAPI, HTTPException, Request
from starlette.responses import Response

app = FastAPI()


@app.middleware("http")
async def check_key(request: Request, call_next) -> Response:
    if "x-api-key" not in request.headers:
        raise HTTPException(401)  # finding
    return await call_next(request)
```

## Good: it answers, or handles the exception itself

```python
from fastapi import FastAPI, HTTPException, Request
from starlette.responses import JSONResponse, Response

app = FastAPI()


@app.middleware("http")
async def check_key(request: Request, call_next) -> Response:
    if "x-api-key" not in request.headers:
        return JSONResponse({"detail": "no key"}, status_code=401)
    return await call_next(request)


@app.middleware("http")
async def check_length(request: Request, call_next) -> Response:
    try:
        if "content-length" not in request.headers:
            raise HTTPException(411)
    except HTTPException as error:
        return JSONResponse({"detail": error.detail}, status_code=error.status_code)
    return await call_next(request)
```
"""

from plumbrule.rulekit import App, Finding, Function, Iterator, n, rule

RAISED = ("fastapi.HTTPException", "starlette.HTTPException")


@rule(category="observability", severity="error")
def http_exception_in_middleware(app: App) -> Iterator[Finding]:
    for middleware in app.middleware:
        function = middleware.function
        for node in function.find(n.Raise) if function is not None else ():
            if function is not None and is_http(node, function) and not is_caught(node):
                yield Finding(
                    at=node.span,
                    message=f"`{function.label}` answers 500, not what it raises",
                    label="outside the handlers that make a response of it",
                    help="return a response with this status instead",
                )


def is_http(node: n.Raise, function: Function) -> bool:
    """Whether an `HTTPException` is raised."""
    made = node.exception.func if isinstance(node.exception, n.Call) else node.exception
    return made is not None and function.name_of(made) in RAISED


def is_caught(node: n.Raise) -> bool:
    """Whether it stands in the body of a `try` that catches such a thing."""
    inner: n.Node = node
    for parent in node.parents:
        if isinstance(parent, n.Try) and inner in parent.body:
            caught = [h.exception.text if h.exception else "" for h in parent.handlers]
            if any("HTTPException" in text or text in ("", "Exception", "BaseException") for text in caught):
                return True
        inner = parent
    return False

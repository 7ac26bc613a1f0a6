"""A middleware on top of `BaseHTTPMiddleware`

It runs the rest of the app in a task of its own and passes the response
through a queue: about 100 µs of CPU a request and layer, four times what
FastAPI itself needs. A client that hangs up is not noticed behind it
(`request.is_disconnected()` stays false), context variables that the endpoint
sets are lost, and an unhandled error is not logged. A plain ASGI class does
the same at 1 µs.

## Bad

```python
from fastapi import FastAPI, Request
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.responses import Response

app = FastAPI()


class Timing(BaseHTTPMiddleware):  # finding
    async def dispatch(self, request: Request, call_next: RequestResponseEndpoint) -> Response:
        return await call_next(request)


app.add_middleware(Timing)


@app.middleware("http")  # finding
async def add_header(request: Request, call_next: RequestResponseEndpoint) -> Response:
    response = await call_next(request)
    response.headers["x-served-by"] = "shop"
    return response
```

## Good: plain ASGI

```python
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class ServedBy:
    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_header(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"].append((b"x-served-by", b"shop"))
            await send(message)

        await self.app(scope, receive, send_with_header if scope["type"] == "http" else send)


app = FastAPI()
app.add_middleware(ServedBy)
```
"""

from plumbrule.rulekit import Class, Finding, Iterator, Module, n, rule

BASE = "starlette.middleware.base.BaseHTTPMiddleware"


@rule(category="observability", severity="warning")
def base_http_middleware(module: Module) -> Iterator[Finding]:
    for cls in module.classes:
        if "dispatch" in cls.methods and any(is_base(base) for base in cls.ancestors):
            yield found(cls.node.bases[0] if cls.node.bases else cls.node, f"`{cls.name}`")
    for function in module.functions:
        for decorator in function.node.decorators:
            if is_decorator(decorator):
                yield found(decorator, f"`{function.name}`")


def is_base(base: object) -> bool:
    """Whether a class is Starlette's own."""
    return not isinstance(base, Class) and getattr(base, "name", "") == BASE


def is_decorator(node: n.Node) -> bool:
    """`@app.middleware("http")`."""
    match node:
        case n.Call(func=n.Attribute(attr="middleware"), args=(n.Constant(value="http"),)):
            return True
        case _:
            return False


def found(node: n.Node, name: str) -> Finding:
    """What is said about one middleware."""
    return Finding(
        at=node.span,
        message=f"{name} wraps every request in a task and a queue",
        label="built on BaseHTTPMiddleware",
        help="write it as a plain ASGI class: `async def __call__(self, scope, receive, send)`",
    )

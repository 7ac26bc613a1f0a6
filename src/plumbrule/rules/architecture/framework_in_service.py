"""A service that speaks HTTP

A function of the service layer that raises `HTTPException` or reads `Request`
can only be called by a route. A job, a command or another service that calls
it gets an exception it cannot understand, and the status code is chosen far
from the route that promises it.

## Bad

```python title="app/services/orders.py"
from fastapi import HTTPException


def cancel(order_id: int) -> None:
    if order_id < 1:
        raise HTTPException(404)  # finding
```

## Good: an exception of its own, a handler for it

```python title="app/services/orders.py"
class UnknownOrder(Exception): ...


def cancel(order_id: int) -> None:
    if order_id < 1:
        raise UnknownOrder
```

```python title="app/main.py"
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.services.orders import UnknownOrder, cancel

app = FastAPI()


@app.exception_handler(UnknownOrder)
async def unknown(request: Request, error: UnknownOrder) -> JSONResponse:
    return JSONResponse({"detail": "no such order"}, status_code=404)


@app.post("/orders/{order_id}/cancel")
async def cancel_order(order_id: int) -> None:
    cancel(order_id)
```

## Good: a dependency that happens to live there

```python title="app/services/auth.py"
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException

router = APIRouter()


def current_user() -> str:
    raise HTTPException(401)


@router.get("/me")
async def me(user: Annotated[str, Depends(current_user)]) -> str:
    return user
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Module, n, rule

LAYERS = {"service", "services", "repository", "repositories", "crud", "domain", "usecases", "use_cases"}
RAISED = ("fastapi.HTTPException", "starlette.HTTPException")


@rule(category="architecture", severity="note")
def framework_in_service(module: Module) -> Iterator[Finding]:
    if not LAYERS & set(module.path.removesuffix(".py").split("/")):
        return
    for function in module.functions:
        raised = [node for node in function.find(n.Raise) if is_http(node, function)]
        if raised and not is_of_the_web(function):
            yield Finding(
                at=raised[0].span,
                message=f"`{function.label}` can only be called by a route",
                label="chooses an HTTP status in the service layer",
                help="raise an exception of its own, and translate it in an exception handler",
            )


def is_of_the_web(function: Function) -> bool:
    """Whether it is a route or a dependency itself, or looks like one."""
    return (
        bool(function.routes)
        or any(p.marker("Depends") for p in function.parameters)
        or any(d.function is function for route in function.project.routes for d in route.dependencies)
    )


def is_http(node: n.Raise, function: Function) -> bool:
    """Whether an `HTTPException` is raised."""
    made = node.exception.func if isinstance(node.exception, n.Call) else node.exception
    return made is not None and function.name_of(made) in RAISED

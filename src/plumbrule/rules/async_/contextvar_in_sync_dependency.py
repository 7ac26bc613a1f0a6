"""A context variable set in a `def` dependency, where nobody sees it

FastAPI runs a `def` dependency in a thread with a copy of the context. What it
sets is gone when it returns: the route reads the old value, and the log lines
of the request have no request id.

## Bad

```python title="main.py"
from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()
tenant: ContextVar[str] = ContextVar("tenant")


def set_tenant(x_tenant: Annotated[str, Header()]) -> None:
    tenant.set(x_tenant)  # finding


@app.get("/", dependencies=[Depends(set_tenant)])
async def read() -> str:
    return tenant.get("")
```

## Fixed

```python title="main.py"
from contextvars import ContextVar
from typing import Annotated

from fastapi import Depends, FastAPI, Header

app = FastAPI()
tenant: ContextVar[str] = ContextVar("tenant")


async def set_tenant(x_tenant: Annotated[str, Header()]) -> None:
    tenant.set(x_tenant)


@app.get("/", dependencies=[Depends(set_tenant)])
async def read() -> str:
    return tenant.get("")
```

## Good: set in async code

```python title="main.py"
from contextvars import ContextVar

from fastapi import Depends, FastAPI

app = FastAPI()
tenant: ContextVar[str] = ContextVar("tenant")
names: set[str] = set()


async def set_tenant() -> None:
    tenant.set("a")


def count() -> None:
    names.add(tenant.get("?"))


@app.get("/", dependencies=[Depends(set_tenant), Depends(count)])
async def read() -> str:
    return tenant.get("")
```

## Good: set back before it ends

```python title="main.py"
from contextvars import ContextVar

from fastapi import Depends, FastAPI

app = FastAPI()
tenant: ContextVar[str] = ContextVar("tenant")


def load() -> str:
    token = tenant.set("a")
    try:
        return tenant.get()
    finally:
        tenant.reset(token)


@app.get("/", dependencies=[Depends(load)])
async def read() -> str:
    return "ok"
```
"""

from plumbrule.rulekit import Finding, Iterator, Route, async_def, rule

SETTERS = ("structlog.contextvars.bind_contextvars", "contextvars.ContextVar.set")


@rule(category="async", severity="error")
def contextvar_in_sync_dependency(route: Route) -> Iterator[Finding]:
    for dependency in route.dependencies:
        function = dependency.function
        if function is None or function.is_async or any(call.method == "reset" for call in function.calls):
            continue
        for call in function.calls:
            if call.name in SETTERS:
                yield Finding(
                    at=call.func_span,
                    message=f"what `{function.label}` sets here is not seen by the route",
                    label="a `def` dependency runs in a thread with a copy of the context",
                    help=f"make `{function.name}` an `async def`",
                    fix=async_def(function),
                )

"""A startup or shutdown hook from before lifespan

`on_event` and `add_event_handler` are gone from Starlette 1 and deprecated in
FastAPI. Worse, an app that is given `lifespan=` never runs them, and says
nothing: the pool is never opened, the cache never warmed.

## Bad: beside a lifespan it never runs

```python
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield


app = FastAPI(lifespan=lifespan)


@app.on_event("startup")  # finding
async def open_pool() -> None: ...
```

## Bad: given an app to register on

```python
from fastapi import FastAPI


def connect(app: FastAPI) -> None:
    async def open_pool() -> None: ...

    app.add_event_handler("startup", open_pool)  # finding


app = FastAPI(on_shutdown=[print])  # finding
connect(app)
```

## Good: a lifespan

```python
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    print("open the pool")
    yield
    print("close it")


app = FastAPI(lifespan=lifespan)
```

## Good: an event of something else

```python
from fastapi import FastAPI

app = FastAPI()


class Bus:
    def on_event(self, name: str) -> None: ...


bus = Bus()
bus.on_event("order.created")
```
"""

from plumbrule.rulekit import Call, Finding, Iterator, n, rule

HOOKS = {"on_event": "event_type", "add_event_handler": "event_type"}
OWNERS = ("fastapi.", "starlette.")
APPS = ("fastapi.FastAPI", "starlette.applications.Starlette", "fastapi.APIRouter")


@rule(category="contracts", severity="error", needs="fastapi>=0.93", calls=(*HOOKS, *APPS))
def retired_startup_hook(call: Call) -> Iterator[Finding]:
    apps = [app for app in call.module.project.apps if app.option("lifespan")]
    for node in (*hook(call), *lists(call)):
        silent = any(record.span == node.span for app in apps for record in app.events)
        yield Finding(
            at=node.span,
            message=f"`{call.method}` never runs: the app has a lifespan"
            if silent
            else f"`{node.name if isinstance(node, n.Keyword) else call.method}` is retired",
            label="and nothing says so" if silent else "it is not run once the app gets a lifespan",
            help="move it into the function given as `lifespan=`",
        )


def hook(call: Call) -> Iterator[n.Node]:
    """`app.on_event("startup")`, unless the object is known to be something else."""
    if call.method not in HOOKS or not isinstance(call.node.func, n.Attribute):
        return
    event = call.argument(0, HOOKS[call.method])
    owner = call.receiver_type
    foreign = call.function is not None or (owner is not None and not owner.name.startswith((*OWNERS, "?")))
    if isinstance(event, n.Constant) and event.value in ("startup", "shutdown") and not foreign:
        yield call.node


def lists(call: Call) -> Iterator[n.Node]:
    """`FastAPI(on_startup=[…])`."""
    if call.name in APPS:
        yield from (k for k in call.keywords if k.name in ("on_startup", "on_shutdown"))

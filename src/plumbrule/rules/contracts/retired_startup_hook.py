"""A startup or shutdown hook from before lifespan

An app that is given `lifespan=` never runs `on_event`, and says nothing: the
pool is never opened, the cache never warmed. `app.add_event_handler` is gone
with Starlette 1, and since FastAPI 0.112.2 the hooks of a router run twice. What
still works in the versions that are pinned is a warning.

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

## Bad: a router's own hook

```python
from fastapi import APIRouter, FastAPI

router = APIRouter()


@router.on_event("startup")  # finding
async def open_pool() -> None: ...


app = FastAPI()
app.include_router(router)
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

from plumbrule.rulekit import Call, Finding, Iterator, Severity, n, rule

HOOKS = {"on_event": "event_type", "add_event_handler": "event_type"}
OWNERS = ("fastapi.", "starlette.")
APPS = ("fastapi.FastAPI", "starlette.applications.Starlette", "fastapi.APIRouter")


@rule(category="contracts", severity="error", needs="fastapi>=0.93", calls=(*HOOKS, *APPS))
def retired_startup_hook(call: Call) -> Iterator[Finding]:
    for node in (*hook(call), *lists(call)):
        severity, message, label = judged(call, node)
        yield Finding(
            at=node.span,
            message=message,
            label=label,
            help="move it into the function given as `lifespan=`",
            severity=severity,
        )


def judged(call: Call, node: n.Node) -> tuple[Severity, str, str]:
    """How bad a hook is in the versions that may be installed, what happens to it, and why."""
    name = str(node.name) if isinstance(node, n.Keyword) else call.method
    apps = [app for app in call.module.project.apps if app.option("lifespan")]
    if is_of_router(call) and call.module.project.may_be("fastapi", ">=0.112.2"):
        if not apps:
            return "error", f"`{name}` of a router runs twice", "once for the router, once for the app around"
    elif any(record.span == node.span for app in apps for record in app.events):
        return "error", f"`{call.method}` never runs: the app has a lifespan", "and nothing says so"
    if is_gone(call) and call.module.project.may_be("starlette", ">=1"):
        return "error", f"`{name}` is gone", "the app does not start with Starlette 1"
    return "warning", f"`{name}` is retired", "it is not run once the app gets a lifespan"


def is_of_router(call: Call) -> bool:
    """Whether it is a hook of a router that an app includes; `app.router` is the app's own."""
    owner = call.receiver_type if call.method in HOOKS else None
    own = isinstance(call.receiver, n.Attribute) and call.receiver.attr == "router"
    return call.name == APPS[2] or (owner is not None and owner.name == APPS[2] and not own)


def is_gone(call: Call) -> bool:
    """Whether Starlette 1 has no such thing, and FastAPI, which allows it since 0.133, none of its own."""
    by_hand = isinstance(call.receiver, n.Attribute) and call.receiver.attr == "router"
    added = call.method == "add_event_handler" and not by_hand and not is_of_router(call)
    return (added or call.name == APPS[1]) and call.module.project.may_be("fastapi", ">=0.133")


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

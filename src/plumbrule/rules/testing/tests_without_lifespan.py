"""Tests that run the app without its lifespan

`TestClient(app)` runs the lifespan only as a context manager, and
`ASGITransport` never does. What the lifespan opens is missing: the tests pass
on paths that do not need it, or on a start-up of their own that is not the
one in production.

## Bad

```python title="app/main.py"
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = object()
    yield


app = FastAPI(lifespan=lifespan)
```

```python title="tests/test_orders.py"
from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)  # finding


def test_orders() -> None:
    assert client.get("/orders").status_code == 404
```

## Good: the client is entered

```python title="app/main.py"
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.pool = object()
    yield


app = FastAPI(lifespan=lifespan)
other = FastAPI()
```

```python title="tests/test_orders.py"
from fastapi.testclient import TestClient

from app.main import app, other


def test_orders() -> None:
    with TestClient(app) as client:
        assert client.get("/orders").status_code == 404
    assert TestClient(other).get("/orders").status_code == 404
```
"""

from plumbrule.rulekit import Call, Finding, Iterator, Module, Variable, n, rule


@rule(category="testing", severity="warning", confidence="medium")
def tests_without_lifespan(module: Module) -> Iterator[Finding]:
    if not module.is_test:
        return
    scopes = (module, *module.classes, *module.functions)
    clients = [c for scope in scopes for c in scope.calls if c.name == "starlette.testclient.TestClient"]
    if any(isinstance(c.node.parent, n.WithItem) for c in clients) or enters(module):
        return
    for call in clients:
        if has_lifespan(call):
            yield Finding(
                at=call.span,
                message="these tests run without the app's lifespan",
                label="not entered with `with`",
                help="write `with TestClient(app) as client:` in a fixture",
            )
            return


def enters(module: Module) -> bool:
    """Whether a client is entered by name: `with client:`."""
    scopes = (module, *module.classes, *module.functions)
    items = [i for s in scopes for w in s.find(n.With) for i in w.items]
    return any("client" in item.value.text.lower() or "lifespan" in item.value.text.lower() for item in items)


def has_lifespan(call: Call) -> bool:
    """Whether the app that is tested is known and has a lifespan."""
    app = call.argument(0, "app")
    target = call.scope.resolve(app) if app is not None else None
    if not isinstance(target, Variable):
        return False
    made = [a for a in call.scope.project.apps if a.node is not None and a.node is target.value]
    return any(a.lifespan is not None for a in made)

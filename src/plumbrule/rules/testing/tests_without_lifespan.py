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

from plumbrule.rulekit import Call, Finding, Function, Iterator, Project, Scoped, Variable, n, rule


@rule(category="testing", severity="warning", confidence="medium")
def tests_without_lifespan(project: Project) -> Iterator[Finding]:
    if not any(does_something(app.lifespan) for app in project.apps):
        return
    tests = [m for m in project.modules if m.is_test]
    words = project.words_for("TestClient")
    using = [m for m in tests if m.mentions(b"TestClient")]
    scopes = [s for m in using for s in (m, *m.classes, *m.functions) if may_make(s, words)]
    clients = [c for s in scopes for c in s.calls if c.name == "starlette.testclient.TestClient"]
    if not clients or any(isinstance(c.node.parent, n.WithItem) for c in clients):
        return
    bare = [call for call in clients if has_lifespan(call)]
    if bare and not any(enters(s) for m in tests for s in (m, *m.classes, *m.functions)):
        yield Finding(
            at=bare[0].span,
            message="the tests run without the app's lifespan",
            label="not entered with `with`" + (f", nor in {len(bare) - 1} other places" if bare[1:] else ""),
            help="write `with TestClient(app) as client:` in a fixture",
        )


def may_make(scope: Scoped, words: frozenset[bytes]) -> bool:
    """Whether one of the words for a client stands in a scope."""
    return not isinstance(scope, Function) or not all(scope.node.lacks(word) for word in words)


def enters(scope: Scoped) -> bool:
    """Whether a client is entered by name: `with client:`."""
    items = [item for w in scope.find(n.With) for item in w.items]
    return any("client" in i.value.text.lower() or "lifespan" in i.value.text.lower() for i in items)


def has_lifespan(call: Call) -> bool:
    """Whether the app that is tested is known, and has a lifespan that does something."""
    app = call.argument(0, "app")
    target = call.scope.resolve(app) if app is not None else None
    if not isinstance(target, Variable):
        return False
    made = [a for a in call.scope.project.apps if a.node is not None and a.node is target.value]
    return any(does_something(app.lifespan) for app in made)


def does_something(lifespan: Function | None) -> bool:
    """Whether a lifespan is more than its `yield`."""
    return lifespan is not None and len(lifespan.body) > 1

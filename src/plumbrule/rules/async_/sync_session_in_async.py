"""A synchronous database session used from an `async def`

Each query of a `Session` blocks the thread it runs on, and an `async def`
runs on the event loop: until the database has answered, no other request of
this worker goes on. FastAPI runs a plain `def` route in a thread instead.

## Bad

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import get_session

router = APIRouter()


@router.get("/orders")
async def count_orders(session: Annotated[Session, Depends(get_session)]) -> int:  # finding
    return session.scalar(text("select count(*) from orders")) or 0
```

```python title="app/db.py"
from collections.abc import Iterator

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

sessions = sessionmaker(create_engine("sqlite://"))


def get_session() -> Iterator[Session]:
    with sessions() as session:
        yield session
```

## Fixed

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db import get_session

router = APIRouter()


@router.get("/orders")
def count_orders(session: Annotated[Session, Depends(get_session)]) -> int:
    return session.scalar(text("select count(*) from orders")) or 0
```

## Bad: the query stands in a service

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
sessions = sessionmaker(create_engine("sqlite://"))


def count(session: Session) -> int:
    return session.execute(text("select count(*) from orders")).scalar_one()


async def get_session():
    with sessions() as session:
        yield session


@app.get("/orders")
async def count_orders(session: Annotated[Session, Depends(get_session)]) -> int:  # finding
    await audit()
    return count(session)


async def audit() -> None: ...
```

## Good: a plain `def` route

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
sessions = sessionmaker(create_engine("sqlite://"))


def get_session():
    with sessions() as session:
        yield session


@app.get("/orders")
def count_orders(session: Annotated[Session, Depends(get_session)]) -> int:
    return session.scalar(text("select count(*) from orders")) or 0
```

## Good: an `AsyncSession`, and synchronous code under `run_sync`

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session

app = FastAPI()
sessions = async_sessionmaker(create_async_engine("sqlite+aiosqlite://"))


async def get_session():
    async with sessions() as session:
        yield session


def count(session: Session) -> int:
    return session.scalar(text("select count(*) from orders")) or 0


@app.get("/orders")
async def count_orders(session: Annotated[AsyncSession, Depends(get_session)]) -> int:
    session.add(object())
    return await session.run_sync(count)
```

## Good: handed to a thread

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
sessions = sessionmaker(create_engine("sqlite://"))


def get_session():
    with sessions() as session:
        yield session


def count(session: Session) -> int:
    return session.scalar(text("select count(*) from orders")) or 0


@app.get("/orders")
async def count_orders(session: Annotated[Session, Depends(get_session)]) -> int:
    return await run_in_threadpool(count, session)
```
"""

from plumbrule.rulekit import (
    Edit,
    Finding,
    Fix,
    Function,
    Iterator,
    Project,
    Reached,
    Step,
    n,
    reached_on_loop,
    rule,
    steps_to,
)

VERBS = (
    "execute",
    "exec",
    "scalar",
    "scalars",
    "query",
    "get",
    "get_one",
    "commit",
    "flush",
    "refresh",
    "merge",
    "bulk_save_objects",
    "bulk_insert_mappings",
)
ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
ROUTING = {"get", "post", "put", "patch", "delete", "head", "options", "trace", "route", "api_route"}
QUERIES = {f"sqlalchemy.orm.Session.{verb}" for verb in VERBS}


@rule(category="async", severity="error", needs="sqlalchemy")
def sync_session_in_async(project: Project) -> Iterator[Finding]:
    for function in project.functions_leading_to(project.calls_to(*QUERIES)):
        when = project.serving.when(function)
        reached = first_query(function) if function.is_async and when != "startup" else None
        if reached is not None:
            used = Step(f"`{reached.call.node.func.text}` waits for the database", reached.call.span)
            yield Finding(
                at=function.span,
                message=f"`{function.label}` is `async def` and uses a synchronous session",
                label="each query stops the event loop",
                help=advice(function),
                chain=(*steps_to(function, reached), used),
                fix=plain_def(function),
                confidence="high" if when == "request" else "medium",
            )


def first_query(function: Function) -> Reached | None:
    """The first query that runs on the event loop."""
    found = reached_on_loop(function)
    queries = (r for r in found if r.call.name in QUERIES and not r.call.is_awaited)
    return next((query for query in queries if not query.may_be_another), None)


def plain_def(function: Function) -> Fix | None:
    """Take `async` away from a route in which nothing is awaited."""
    if not function.routes or function.callers or waits(function) or has_async_session(function):
        return None
    start = function.node.start
    if (
        is_decorated(function)
        or needs_loop(function)
        or function.module.source.slice(start, start + 6) != "async "
    ):
        return None
    return Fix((Edit(function.module.source.span(start, start + 6), ""),), safe=False)


def is_decorated(function: Function) -> bool:
    """Whether something else than a route takes a function, which may await it."""
    taken = (node.func for node in function.node.decorators if isinstance(node, n.Call))
    plain = sum(isinstance(func, n.Attribute) and func.attr in ROUTING for func in taken)
    return plain < len(function.node.decorators)


def needs_loop(function: Function) -> bool:
    """Whether a function asks for the running loop, or makes a coroutine that it hands on."""
    return any(
        call.name.startswith(("asyncio.", "anyio.")) or (call.function is not None and call.function.is_async)
        for call in function.calls
    )


def advice(function: Function) -> str:
    """What to do; what waits for something else cannot be a plain `def`."""
    if has_async_session(function):
        return "it hands an `AsyncSession` to what was written for a `Session`: await the queries there"
    if waits(function):
        return "use an `AsyncSession`, or run what queries in a thread with `run_in_threadpool`"
    return "make it a plain `def`, or use an `AsyncSession`"


def has_async_session(function: Function) -> bool:
    """Whether a function is given a session that has to be awaited."""
    return any(p.type is not None and p.type.name == ASYNC_SESSION for p in function.parameters)


def waits(function: Function) -> bool:
    """Whether something in a function needs its `async`."""
    kinds = (n.Await, n.For, n.With, n.Clause)
    return any(is_async(node) for node in function.nodes if isinstance(node, kinds))


def is_async(node: n.Node) -> bool:
    """Whether a node can only stand in an `async def`."""
    return isinstance(node, n.Await) or bool(getattr(node, "is_async", False))

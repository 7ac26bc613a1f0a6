"""A database query written in a route handler

The handler now knows HTTP and the tables. The query cannot be used from a job
or another route, nor tested without a client; its twin appears in the next
handler that needs the same rows. It is a note in a project where most handlers
do so: that is how it is written, and not a slip.

## Bad

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
sessions = async_sessionmaker()


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int]


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/shops/{shop_id}/items")
async def list_items(shop_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> list[int]:
    rows = await session.scalars(select(Item).where(Item.shop_id == shop_id))  # finding
    return [row.id for row in rows]
```

## Good: the handler asks a function

```python title="app/items.py"
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Item(Base):
    __tablename__ = "item"
    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int]


async def items_of_shop(session: AsyncSession, shop_id: int) -> list[Item]:
    return list(await session.scalars(select(Item).where(Item.shop_id == shop_id)))
```

```python title="app/main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.items import items_of_shop

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.get("/shops/{shop_id}/items")
async def list_items(shop_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> list[int]:
    return [item.id for item in await items_of_shop(session, shop_id)]
```

## Good: the handler only ends the transaction, or asks whether the database is there

```python
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/items")
async def create_item(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.commit()


@app.get("/ready")
async def ready(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.execute(text("SELECT 1"))
```

## When to ignore it

A service with a handful of routes and one table has nothing to gain from another layer.
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Project, n, rule

SESSIONS = (
    "sqlalchemy.orm.Session",
    "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.Connection",
    "sqlalchemy.ext.asyncio.AsyncConnection",
)
ASKING = ("execute", "scalars", "scalar", "query", "exec", "get", "get_one", "stream", "stream_scalars")
FEWEST = 10
"""handlers from which on something is said of most of them"""
QUERIES = {f"{session}.{method}" for session in SESSIONS for method in ASKING}


@rule(category="architecture", severity="warning")
def query_in_route(project: Project) -> Iterator[Finding]:
    handlers = {route.handler: route for route in reversed(project.code_routes) if route.handler is not None}
    asking = {handler: queries for handler in handlers if (queries := queries_of(handler))}
    is_custom = len(asking) * 2 > len(handlers) >= FEWEST
    for handler, queries in asking.items():
        more = len(queries) - 1
        yield Finding(
            at=queries[0].span,
            message=f"{handlers[handler].label} queries the database itself",
            label=f"and {more} more below" if more else "a query among HTTP",
            help="move the query to a function that takes the session and plain values, and call that",
            severity="note" if is_custom else None,
        )


def queries_of(handler: Function) -> list[Call]:
    """The queries that a handler makes itself."""
    return [call for call in handler.calls if call.name in QUERIES and is_query(call)]


def is_query(call: Call) -> bool:
    """Whether it asks for rows: not `SELECT 1`, not a primary key."""
    match call.args:
        case (n.Call(func=func, args=(n.Constant(value=str(sql)),)), *_) if func.text.endswith("text"):
            return sql.strip().upper().rstrip(";") != "SELECT 1"
        case (n.Constant(value=str(sql)),):
            return sql.strip().upper().rstrip(";") != "SELECT 1"
        case _:
            return call.method not in ("get", "get_one")

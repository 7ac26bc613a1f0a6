"""A stream that reads from a session that is already closed

A dependency with `scope="function"` is finished before the response is sent,
and a stream is made while it is sent: its first query finds a closed session.

## Bad

```python title="main.py"
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


async def rows(session: AsyncSession) -> AsyncIterator[str]:
    for row in await session.scalars(text("select name from orders")):
        yield row


@app.get("/orders")
async def export(
    session: Annotated[AsyncSession, Depends(get_session, scope="function")],
) -> StreamingResponse:
    return StreamingResponse(rows(session))  # finding


@app.get("/orders.csv")
async def download(
    session: Annotated[AsyncSession, Depends(get_session, scope="function")],
) -> StreamingResponse:
    found = rows(session)
    return StreamingResponse(found, media_type="text/csv")  # finding


@app.get("/orders.txt")
async def read(session: Annotated[AsyncSession, Depends(get_session, scope="function")]) -> StreamingResponse:
    async def lines() -> AsyncIterator[str]:
        async for row in rows(session):
            yield row

    return StreamingResponse(lines())  # finding
```

## Good: the stream opens its own, or the session lives as long as the request

```python title="main.py"
from collections.abc import AsyncIterator
from io import StringIO
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


async def rows() -> AsyncIterator[str]:
    async with sessions() as session:
        for row in await session.scalars(text("select name from orders")):
            yield row


async def lines(session: AsyncSession) -> AsyncIterator[str]:
    yield str(await session.scalar(text("select 1")))


@app.get("/orders")
async def export(
    session: Annotated[AsyncSession, Depends(get_session, scope="function")],
) -> StreamingResponse:
    await session.commit()
    return StreamingResponse(rows())


async def as_csv(session: AsyncSession) -> StringIO:
    return StringIO("; ".join(await session.scalars(text("select name from orders"))))


@app.get("/orders.csv")
async def download(
    session: Annotated[AsyncSession, Depends(get_session, scope="function")],
) -> StreamingResponse:
    file = await as_csv(session)
    return StreamingResponse(file, media_type="text/csv")


@app.get("/lines")
async def stream(session: Annotated[AsyncSession, Depends(get_session)]) -> StreamingResponse:
    return StreamingResponse(lines(session))


class Language:
    name: str = "de"


async def get_language():
    yield Language()


async def words(language: Language) -> AsyncIterator[str]:
    yield language.name


@app.get("/words")
async def stream_words(
    language: Annotated[Language, Depends(get_language, scope="function")],
) -> StreamingResponse:
    return StreamingResponse(words(language))
```
"""

import re

from plumbrule.rulekit import Call, Class, Dependency, Finding, Function, Iterator, Route, n, rule

HOLDS = re.compile(r"session|connection|engine|cursor|\b_?(db|conn)\b", re.IGNORECASE)
STREAMS = ("StreamingResponse", "EventSourceResponse")


@rule(category="database", severity="error", needs="fastapi")
def stream_from_closed_session(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None:
        return
    for call in handler.calls:
        read = read_later(call, handler) if call.method in STREAMS else set()
        if not read:
            continue
        closed = {
            d.parameter.name
            for d in route.dependencies.tree
            if d.parameter is not None and closes_early(d, route)
        }
        if closed & read:
            yield Finding(
                at=call.span,
                message=f"the stream of {route.label} reads from a closed session",
                label=f"`{min(closed & read)}` is closed before the first chunk",
                help="open a session in the generator itself",
            )


def read_later(response: Call, handler: Function) -> set[str]:
    """What the generators of a stream are given, and what those read that stand in the handler."""
    made = streamed(response, handler)
    read: set[str] = set()
    for call in handler.calls if made is not None else ():
        inner = call.function if any(node is made for node in (call.node, *call.node.parents)) else None
        if inner is not None and inner.is_generator:
            is_nested = any(node is handler.node for node in inner.node.parents)
            read |= n.names_in(call.node)
            read |= n.names_in(inner.node) - {*inner.bindings} if is_nested else set()
    return read


def streamed(response: Call, handler: Function) -> n.Node | None:
    """What is streamed, where it stands or under a name."""
    made = response.args[0] if response.args else None
    if isinstance(made, n.Name):
        bound = handler.bindings.get(made.id, ())
        assigned = bound[0].node if len(bound) == 1 else None
        return assigned.value if isinstance(assigned, n.Assign) else None
    return made


def may_hold_session(dependency: Dependency) -> bool:
    """Whether what is given may be a session, or hold one: a class of the project shows what it holds."""
    kind = dependency.parameter.type if dependency.parameter is not None else None
    if kind is None or kind.cls is None:
        return True
    family = (kind.cls, *(base for base in kind.cls.ancestors if isinstance(base, Class)))
    return any(HOLDS.search(cls.node.text) for cls in family)


def closes_early(dependency: Dependency, route: Route) -> bool:
    """Whether what a dependency yields is released before the response is sent."""
    if not dependency.is_generator or not may_hold_session(dependency):
        return False
    middle = not route.project.may_be("fastapi", ">=0.118") and not route.project.may_be("fastapi", "<0.106")
    return dependency.scope == "function" or middle

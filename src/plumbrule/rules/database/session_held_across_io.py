"""A connection that waits while somebody else is asked

After its first query a session keeps a connection until it commits or is
closed. A route that then waits for another service keeps it for as long as
that takes: with ten connections and a service that needs two seconds, the
eleventh request waits, and at the time-out fails. The client of a websocket
may be silent for hours.

## Bad

```python title="main.py"
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()
client = httpx.AsyncClient()


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/orders/{order_id}/pay")
async def pay(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    order = await session.scalar(text("select id from orders"))
    await client.post("https://pay.example/", json={"order": order})  # finding
    await session.execute(text("update orders set paid = true"))
    await session.commit()
```

## Bad: until the next message of a websocket

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, WebSocket
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


@app.websocket("/chat")
async def chat(socket: WebSocket, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await socket.accept()
    while True:
        word = await socket.receive_text()  # finding
        found = await session.scalar(text("select answer from answers where word = :word"), {"word": word})
        await socket.send_text(str(found))


@app.websocket("/diary")
async def diary(socket: WebSocket, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await socket.accept()
    while True:
        line = await socket.receive_text()
        await session.execute(text("insert into lines values (:line)"), {"line": line})
        await session.commit()
```

## Good: the connection is given back first

```python title="main.py"
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()
client = httpx.AsyncClient()


async def get_session():
    async with sessions() as session:
        yield session


@app.post("/orders/{order_id}/pay")
async def pay(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    order = await session.scalar(text("select id from orders"))
    await session.commit()
    await client.post("https://pay.example/", json={"order": order})


@app.get("/rates")
async def rates(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    answer = await client.get("https://rates.example/")
    await session.execute(text("select 1"), {"rate": answer.text})
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Route, Step, n, rule

SESSIONS = ("sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.orm.Session")
QUERIES = {
    f"{owner}.{verb}"
    for owner in SESSIONS
    for verb in ("execute", "exec", "scalar", "scalars", "get", "get_one")
}
RELEASES = {"commit", "rollback", "close"}
VERBS = ("get", "post", "put", "patch", "delete", "request", "send")
REMOTE = {
    f"{owner}.{verb}"
    for owner in (
        "httpx.AsyncClient",
        "httpx2.AsyncClient",
        "httpx.Client",
        "requests",
        "aiohttp.ClientSession",
    )
    for verb in VERBS
}


RECEIVE = ("receive_text", "receive_json", "receive_bytes", "receive", "iter_text", "iter_json", "iter_bytes")
CLIENT = {f"fastapi.WebSocket.{verb}" for verb in RECEIVE}


@rule(category="database", severity="warning", needs="sqlalchemy")
def session_held_across_io(route: Route) -> Iterator[Finding]:
    handler = route.handler
    if handler is None or not any(call.name in REMOTE | CLIENT for call in handler.calls):
        return
    if any(not d.complete for d in route.dependencies.tree):
        return
    taken: Call | None = None
    for call in in_turn(handler):
        if call.name in QUERIES and call.within(n.With) is None:
            taken = taken or call
        elif call.method in RELEASES:
            taken = None
        elif call.name in REMOTE | CLIENT and taken is not None:
            yield finding(route, call, taken)
            return


def in_turn(handler: Function) -> list[Call]:
    """The calls of a handler in the order they are made; those of the loop that waits for messages twice."""
    calls = sorted(handler.calls, key=lambda call: call.node.end)
    loop = next((call.within(n.While) for call in calls if call.name in CLIENT), None)
    return [*calls, *(call for call in calls if loop is not None and call.within(n.While) is loop)]


def finding(route: Route, call: Call, taken: Call) -> Finding:
    """A call waits while a query's connection is kept."""
    whom = "the client is waited for" if call.name in CLIENT else "another service is asked"
    return Finding(
        at=call.func_span,
        message=f"{route.label} keeps a database connection while {whom}",
        label="the session has a connection since its first query",
        help="commit or close before the call, or make the call first",
        chain=(Step(f"`{taken.node.func.text}` takes it", taken.span),),
    )

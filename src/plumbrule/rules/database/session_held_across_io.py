"""A connection that waits while somebody else is asked

After its first query a session keeps a connection until it commits or is
closed; the query that looks up the user counts, too. Who then waits for
another service, say for a language model, keeps it for as long as that takes:
with ten connections and a service that needs two seconds, the eleventh
request waits, and at the time-out fails. The client of a websocket may be
silent for hours.

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

## Bad: since the user was looked up, and in a session of its own; a service asks

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from openai import AsyncOpenAI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()
model = AsyncOpenAI()


async def get_session():
    async with sessions() as session:
        yield session


async def get_user(session: Annotated[AsyncSession, Depends(get_session)]) -> int | None:
    return await session.scalar(text("select id from users"))


async def answer(question: str) -> str:
    said = await model.responses.create(model="small", input=question)
    return said.output_text


class Chats:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def last(self) -> str:
        return str(await self.session.scalar(text("select line from chats")))


@app.post("/answers")
async def ask(user: Annotated[int | None, Depends(get_user)], question: str) -> str:
    return await answer(question)  # finding


@app.post("/chats")
async def chat() -> str:
    async with sessions() as session:
        line = await Chats(session).last()
        return await answer(line)  # finding
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
async def rates(session: Annotated[AsyncSession, Depends(get_session)], known: str = "") -> None:
    if known:
        await session.execute(text("select 1"), {"rate": known})
        return
    answer = await client.get("https://rates.example/")
    await session.execute(text("select 1"), {"rate": answer.text})


async def read_order() -> int:
    async with sessions() as session:
        return await session.scalar(text("select id from orders")) or 0


@app.get("/news")
async def read_news() -> str:
    order = await read_order()
    async with sessions.begin() as session:
        await session.execute(text("update orders set paid = true"))
    return (await client.get(f"https://news.example/{order}")).text
```
"""

from plumbrule.rulekit import (
    AWAITED_SERVICES,
    GIVING,
    SERVICES,
    SESSIONS,
    Call,
    Finding,
    Function,
    Given,
    Holding,
    Iterator,
    Moment,
    Project,
    Step,
    called,
    n,
    rule,
    steps_of,
    told_together,
)

QUERIES = ("execute", "exec", "scalar", "scalars", "get", "get_one", "query")
RECEIVE = ("receive_text", "receive_json", "receive_bytes", "receive", "iter_text", "iter_json", "iter_bytes")
CLIENT = frozenset(f"fastapi.WebSocket.{verb}" for verb in RECEIVE)


@rule(category="database", severity="warning", needs="sqlalchemy")
def session_held_across_io(project: Project) -> Iterator[Finding]:
    named = project.calls_to(*SERVICES, *AWAITED_SERVICES, *CLIENT)
    waiting = set(project.functions_leading_to(call for call in named if is_wait(call)))
    if not waiting:
        return
    asked = project.calls_to(*(f"{owner}{verb}" for owner in SESSIONS for verb in (*QUERIES, *GIVING)))
    holding = Holding(is_wait, {*waiting, *project.functions_leading_to(asked)})
    yield from told_together(
        finding(start, wait, taken)
        for start, moments in runs(project, waiting, holding)
        for wait, taken in holding.held(moments)
    )


def is_wait(call: Call) -> bool:
    """Whether a call waits for another service or for the client, where it stands."""
    if call.name in AWAITED_SERVICES or call.name in CLIENT:
        return call.is_awaited or isinstance(call.node.parent, (n.WithItem, n.For))
    return call.name in SERVICES


def runs(
    project: Project, waiting: set[Function], holding: Holding
) -> Iterator[tuple[Step, list[Moment | Given]]]:
    """What happens in turn for each route that waits, its dependencies first, and in the functions beside
    that open a session of their own.
    """
    for route in project.routes:
        handler, tree = route.handler, route.dependencies
        if handler not in waiting or handler is None or any(not d.complete for d in tree.tree):
            continue
        before = (d.function for d in tree if d.function is not None and not d.is_generator)
        moments = [m for function in (*before, handler) for m in holding.moments(function)]
        yield Step(route.label, handler.span), moments
    for function in sorted(waiting, key=lambda f: (f.module.path, f.node.start)):
        if not function.routes and project.serving.when(function) == "request":
            moments = list(holding.moments(function))
            yield Step(f"`{function.label}`", function.span), [m for m in moments if not is_of_request(m)]


def is_of_request(moment: Moment | Given) -> bool:
    """Whether a connection is taken by the session that a request brings along."""
    return isinstance(moment, Moment) and moment.kind == "take" and moment.session is None


def finding(start: Step, wait: Moment, taken: Moment) -> Finding:
    """A call waits while the connection of a query is kept: told where both are seen."""
    whom = "the client is waited for" if wait.call.name in CLIENT else "another service is asked"
    shared = sum(1 for one, other in zip(wait.way, taken.way, strict=False) if one is other)
    calls = (*wait.way, wait.call)
    at, deeper = calls[shared], calls[shared + 1 :]
    took = Step(f"`{called(taken.call.node.func)}` took it", taken.call.span)
    return Finding(
        at=at.func_span,
        message=f"a database connection is kept while {whom}",
        label=f"`{called(wait.call.node.func)}` waits in here" if deeper else "since the first query",
        help="commit or close before the call, or make the call first",
        chain=(start, *steps_of(calls[:shared]), took, *steps_of(deeper)),
    )

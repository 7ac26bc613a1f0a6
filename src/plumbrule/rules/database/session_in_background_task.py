"""The session of a request, handed to work that outlives it

When the task runs, the request is over: its dependency has closed the session
or is about to. The task works on a closed session, or keeps a connection of
the pool for as long as it takes: with one connection, the next request failed
(`QueuePool limit`).

## Bad

```python title="main.py"
import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def report(session: AsyncSession, name: str) -> None: ...


@app.post("/reports")
async def create_report(
    name: str, tasks: BackgroundTasks, session: Annotated[AsyncSession, Depends(get_session)]
) -> None:
    tasks.add_task(report, session, name)  # finding
    task = asyncio.create_task(report(session, name))  # finding
    task.add_done_callback(print)
```

## Good: the task opens its own

```python title="main.py"
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import BackgroundTasks, Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


async def report(name: str) -> None:
    async with sessions() as session:
        await session.commit()


@app.post("/reports")
async def create_report(
    name: str, tasks: BackgroundTasks, session: Annotated[AsyncSession, Depends(get_session)]
) -> None:
    await session.commit()
    tasks.add_task(report, name)
```

## Good: the task is waited for

```python title="main.py"
import asyncio
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

app = FastAPI()


async def get_session():
    async with AsyncSession() as session:
        yield session


async def count(session: AsyncSession) -> int:
    return 1


@app.get("/")
async def read(session: Annotated[AsyncSession, Depends(get_session)]) -> int:
    task = asyncio.create_task(count(session))
    return await task
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, n, rule

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")
SPAWNING = ("asyncio.create_task", "asyncio.ensure_future", "fastapi.BackgroundTasks.add_task")


@rule(
    category="database",
    severity="error",
    needs="sqlalchemy",
    calls=(*SPAWNING, "BackgroundTask", "add_task"),
)
def session_in_background_task(call: Call) -> Iterator[Finding]:
    function = call.caller
    if not isinstance(function, Function):
        return
    for value in handed_on(call):
        if is_request_session(function, value) and not is_waited_for(function, call):
            yield Finding(
                at=value.span,
                message=f"the task gets `{value.text}`, the session of a request that is over by then",
                label="closed by then, or its connection is kept until the task is done",
                help="open a session in the task itself; hand it ids, not objects",
            )


def handed_on(call: Call) -> tuple[n.Expr, ...]:
    """What a call gives to work that runs later."""
    if call.name in SPAWNING[:2]:
        match call.args:
            case (n.Call(args=args, keywords=keywords), *_):
                return (*args, *(k.value for k in keywords))
            case _:
                return ()
    return (*call.args[1:], *(k.value for k in call.keywords))


def is_request_session(function: Function, value: n.Expr) -> bool:
    """Whether a value is the session that a dependency gave to this function."""
    if not isinstance(value, n.Name) or value.id in function.bindings:
        return False
    parameter = function.parameter(value.id)
    if parameter is None:
        return False
    given = parameter.marker("Depends") is not None
    return given and parameter.type is not None and parameter.type.name in SESSIONS


def is_waited_for(function: Function, call: Call) -> bool:
    """Whether the function itself waits for the task."""
    if call.is_awaited:
        return True
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name),)):
            return name in n.names_in(*function.find(n.Await))
        case n.ExprStatement() | n.Return():
            return False
        case _:
            return call.name in SPAWNING[:2]

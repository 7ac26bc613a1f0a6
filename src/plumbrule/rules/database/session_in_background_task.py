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

## Bad: the session is in a service

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


async def tell(session: AsyncSession) -> None: ...


class Reports:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def send(self) -> None:
        asyncio.create_task(tell(self.session))  # finding


async def get_reports(session: Annotated[AsyncSession, Depends(get_session)]) -> Reports:
    return Reports(session)


@app.post("/reports")
async def create(tasks: BackgroundTasks, reports: Annotated[Reports, Depends(get_reports)]) -> None:
    tasks.add_task(reports.send)  # finding
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

from plumbrule.rulekit import Call, Class, Finding, Function, Iterator, n, rule

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
        session = value.text if is_request_session(function, value) else held_session(function, value)
        if session and not is_waited_for(function, call):
            yield Finding(
                at=value.span,
                message=f"the task gets `{session}`, the session of a request that is over by then",
                label="closed by then, or its connection is kept until the task is done",
                help="open a session in the task itself; hand it ids, not objects",
            )


def handed_on(call: Call) -> tuple[n.Expr, ...]:
    """What a call gives to work that runs later."""
    if call.name in SPAWNING[:2]:
        match call.args:
            case (n.Call(func=func, args=args, keywords=keywords), *_):
                return (func, *args, *(k.value for k in keywords))
            case _:
                return ()
    return (*call.args, *(k.value for k in call.keywords))


def is_request_session(function: Function, value: n.Expr) -> bool:
    """Whether a value is the session that a dependency gave to this function."""
    if not isinstance(value, n.Name) or value.id in function.bindings:
        return False
    parameter = function.parameter(value.id)
    if parameter is None:
        return False
    given = parameter.marker("Depends") is not None
    return given and parameter.type is not None and parameter.type.name in SESSIONS


def held_session(function: Function, value: n.Expr) -> str:
    """The session in a service that was injected here, when one of its methods or the service is handed on;
    or the one that the service itself hands on.
    """
    match value:
        case n.Attribute(value=n.Name(id="self"), attr=attr) if is_injected(function.cls):
            return value.text if attr in sessions_of(function.cls) else ""
        case n.Attribute(value=n.Name(id=name)) | n.Name(id=name) if name not in function.bindings:
            parameter = function.parameter(name)
            if parameter is None or parameter.marker("Depends") is None or parameter.type is None:
                return ""
            return next((f"{name}.{attr}" for attr in sessions_of(parameter.type.cls)), "")
        case _:
            return ""


def sessions_of(cls: Class | None) -> list[str]:
    """The attributes of a class that hold the session which it was made with."""
    made = cls.method("__init__") if cls is not None else None
    given = {p.name for p in made.parameters if p.type and p.type.name in SESSIONS} if made else set()
    attributes = cls.attributes.values() if cls is not None and given else ()
    return [a.name for a in attributes if isinstance(a.value, n.Name) and a.value.id in given]


def is_injected(cls: Class | None) -> bool:
    """Whether routes get an object of a class by a dependency."""
    dependencies = (d for route in cls.project.code_routes for d in route.dependencies) if cls else ()
    kinds = (d.parameter.type for d in dependencies if d.parameter is not None)
    return any(kind is not None and kind.cls is cls for kind in kinds)


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

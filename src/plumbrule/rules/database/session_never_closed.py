"""A dependency that returns a session, so that nobody closes it

What a dependency returns is never closed. Each request keeps a connection of
the pool until the garbage collector comes by: with a pool of two, the third
request waits thirty seconds and fails.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


def get_session() -> AsyncSession:
    return sessions()  # finding


@app.get("/")
async def read(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.connection()
```

## Good: it yields

```python title="main.py"
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session() -> AsyncIterator[AsyncSession]:
    async with sessions() as session:
        yield session


@app.get("/")
async def read(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await session.connection()
```

## Good: the one of the request, or closed by the route

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI, Request
from sqlalchemy.orm import Session, sessionmaker

app = FastAPI()
sessions = sessionmaker()


def get_session(request: Request) -> Session:
    return request.state.session


def new_session() -> Session:
    return sessions()


@app.get("/")
def read(session: Annotated[Session, Depends(get_session)]) -> None:
    session.connection()


@app.post("/")
def write(session: Annotated[Session, Depends(new_session)]) -> None:
    with session:
        session.connection()


@app.put("/")
def replace(session: Annotated[Session, Depends(new_session)]) -> None:
    session.close()
```
"""

from plumbrule.rulekit import Finding, Function, Iterator, Parameter, Route, n, rule

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")


@rule(category="database", severity="error", needs="sqlalchemy")
def session_never_closed(route: Route) -> Iterator[Finding]:
    for dependency in route.dependencies:
        function = dependency.function
        if function is None or function.is_generator or dependency.cls is not None:
            continue
        for statement in function.find(n.Return):
            receiver = dependency.parameter
            if makes_session(function, statement.value) and (receiver is None or not closes(receiver)):
                yield Finding(
                    at=statement.span,
                    message=f"the session that `{function.label}` returns is never closed",
                    label="each request keeps a connection of the pool",
                    help="`yield` it inside a `with` block",
                )


def makes_session(function: Function, value: n.Expr | None) -> bool:
    """Whether a session is made here, by a sessionmaker or a session class."""
    if isinstance(value, n.Name):
        found = [b.node for b in function.bindings.get(value.id, ())]
        return len(found) == 1 and isinstance(found[0], n.Assign) and makes_session(function, found[0].value)
    if not isinstance(value, n.Call):
        return False
    kind, call = function.type_of(value), function.call(value)
    is_registry = call.name.endswith("scoped_session") or "scoped" in value.func.text.lower()
    return kind is not None and kind.name in SESSIONS and call.function is None and not is_registry


def closes(parameter: Parameter) -> bool:
    """Whether the function that gets the session closes it."""
    for node in parameter.function.node.walk():
        match node:
            case n.Call(func=n.Attribute(value=n.Name(id=name), attr="close")) if name == parameter.name:
                return True
            case n.WithItem(value=n.Name(id=name)) if name == parameter.name:
                return True
    return False

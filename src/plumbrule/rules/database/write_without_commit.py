"""A write that nothing commits

The route adds the order and answers `201 Created`; the session is closed and
rolls back. Nobody sees an error, and the row does not exist.

## Bad

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()
sessions = async_sessionmaker()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


async def get_session():
    async with sessions() as session:
        yield session


async def add_order(session: AsyncSession, order_id: int) -> None:
    session.add(Order(id=order_id))


@app.post("/orders")
async def create_order(  # finding
    order_id: int, session: Annotated[AsyncSession, Depends(get_session)]
) -> None:
    await add_order(session, order_id)
```

## Bad: a statement that changes rows

```python title="main.py"
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

make = async_sessionmaker(expire_on_commit=False)
app = FastAPI()


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with make() as session:
        yield session


@app.delete("/orders/{order_id}")
async def delete_order(  # finding
    order_id: int, session: Annotated[AsyncSession, Depends(get_session)]
) -> None:
    statement = delete(Order)
    statement = statement.where(Order.id == order_id)
    await session.execute(statement)
```

## Good: the service, the dependency or a `begin()` commits

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


async def unit_of_work():
    async with sessions.begin() as session:
        yield session


async def add_order(session: AsyncSession) -> None:
    session.add(object())
    await session.commit()


@app.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    await add_order(session)


@app.put("/orders")
async def replace_order(
    session: Annotated[AsyncSession, Depends(unit_of_work, scope="function")],
) -> None:
    session.add(object())
```

## Good: somebody else may commit

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session


def hooks() -> list: ...


@app.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    session.add(object())
    for hook in hooks():
        await hook(session)
```
"""

import re

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Project,
    Reached,
    Route,
    Step,
    n,
    reached_calls,
    rule,
)

SESSIONS = ("sqlalchemy.ext.asyncio.AsyncSession", "sqlalchemy.orm.Session")
WRITES = {f"{owner}.{verb}" for owner in SESSIONS for verb in ("add", "add_all", "delete", "merge")}
ASKING = {f"{owner}.{verb}" for owner in SESSIONS for verb in ("execute", "exec", "scalar", "scalars")}
CHANGES = re.compile(r"(sqlalchemy|sqlmodel)\.(.*\.)?(insert|update|delete)")
COMMITS = {"commit", "begin", "begin_nested", "run_sync"}
METHODS = {"POST", "PUT", "PATCH", "DELETE"}


@rule(category="database", severity="error", needs="sqlalchemy")
def write_without_commit(project: Project) -> Iterator[Finding]:
    changing = [call for call in project.calls_to(*ASKING) if is_write(call)]
    writing = set(project.functions_leading_to([*project.calls_to(*WRITES), *changing]))
    for route in project.code_routes:
        if route.handler in writing and route.dependencies.complete and not route.decorators:
            yield from uncommitted(route, route.handler)


def uncommitted(route: Route, handler: Function) -> Iterator[Finding]:
    """What a route writes, if nothing commits it."""
    if not METHODS & set(route.methods):
        return
    reached = list(reached_calls(handler))
    write = next((r for r in reached if is_write(r.call)), None)
    if write is None or any(may_commit(r) for r in reached) or others_commit(route):
        return
    yield Finding(
        at=handler.span,
        message=f"nothing commits what {route.label} writes",
        label="the session rolls back when it is closed",
        help="commit in the service that writes, or inject a session from `sessionmaker.begin()`",
        chain=(*(Step(f"calls `{c.node.func.text}`", c.span) for c in write.chain), step(write.call)),
    )


def is_write(call: Call) -> bool:
    """Whether a call of a session changes rows, or marks them to be changed."""
    if call.name in ASKING:
        return bool(call.args) and changes(call.args[0], call)
    return call.name in WRITES


def changes(statement: n.Expr, call: Call) -> bool:
    """Whether a statement is made by `delete(…)` and the like."""
    match statement:
        case n.Call(func=n.Attribute(value=n.Call() | n.Name() as inner)):
            return is_change(statement, call) or changes(inner, call)
        case n.Call():
            return is_change(statement, call)
        case n.Name(id=name) if isinstance(call.caller, Function):
            made = [b.node.value for b in call.caller.bindings.get(name, ()) if isinstance(b.node, n.Assign)]
            return any(isinstance(value, n.Call) and is_change(root(value), call) for value in made)
        case _:
            return False


def root(statement: n.Call) -> n.Call:
    """`delete(Order)` of `delete(Order).where(…)`."""
    match statement.func:
        case n.Attribute(value=n.Call() as inner):
            return root(inner)
        case _:
            return statement


def is_change(statement: n.Call, call: Call) -> bool:
    return CHANGES.fullmatch(call.scope.name_of(statement.func) or "") is not None


def step(call: Call) -> Step:
    """Where it is written."""
    return Step(f"`{call.node.func.text}`", call.span)


def may_commit(reached: Reached) -> bool:
    """Whether a call commits, or gets the session (or an object that may hold it) and cannot be followed."""
    call = reached.call
    if call.method in COMMITS:
        return True
    if call.function is not None:
        return bool(call.function.node.decorators) and not call.function.is_static
    if call.name.startswith(SESSIONS) or call.name.startswith("builtins."):
        return False
    given = (call.scope.type_of(value) for value in (*call.args, *(k.value for k in call.keywords)))
    unknown = call.name == "" and call.receiver is not None and call.receiver.text.startswith("self.")
    return unknown or any(kind is not None and kind.name in SESSIONS for kind in given)


def others_commit(route: Route) -> bool:
    """Whether a dependency, a middleware, a route class or the engine may commit."""
    if route.router.option("route_class") is not None or route.app is None:
        return True
    functions: list[Function] = [d.function for d in route.dependencies if d.function is not None]
    functions += [m.function for m in route.app.middleware if m.function is not None]
    if any(m.function is None and ".middleware." not in m.name for m in route.app.middleware):
        return True
    if any(r.call.method in COMMITS for f in functions for r in reached_calls(f)):
        return True
    if any(is_out_of_sight(f) for f in functions):
        return True
    return commits_by_itself(route)


def is_out_of_sight(function: Function) -> bool:
    """Whether a dependency yields what a context manager gives that cannot be followed."""
    for item in function.find(n.WithItem) if function.is_generator else ():
        kind = function.type_of(item.value)
        followed = isinstance(item.value, n.Call) and function.call(item.value).function is not None
        if not followed and (kind is None or kind.name not in SESSIONS):
            return True
    return False


def commits_by_itself(route: Route) -> bool:
    """Whether an engine or session factory of the project commits every statement."""
    for module in route.project.mentioning(b"isolation_level", b"autocommit"):
        for scope in (module, *module.classes, *module.functions):
            for call in scope.calls:
                level, auto = call.keyword("isolation_level"), call.keyword("autocommit")
                if isinstance(level, n.Constant) and level.value == "AUTOCOMMIT":
                    return True
                if isinstance(auto, n.Constant) and auto.value is True:
                    return True
    return False

"""Calls that run at once on one session

An `AsyncSession` does one thing at a time. Gathered calls that share one are
no faster (308 ms for three of 100 ms), and under load they fail: with
`pool_pre_ping` 40 of 60 (`This session is provisioning a new connection`), with
writes 30 of 40 (`Session is already flushing`). On a warm pool it works by
luck, so the tests pass.

## Bad

```python title="app/dashboard.py"
import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session
from app.services import OrderService, UserService

router = APIRouter()


@router.get("/dashboard")
async def dashboard(session: Annotated[AsyncSession, Depends(get_session)]) -> list[int]:
    orders, users = OrderService(session), UserService(session)
    return await asyncio.gather(orders.count(), users.count())  # finding
```

```python title="app/services.py"
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class OrderService:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self) -> int:
        return await self.session.scalar(text("select 1")) or 0


class UserService(OrderService): ...
```

```python title="app/db.py"
from sqlalchemy.ext.asyncio import AsyncSession


async def get_session():
    async with AsyncSession() as session:
        yield session
```

## Bad: one function for many rows, tasks in a group

```python title="main.py"
import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

app = FastAPI()


async def price(session: AsyncSession, item: int) -> int:
    return await session.scalar(text("select 1")) or item


async def prices(session: AsyncSession, items: list[int]) -> list[int]:
    return await asyncio.gather(*[price(session, item) for item in items])  # finding


async def warm(session: AsyncSession) -> None:
    async with asyncio.TaskGroup() as group:  # finding
        group.create_task(price(session, 1))
        group.create_task(price(session, 2))
```

## Good: a session for each task

```python title="main.py"
import asyncio

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def price(item: int) -> int:
    async with sessions() as session:
        return await session.scalar(text("select 1")) or item


async def refresh(session: AsyncSession) -> None:
    await session.commit()


async def prices(session: AsyncSession, items: list[int]) -> list[int]:
    await asyncio.gather(refresh(session), asyncio.sleep(1))
    return await asyncio.gather(*[price(item) for item in items])
```

## Good: only noted in the session, or a default that is written over

```python title="main.py"
import asyncio
from abc import ABC, abstractmethod

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Prices(ABC):
    @abstractmethod
    async def read(self, item: int) -> int: ...

    async def read_all(self, items: list[int]) -> list[int]:
        return await asyncio.gather(*[self.read(item) for item in items])


class SQLPrices(Prices):
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def read(self, item: int) -> int:
        return await self.session.scalar(text("select 1")) or item

    async def read_all(self, items: list[int]) -> list[int]:
        found = await self.session.scalars(text("select price from items"))
        return list(found)

    async def note(self, item: object) -> None:
        self.session.add(item)

    async def note_all(self, items: list[object]) -> None:
        await asyncio.gather(*[self.note(item) for item in items])
```
"""

from collections import Counter

from plumbrule.rulekit import Call, Class, Finding, Function, Iterator, n, rule

GATHER = "asyncio.gather"
NOTING = {"add", "add_all", "expunge", "expire"}
"""what asks the database nothing"""
SESSION = "sqlalchemy.ext.asyncio.AsyncSession"


@rule(category="async", severity="error", needs="sqlalchemy", calls=(GATHER, "*TaskGroup"))
def shared_session_in_gather(runner: Call) -> Iterator[Finding]:
    uses: Counter[str] = Counter()
    for call, many in at_once(runner):
        for session in sessions_of(call):
            uses[session] += 2 if many and is_outside(call, session) else 1
    shared = [session for session, count in uses.items() if count > 1]
    if shared:
        yield Finding(
            at=runner.func_span if runner.name == GATHER else runner.span,
            message=f"calls that run at once share the session `{shared[0]}`",
            label="a session does one thing at a time",
            help="make it one query, await them one after the other, or give each task its own session",
        )


def at_once(runner: Call) -> Iterator[tuple[Call, bool]]:
    """The calls that a `gather` or task group runs at once, and whether each stands for many."""
    function = runner.caller
    if not isinstance(function, Function):
        return
    if runner.name == GATHER:
        for arg in runner.args:
            yield from gathered(function, arg)
        return
    match runner.node.parent:
        case n.WithItem(target=n.Name(id=group)):
            for call in function.calls:
                yield from grouped(function, call, group)


def gathered(function: Function, arg: n.Expr) -> Iterator[tuple[Call, bool]]:
    """The calls behind one argument of `gather`."""
    match arg:
        case n.Call():
            yield function.call(arg), False
        case n.Starred(value=n.Comprehension(element=n.Call() as element)):
            yield function.call(element), True


def grouped(function: Function, call: Call, group: str) -> Iterator[tuple[Call, bool]]:
    """The coroutine call given to `group.create_task`."""
    match call.node:
        case n.Call(func=n.Attribute(value=n.Name(id=name), attr="create_task"), args=(n.Call() as made, *_)):
            if name == group:
                yield function.call(made), call.within(n.For) is not None


def sessions_of(call: Call) -> set[str]:
    """The names of the sessions that a coroutine call works on: given to it, or held by its object."""
    found = {arg.text for arg in (*call.args, *(k.value for k in call.keywords)) if is_session(call, arg)}
    receiver = call.receiver
    if receiver is not None and is_session(call, receiver):
        found.add(receiver.text)
    elif receiver is not None and call.function is not None and is_shared_by_its_object(call):
        found.add(held_by(call, receiver))
    return found


def held_by(call: Call, receiver: n.Expr) -> str:
    """The session that an object was made with, else the object itself."""
    if isinstance(receiver, n.Name):
        for binding in call.scope.bindings.get(receiver.id, ()):
            for made in made_with(binding.node, receiver.id):
                for arg in made.args:
                    if is_session(call, arg):
                        return arg.text
    return receiver.text


def made_with(node: n.Node, name: str) -> Iterator[n.Call]:
    """The call that a name is bound to, also in `a, b = A(), B()`."""
    match node:
        case n.Assign(targets=(n.Name(),), value=n.Call() as value):
            yield value
        case n.Assign(targets=(n.Sequence(items=names),), value=n.Sequence(items=values)):
            for target, item in zip(names, values, strict=False):
                if isinstance(target, n.Name) and target.id == name and isinstance(item, n.Call):
                    yield item


def is_session(call: Call, value: n.Expr) -> bool:
    """Whether an expression is a session."""
    kind = call.scope.type_of(value) if isinstance(value, (n.Name, n.Attribute)) else None
    return kind is not None and kind.name == SESSION


def is_shared_by_its_object(call: Call) -> bool:
    """Whether a method works on a session of its object, and no class that has one does otherwise: a default
    that is written over does not run there.
    """
    method, caller = call.function, call.caller
    own = method.cls if method is not None else None
    if own is None or not isinstance(caller, Function) or method is None or not uses_own_session(method):
        return False
    return caller.cls is own or caller.name not in own.methods


def uses_own_session(method: Function) -> bool:
    """Whether a method works on a session that its object holds."""
    if not isinstance(method.cls, Class):
        return False
    for call in method.calls:
        receiver = call.receiver
        if (
            isinstance(receiver, n.Attribute)
            and call.method not in NOTING
            and is_session(call, receiver)
            and receiver.text.startswith("self.")
        ):
            return True
    return False


def is_outside(call: Call, session: str) -> bool:
    """Whether a session is not made anew for each turn of the loop around a call."""
    loops = [p for p in call.node.parents if isinstance(p, (n.For, n.Comprehension, n.With))]
    for loop in loops:
        for node in loop.walk():
            match node:
                case n.WithItem(target=n.Name(id=name)) | n.Clause(target=n.Name(id=name)) if name == session:
                    return False
    return True

"""A coroutine that is made and never awaited

Calling an `async def` does not run it: it makes a coroutine. Without `await`
a rollback does not roll back, a write writes nothing, and `if not
can_write(user)` is never true, because every coroutine counts as true.

## Bad

```python title="app/orders.py"
from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from app.permissions import Permissions


async def create_order(user: str, session: AsyncSession) -> None:
    if not Permissions.can_write(user):  # finding
        raise HTTPException(403)
    session.commit()  # finding
```

```python title="app/permissions.py"
class Permissions:
    @staticmethod
    async def can_write(user: str) -> bool:
        return user == "root"
```

## Fixed

```python title="app/orders.py"
from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from app.permissions import Permissions


async def create_order(user: str, session: AsyncSession) -> None:
    if not await Permissions.can_write(user):
        raise HTTPException(403)
    await session.commit()
```

## Bad: kept under a name, or what the other methods await

```python title="app/users.py"
async def find(email: str) -> str | None:
    return None


async def sign_up(email: str) -> str | None:
    global waiting
    waiting = find(email)
    user = find(email)  # finding
    return email if user else None


class Users:
    async def read(self, name: str):
        return await self.collection.find_one({"name": name})

    async def has(self, name: str) -> bool:
        return bool(await self.collection.find_one({"name": name}))

    async def lacks(self, name: str) -> bool:
        return not self.collection.find_one({"name": name})  # finding
```

## Bad: as the second choice, or given to what takes a value

```python title="main.py"
from fastapi.responses import JSONResponse


class Price(int): ...


async def find_price(item: int) -> Price:
    return Price()


def rounded(price: Price, *, by: int | None = None) -> int:
    return price


async def read(item: int, known: Price | None = None) -> int:
    price = known or find_price(item)  # finding
    if price is not None:
        return price
    return 0


async def read_rounded(item: int) -> int:
    price = find_price(item)  # finding
    print(JSONResponse(find_price(item)))  # finding
    return rounded(price)
```

## Bad: what the client is to get, or what is never None

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


async def find(order_id: int) -> dict[str, int] | None: ...


@app.get("/orders/{order_id}")
async def read_order(order_id: int) -> dict[str, int] | None:
    return find(order_id)  # finding


@app.get("/orders/{order_id}/copy")
def read_copy(order_id: int) -> dict[str, int] | None:
    order = find(order_id)  # finding
    return order


@app.get("/orders/{order_id}/state")
async def read_state(order_id: int) -> str:
    order = find(order_id)  # finding
    return "unknown" if order is None else "known"
```

## Bad: a library's own coroutines

```python title="main.py"
import anyio
from fastapi import FastAPI, Request

app = FastAPI()


@app.put("/logo")
async def put_logo(request: Request) -> int:
    async with await anyio.open_file("logo", "wb") as file:
        file.write(await request.body())  # finding
    return request.json()["version"]  # finding
```

## Bad: unpacked, or returned by a function that says it gives a value

```python title="main.py"
import aiohttp
from fastapi.concurrency import run_in_threadpool


def rows() -> list[dict[str, int]]: ...
async def names() -> tuple[str, str]: ...


async def all_rows() -> list[dict[str, int]]:
    return run_in_threadpool(rows)  # finding


async def first() -> str:
    name, _ = names()  # finding
    return name


async def page(client: aiohttp.ClientSession) -> str:
    async with client.get("/page") as response:
        if response.ok:
            text = response.text()  # finding
        else:
            text = response.text()  # finding
        return f"<p>{text}</p>"
```

## Bad: iterated, or what is in one branch of two; a decorator that makes an `async def` of it

```python title="main.py"
import json

from out_of_sight import exists


def traced(function):
    async def wrapper(*given):
        return await function(*given)

    return wrapper


@traced
async def find(name: str) -> list[str]: ...


async def read(name: str, known: list[str]) -> list[str]:
    found = known
    if await exists("one") or await exists("two"):
        found = find(name)  # finding
    if not found or not exists(name):  # finding
        return []
    json.dumps(found)
    return [x for x in find(name)]  # finding
```

## Good: awaited later, returned, gathered, made a task, given to what may await it; a branch that never runs

```python title="main.py"
import asyncio
from collections.abc import Awaitable
from typing import Any

tasks: set[asyncio.Task[int]] = set()


async def price(item: int) -> int:
    return item


def prices(item: int):
    return price(item)


async def doubled(value: Awaitable[int] | int, note: Any = None) -> int:
    return 2 * (value if isinstance(value, int) else await value)


async def read_doubled(known: int | None = None) -> int:
    later = known or price(1)
    print(later.real if isinstance(later, int) else await later)
    if False and known:
        price(3)
    return await doubled(price(1), note=price(2))


async def read_one_of(item: int, known: int | None) -> int:
    if known is None:
        found = price(item)
        tasks.add(asyncio.ensure_future(found))
        return 0
    found = known
    return found.real


async def read() -> int:
    later = price(1)
    both = await asyncio.gather(price(2), *[price(i) for i in range(3)])
    task = asyncio.create_task(price(4))
    tasks.add(task)
    return await later + sum(both) + await prices(5) + await asyncio.wait_for(price(6), 1)
```

## Good: a decorator may await it, or have made it an ordinary function; None until it is made

```python title="main.py"
import asyncio
from functools import wraps

from fastapi import FastAPI

app = FastAPI()


def awaited(function):
    @wraps(function)
    async def wrapper(order_id: int):
        return await function(order_id)

    return wrapper


async def find(order_id: int) -> int:
    return order_id


@app.get("/orders/{order_id}")
@awaited
def read_order(order_id: int):
    return find(order_id)


async def read_copy(order_id: int) -> int:
    later = find(order_id) if order_id else None
    return 0 if later is None else await later


def run_now(function):
    return wraps(function)(lambda *args: asyncio.run(function(*args)))


@run_now
async def count() -> int:
    return 1


def read() -> int:
    count()
    return count() if count() else 0
```

## Good: the call may run the ordinary method of a subclass

```python title="main.py"
class Emitter:
    async def emit(self, text: str) -> None: ...


class Printer(Emitter):
    def emit(self, text: str) -> None: ...


emitter: Emitter = Printer()


async def read() -> None:
    emitter.emit("read")
```

## Good: a repository for both kinds of session, and adding needs no await

```python title="main.py"
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session


class Repository:
    def __init__(self, session: AsyncSession | Session) -> None:
        self.session = session

    async def save(self) -> None:
        await self.session.commit()

    def save_sync(self) -> None:
        self.session.commit()


def read() -> None:
    Repository(Session()).save_sync()


async def add(session: AsyncSession) -> None:
    session.add(object())
```

## References

Python warns at run time; ty and mypy check the discarded call, not the condition.
"""

from plumbrule.rulekit import (
    ALWAYS_TRUE,
    COROUTINES,
    NOTHING_RUNS,
    Call,
    Finding,
    Function,
    Iterator,
    Project,
    around,
    awaited_imports,
    awaiting,
    is_dead,
    makes_coroutine,
    misuse,
    misuse_of_answer,
    misuse_of_kept,
    n,
    rule,
    untaken,
)

LIBRARY = {name.rpartition(".")[2] for name in COROUTINES}
USES = (n.Assign, n.Call, n.Keyword)


@rule(category="async", severity="error")
def coroutine_never_awaited(project: Project) -> Iterator[Finding]:
    for call in project.calls_named({*LIBRARY, *(f.name for f in project.functions if f.is_async)}):
        if not isinstance(call.scope, Function):
            continue
        wrong = misuse(call.node) or misuse_of_answer(call.node, call.scope)
        if not (wrong or isinstance(around(call.node), USES)):
            continue
        if not call.module.is_broken and makes_coroutine(call) and not is_dead(call):
            wrong = wrong or misuse_of_kept(call, call.scope) or untaken(call.node, call.scope)
            if wrong is not None:
                yield finding(call, call.scope, wrong)
    for call in awaited_imports(project):
        if isinstance(call.scope, Function) and not is_dead(call):
            yield finding(call, call.scope, ALWAYS_TRUE)


def finding(call: Call, function: Function, wrong: str) -> Finding:
    """What is wrong with a call in a function."""
    begins = wrong == NOTHING_RUNS and call.name.startswith("motor.")
    return Finding(
        at=call.func_span,
        message=f"`{call.node.func.text}(…)` is never awaited",
        label="it begins by itself: whether it fails, and when it ends, nobody hears" if begins else wrong,
        help="write `await` before it"
        if function.is_async
        else f"await it; `{function.label}` must be `async def`",
        fix=awaiting(call) if function.is_async else None,
        severity="warning" if begins else None,
    )

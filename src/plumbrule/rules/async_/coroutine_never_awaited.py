"""A coroutine that is made and never awaited

Calling an `async def` does not run it: it makes a coroutine. Without `await`
a rollback does not roll back, a write writes nothing, and `if not
can_write(user)` is never true, because every coroutine counts as true.

## Bad

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session
from app.permissions import Permissions

router = APIRouter()


@router.post("/orders")
async def create_order(user: str, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
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

```python title="app/db.py"
async def get_session(): ...
```

## Fixed

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from app.db import get_session
from app.permissions import Permissions

router = APIRouter()


@router.post("/orders")
async def create_order(user: str, session: Annotated[AsyncSession, Depends(get_session)]) -> None:
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

## Good: awaited later, returned, gathered or made a task

```python title="main.py"
import asyncio

from fastapi import FastAPI

app = FastAPI()
tasks: set[asyncio.Task[int]] = set()


async def price(item: int) -> int:
    return item


def prices(item: int):
    return price(item)


@app.get("/")
async def read() -> int:
    later = price(1)
    both = await asyncio.gather(price(2), *[price(i) for i in range(3)])
    task = asyncio.create_task(price(4))
    tasks.add(task)
    return await later + sum(both) + await prices(5) + await asyncio.wait_for(price(6), 1)
```

## Good: a decorator may have made it an ordinary function

```python title="main.py"
import asyncio
from functools import wraps

from fastapi import FastAPI

app = FastAPI()


def run_now(function):
    @wraps(function)
    def wrapper(*args):
        return asyncio.run(function(*args))

    return wrapper


@run_now
async def count() -> int:
    return 1


@app.get("/")
def read() -> int:
    count()
    return count() if count() else 0
```

## Good: the call may run the ordinary method of a subclass

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


class Emitter:
    async def emit(self, text: str) -> None: ...


class Printer(Emitter):
    def emit(self, text: str) -> None: ...


emitter: Emitter = Printer()


@app.get("/")
async def read() -> None:
    emitter.emit("read")
```

## Good: the call may run the ordinary method of another class

```python title="main.py"
from fastapi import FastAPI

app = FastAPI()


class Later:
    async def clear(self) -> None: ...


class Now:
    def clear(self) -> None: ...


class Shelf:
    def __init__(self, store: Later | Now | None = None) -> None:
        self.store = store

    def clear(self) -> None:
        if self.store:
            self.store.clear()


@app.get("/")
async def read() -> None:
    Shelf(Now()).clear()
```

## Good: a repository for both kinds of session

```python title="main.py"
from typing import Union

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

app = FastAPI()


class Repository:
    def __init__(self, session: Union[AsyncSession, Session]) -> None:
        self.session = session

    async def save(self) -> None:
        await self.session.commit()

    def save_sync(self) -> None:
        self.session.commit()


@app.get("/")
def read() -> None:
    Repository(Session()).save_sync()
```

## Good: a branch that never runs

```python title="main.py"
async def price(item: int) -> int:
    return item


async def read(item: int) -> int:
    if False and item:
        price(item)
    return await price(item)
```

## Good: adding to a session needs no await

```python title="main.py"
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

app = FastAPI()


@app.get("/")
async def read() -> None:
    async with AsyncSession() as session:
        session.add(object())
        session.expunge_all()
```

## References

Python warns of it at run time; ty and mypy check the discarded call, not the condition.
"""

import re

from plumbrule.rulekit import COROUTINES, Call, Edit, Finding, Fix, Function, Iterator, Project, n, rule

LIBRARY = {name.rpartition(".")[2] for name in COROUTINES}
ALWAYS_TRUE = "a coroutine is always true"
TRANSPARENT = {"staticmethod", "classmethod", "abstractmethod", "override", "enforce_types", "trace_method"}


@rule(category="async", severity="error")
def coroutine_never_awaited(project: Project) -> Iterator[Finding]:
    for call in project.calls_named({*LIBRARY, *(f.name for f in project.functions if f.is_async)}):
        wrong, function = misuse(call.node), call.scope
        may_be = wrong is not None or isinstance(call.node.parent, n.Assign)
        if not may_be or not isinstance(function, Function) or call.module.is_broken:
            continue  # in a broken file an `await` may be missing because it was not understood
        surely = makes_coroutine(call) and not is_dead(call)
        if surely and (how := wrong or misuse_of_kept(call, function)) is not None:
            yield finding(call, function, how)


def finding(call: Call, function: Function, wrong: str) -> Finding:
    """What is wrong with a call in a function."""
    return Finding(
        at=call.func_span,
        message=f"`{call.node.func.text}(…)` is never awaited",
        label=wrong,
        help="write `await` before it"
        if function.is_async
        else f"await it; `{function.label}` must be `async def`",
        fix=awaiting(call) if function.is_async else None,
    )


def misuse_of_kept(call: Call, function: Function) -> str | None:
    """What goes wrong with a result that gets a name, if that is the only one and nothing awaits it."""
    match call.node.parent:
        case n.Assign(targets=(n.Name(id=name) as target,)) if len(function.bindings.get(name, ())) == 1:
            if any(name in scoped.names for scoped in function.find(n.Scoped)):
                return None
            names = (node for node in function.node.walk() if isinstance(node, n.Name) and node.id == name)
            wrongs = [misuse(node) for node in names if node is not target]
            return (wrongs or ["nothing runs"])[0] if all(wrongs) else None
        case _:
            return None


def misuse(result: n.Expr) -> str | None:  # noqa: PLR0911 - one return a way to use it
    """What goes wrong with a result if it is a coroutine; None where a coroutine may be meant."""
    match result.parent:
        case n.Await() | n.Call() | n.Assign() | n.Keyword() | n.Return():
            return None
        case n.ExprStatement():
            return "nothing runs"
        case n.UnaryOp(op="not") | n.If() | n.While():
            return ALWAYS_TRUE
        case n.BoolOp(left=left) | n.Conditional(test=left) if left is result:
            return ALWAYS_TRUE
        case n.Compare(ops=ops) if not {"is", "is not"} & set(ops):
            return "a coroutine equals nothing"
        case n.Attribute(attr=attr) if attr not in ("close", "send", "throw", "__await__"):
            return f"a coroutine has no `{attr}`"
        case n.Subscript(value=value) if value is result:
            return "a coroutine has no items"
        case _:
            return None


def is_dead(call: Call) -> bool:
    """Whether a call stands under `if False`, so that it never runs."""
    branches = (parent for parent in call.node.parents if isinstance(parent, n.If))
    return any(branch.test.text.startswith(("False", "0 and")) for branch in branches)


def makes_coroutine(call: Call) -> bool:
    """Whether what is called is a coroutine function, surely."""
    called = call.function
    if called is None:
        others = call.receiver_type.others if call.receiver_type else ()
        names = (call.name, *(f"{o.name}.{call.method}" for o in others))
        return all(name in COROUTINES for name in names) or (not call.name and is_awaited_beside(call))
    plain = all(name.rpartition(".")[2] in TRANSPARENT for name in called.decorator_names)
    if not called.is_async or called.is_generator or not plain or called.name == "__init__":
        return False
    scope = called.cls or called.parent or called.module
    once = len(scope.bindings.get(called.name, ())) == 1
    return once and not is_overridden(called) and not may_be_plain(call)


def is_awaited_beside(call: Call) -> bool:
    """Whether another method of the class awaits the very same call: `self.users.find_one(…)`."""
    written = call.node.func.text
    cls = call.caller.cls if isinstance(call.caller, Function) else None
    if cls is None or not re.fullmatch(r"self(\.\w+){2,}", written):
        return False
    same = [c for m in cls.methods.values() for c in m.calls if c.node.func.text == written]
    return sum(c.is_awaited for c in same) * 2 > len(same)


def may_be_plain(call: Call) -> bool:
    """Whether another member of the receiver's union has an ordinary method of that name."""
    others = call.receiver_type.others if call.receiver_type else ()
    methods = [kind.cls.method(call.method) if kind.cls else None for kind in others]
    return any(method is None or not method.is_async for method in methods)


def is_overridden(method: Function) -> bool:
    """Whether a subclass has an ordinary function in the place of a coroutine function."""
    if method.cls is None:
        return False
    others = (c.methods.get(method.name) for c in method.project.subclasses(method.cls.qualified_name))
    return any(other is not None and not other.is_async for other in others)


def awaiting(call: Call) -> Fix:
    """Put `await` before a call, in parentheses where something follows it."""
    at, source = call.span, call.module.source
    if not isinstance(call.node.parent, (n.Attribute, n.Subscript)):
        return Fix((Edit(source.span(at.start, at.start), "await "),), safe=False)
    return Fix(
        (Edit(source.span(at.start, at.start), "(await "), Edit(source.span(at.end, at.end), ")")), safe=False
    )

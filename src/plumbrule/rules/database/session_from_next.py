"""A session taken out of its dependency with `next`, which closes it

`next(get_session())` leaves nobody who holds the generator: Python ends it in
the same moment, and its `finally` or `with` closes the session. What is done
with the session afterwards opens it again, and now nothing closes it: its
connection goes back when the garbage collector comes by, uncommitted. With
`anext` it is closed a little later, while it is in use; and `next` of an
`async def` is a TypeError.

## Bad

```python title="main.py"
from collections.abc import Iterator

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def count_orders() -> int:
    session = next(get_session())  # finding
    return session.scalar(text("SELECT count(*) FROM orders")) or 0
```

## Bad: nothing comes of it at all

```python title="main.py"
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

engine = create_async_engine("sqlite+aiosqlite://")


async def get_session() -> AsyncIterator[AsyncSession]:
    async with AsyncSession(engine) as session:
        yield session


async def find_orders() -> AsyncSession:
    return next(get_session())  # type: ignore  # finding
```

## Good: it is entered

```python title="main.py"
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def count_orders() -> int:
    with contextmanager(get_session)() as session:
        return session.scalar(text("SELECT count(*) FROM orders")) or 0
```

## Good: the generator is kept, or the session is closed by hand

```python title="main.py"
from collections.abc import Iterator

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

engine = create_engine("sqlite://")


def get_session() -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def get_number() -> Iterator[int]:
    yield 1


def count_orders() -> int:
    sessions = get_session()
    session = next(sessions)
    count = session.scalar(text("SELECT count(*) FROM orders")) or 0
    sessions.close()
    return count + next(get_number())


def count_bills() -> int:
    session = next(get_session())
    try:
        return session.scalar(text("SELECT count(*) FROM bills")) or 0
    finally:
        session.close()
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Project, n, rule

SESSIONS = ("sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession")


@rule(category="database", severity="warning", needs="sqlalchemy")
def session_from_next(project: Project) -> Iterator[Finding]:
    for call in project.calls_to("builtins.next", "builtins.anext"):
        source = given(call)
        if not isinstance(call.caller, Function) or source is None:
            continue
        manager = "asynccontextmanager" if source.is_async else "contextmanager"
        entered = f"enter it: `{'async ' * source.is_async}with {manager}({source.name})() as session`"
        if source.is_async and call.name == "builtins.next":
            yield Finding(
                at=call.span,
                message=f"`{call.node.text}` raises TypeError",
                label=f"`{source.name}` is an async generator, which `next` takes nothing from",
                help=entered,
                severity="error",
            )
        elif not is_closed(call):
            yield Finding(
                at=call.span,
                message=f"`{call.node.text}` closes the session in the same moment",
                label="nobody holds the generator, so it ends; what uses the session opens it again",
                help=entered,
            )


def given(call: Call) -> Function | None:
    """The function that yields a session, if it is called right there."""
    made = call.args[0] if call.args else None
    source = call.scope.call(made).function if isinstance(made, n.Call) else None
    if source is None or not source.is_generator:
        return None
    kinds = (source.type_of(y.value) for y in source.find(n.Yield) if y.value is not None)
    return source if any(kind is not None and kind.name in SESSIONS for kind in kinds) else None


def is_closed(call: Call) -> bool:
    """Whether the function closes what the call gives, or enters it."""
    named = call.node.parent.value if isinstance(call.node.parent, n.Await) else call.node
    assign = next((p for p in named.parents if isinstance(p, n.Assign)), None)
    if assign is None:
        return any(isinstance(parent, n.WithItem) for parent in call.node.parents)
    names = {target.text for target in assign.targets}
    closed = (c.receiver.text for c in call.scope.calls if c.method == "close" and c.receiver is not None)
    entered = (item.value.text for item in call.scope.find(n.WithItem) if item.value is not None)
    return not names.isdisjoint({*closed, *entered})

"""A session is asked again after a flush that failed, with no rollback

What fails in `flush` or `commit` ends the transaction of the session. Until
`rollback()` every further query raises `PendingRollbackError`: the branch that
was to deal with a duplicate answers 500, always. Flush in a savepoint
(`begin_nested()`), which takes back only what has failed.

## Bad

```python title="main.py"
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)


class Orders:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def create(self, key: str) -> Order:
        order = Order(key=key)
        self.session.add(order)
        try:
            await self.session.flush()
        except IntegrityError:
            return await self.by_key(key)  # finding
        return order

    async def by_key(self, key: str) -> Order:
        return (await self.session.scalars(select(Order).where(Order.key == key))).one()


async def ensure(session: AsyncSession, key: str) -> Order:
    session.add(Order(key=key))
    try:
        await session.commit()
    except IntegrityError:
        pass
    return (await session.scalars(select(Order).where(Order.key == key))).one()  # finding
```

## Good: a savepoint, or a rollback, or nothing more is asked

```python title="main.py"
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)


async def by_key(session: AsyncSession, key: str) -> Order:
    return (await session.scalars(select(Order).where(Order.key == key))).one()


async def in_a_savepoint(session: AsyncSession, key: str) -> Order:
    try:
        async with session.begin_nested():
            session.add(Order(key=key))
            await session.flush()
    except IntegrityError:
        return await by_key(session, key)
    return await by_key(session, key)


async def rolled_back(session: AsyncSession, key: str) -> Order:
    session.add(Order(key=key))
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
    return await by_key(session, key)


async def answered(session: AsyncSession, key: str) -> Order:
    session.add(Order(key=key))
    try:
        await session.commit()
    except IntegrityError as error:
        if "key" in str(error):
            raise ValueError(key) from error
        else:
            raise
    return await by_key(session, key)


async def taken_back(session: AsyncSession, key: str) -> Order:
    session.add(Order(key=key))
    try:
        await session.flush()
    except IntegrityError:
        await begin_anew(session)
    return (await session.scalars(select(Order).where(Order.key == key))).one()


async def begin_anew(session: AsyncSession) -> None:
    await session.rollback()


async def refused(session: AsyncSession, key: str) -> None:
    session.add(Order(key=key))
    try:
        await session.flush()
    except IntegrityError as error:
        raise ValueError(key) from error
    await session.commit()
```
"""

import re

from plumbrule.rulekit import Call, Finding, Function, Iterator, Step, is_logging, n, rule

OWNERS = ("sqlalchemy.ext.asyncio.AsyncSession.", "sqlalchemy.orm.Session.")
ASKING = {"commit", "execute", "flush", "get", "get_one", "refresh", "scalar", "scalars", "stream"}
LEAVING = re.compile(r"\b(return|raise|continue|break)\b")
VALUES = ("builtins.", "sqlalchemy.")


@rule(
    category="database",
    severity="error",
    needs="sqlalchemy",
    calls=tuple(f"{owner}{verb}" for owner in OWNERS for verb in ("flush", "commit")),
)
def query_after_failed_flush(call: Call) -> Iterator[Finding]:
    function, block = call.scope, try_around(call.node)
    if not isinstance(function, Function) or block is None or call.receiver is None or tidies(block):
        return
    for handler in block.handlers:
        if not is_of_database(handler, function):
            continue
        asked = next(after(handler, block, function, call.receiver.text), None)
        if asked is not None:
            what = asked.node.func.text
            yield Finding(
                at=asked.func_span,
                message=f"`{what}` raises `PendingRollbackError` after a failed `{call.method}`",
                label="nothing has rolled the session back",
                help=f"write in `async with {call.receiver.text}.begin_nested():`, or roll back first",
                chain=(Step("what fails here", call.func_span),),
            )


def try_around(node: n.Node) -> n.Try | None:
    """The `try` in whose body something stands, with no block between that may end the transaction itself."""
    inner = node
    for parent in node.parents:
        if isinstance(parent, (n.With, n.FunctionDef, n.Handler)):
            return None
        if isinstance(parent, n.Try):
            return parent if any(inner is statement for statement in parent.body) else None
        inner = parent
    return None


def tidies(block: n.Try) -> bool:
    """Whether a `try` speaks of an end of the transaction in any of its branches."""
    return any(word in block.text for word in ("rollback", ".close(", "begin_nested"))


def is_of_database(handler: n.Handler, function: Function) -> bool:
    """Whether a handler is for what the database refuses."""
    caught = handler.exception
    kinds = caught.items if isinstance(caught, n.Sequence) else (caught,)
    return any(
        kind is not None and (function.name_of(kind) or "").startswith("sqlalchemy.") for kind in kinds
    )


def after(handler: n.Handler, block: n.Try, function: Function, session: str) -> Iterator[Call]:
    """What asks the session in a handler, or behind the block if the handler goes on there.

    Only up to the first call that is something else: it may roll back, or raise.
    """
    inside = [call for call in function.calls if handler.start <= call.node.start < handler.end]
    behind = [call for call in function.calls if call.node.start >= block.end and stands_beside(call, block)]
    reached = inside if LEAVING.search(handler.text) else (*inside, *behind)
    for call in sorted(reached, key=lambda call: call.node.end):
        if asks(call, session):
            yield call
        elif may_tidy(call):
            return


def may_tidy(call: Call) -> bool:
    """Whether a call may end the transaction or leave the function: what is neither a log nor a value."""
    return not is_logging(call) and not call.name.startswith(VALUES)


def stands_beside(call: Call, block: n.Try) -> bool:
    """Whether something stands behind a block, in the same body or deeper."""
    return any(parent is block.parent for parent in call.node.parents)


def asks(call: Call, session: str) -> bool:
    """Whether a call asks a session: itself, or as another method of the object that holds it."""
    if call.receiver is not None and call.receiver.text == session:
        return call.method in ASKING
    inside = call.function
    if not session.startswith("self.") or inside is None or inside.cls is None:
        return False
    is_own = isinstance(call.scope, Function) and inside.cls is call.scope.cls
    return is_own and any(
        c.receiver and c.receiver.text == session and c.method in ASKING for c in inside.calls
    )

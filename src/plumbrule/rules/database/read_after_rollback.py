"""An object is read after a rollback has expired it

A rollback expires every object that its session has loaded, whatever
`expire_on_commit` says. The next attribute that is read, even the key, asks the
database, and an `AsyncSession` cannot do that behind an attribute: it raises
`MissingGreenlet` in place of the error that is being handled.

## Bad

```python title="app/orders.py"
import logging

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

log = logging.getLogger(__name__)


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]


async def close(session: AsyncSession, order_id: int) -> None:
    order = await session.get_one(Order, order_id)
    order.state = "closed"
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        log.exception("order %s", order.id)  # finding


async def close_all(session: AsyncSession, shop: Order) -> None:
    for order in (await session.scalars(select(Order))).all():
        order.state = f"closed with {shop.id}"  # finding
        try:
            await session.commit()
        except IntegrityError:
            await session.rollback()
            continue
        log.info("order %s", order.id)  # finding
```

## Good: read before it, loaded again, or the function ends there

```python title="app/orders.py"
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]


async def close(session: AsyncSession, order_id: int) -> str:
    order = await session.get_one(Order, order_id)
    order.state = "closed"
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        raise
    return order.state


async def close_again(session: AsyncSession, order_id: int) -> str:
    order = await session.get_one(Order, order_id)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        order = await session.get_one(Order, order_id)
    return order.state


async def close_all(session: AsyncSession) -> None:
    for order_id in (await session.scalars(select(Order.id))).all():
        order = await session.get_one(Order, order_id)
        try:
            order.state = f"closed {order.id}"
            await session.commit()
        except IntegrityError:
            await session.rollback()


async def close_one(session: AsyncSession, order: Order) -> int | None:
    done = [order.id]
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        done = []
    if done:
        return order.id
    return None


async def open_one(session: AsyncSession) -> int | None:
    order = Order(state="open")
    session.add(order)
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        return order.id
    return None
```

## Good: another session has loaded it

```python title="app/orders.py"
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

router = APIRouter()
sessions = async_sessionmaker()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


async def get_session():
    async with sessions() as session:
        yield session


async def current_user() -> User:
    async with sessions() as session:
        return await session.get_one(User, 1)


@router.post("/orders")
async def order(
    session: Annotated[AsyncSession, Depends(get_session)], user: Annotated[User, Depends(current_user)]
) -> int:
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
    return user.id
```
"""

from plumbrule.rulekit import Call, Finding, Function, Iterator, Step, forgotten, n, rule


@rule(
    category="database",
    severity="error",
    needs="sqlalchemy",
    calls=("sqlalchemy.ext.asyncio.AsyncSession.rollback",),
)
def read_after_rollback(call: Call) -> Iterator[Finding]:
    if not isinstance(call.scope, Function) or not call.is_awaited:
        return
    for read in forgotten(call, call.scope):
        name = read.value.id if isinstance(read.value, n.Name) else ""
        is_given = call.scope.parameter(name) is not None
        yield Finding(
            at=read.span,
            message=f"reading `{read.text}` after a rollback raises `MissingGreenlet`",
            label=f"the rollback has expired `{name}`",
            help=f"read it before, or `await session.refresh({name})`",
            chain=(Step("rolled back here", call.func_span),),
            confidence="medium" if is_given else "high",
        )

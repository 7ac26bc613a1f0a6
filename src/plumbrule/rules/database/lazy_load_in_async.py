"""A relationship read that its query did not load

An `AsyncSession` cannot load a relationship behind a plain attribute: reading
`order.lines` raises `MissingGreenlet`, and when the response model reads it, the
client gets a 500 with nothing in the code to see.

## Bad

```python title="app/models.py"
from sqlalchemy import ForeignKey
from sqlalchemy.ext.associationproxy import association_proxy
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()
    line_ids = association_proxy("lines", "id")


class Line(Base):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
```

```python title="app/orders.py"
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Order


async def count_lines(session: AsyncSession, order_id: int) -> int:
    order = (await session.execute(select(Order).where(Order.id == order_id))).scalar_one()
    return len(order.lines)  # finding


async def all_lines(session: AsyncSession) -> list[int]:
    orders = await session.scalars(select(Order))
    return [sum(order.line_ids) for order in orders]  # finding


async def find(session: AsyncSession, order_id: int) -> Order | None:
    return await session.get(Order, order_id)


async def has_lines(session: AsyncSession, order_id: int) -> bool:
    order = await find(session, order_id)
    return bool(getattr(order, "lines", []))  # finding


async def line_ids(session: AsyncSession, order_id: int) -> list[int]:
    order = await find(session, order_id)
    return [line.id for line in order.lines] if order and order.lines else []  # finding
```

## Bad: the response model reads it, also of a row that is new

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

app = FastAPI()


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    orders: Mapped[list["Order"]] = relationship()


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()


class UserOut(BaseModel):
    id: int


class OrderOut(BaseModel):
    id: int
    user: UserOut


class Customer(UserOut):
    orders: list[OrderOut]


async def get_session():
    async with AsyncSession() as session:
        yield session


Sessions = Annotated[AsyncSession, Depends(get_session)]


@app.get("/orders/{order_id}", response_model=OrderOut)
async def read_order(order_id: int, session: Sessions):
    order = await session.get(Order, order_id)
    return order  # finding


@app.post("/orders/{order_id}", response_model=OrderOut)
async def give_order(order_id: int, session: Sessions):
    order = await session.get(Order, order_id)
    order.user = await session.get(User, 1)
    return order


async def written(user: UserOut, session: AsyncSession) -> User:
    new = User(**user.model_dump())
    session.add(new)
    await session.flush()
    return new


@app.post("/users", response_model=Customer)
async def create_user(user: UserOut, session: Sessions):
    return await written(user, session)  # finding


@app.post("/customers", response_model=Customer)
async def create_customer(user: UserOut, session: Sessions):
    customer = User(orders=[], **user.model_dump())
    session.add(customer)
    await session.commit()
    return customer
```

## Bad: a service loads it, another function reads it

```python title="app/models.py"
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column, relationship


class Base(DeclarativeBase): ...


class Shop(Base):
    __tablename__ = "shops"

    id: Mapped[int] = mapped_column(primary_key=True)


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shops.id"))

    @declared_attr
    def shop(cls) -> Mapped["Shop"]:
        return relationship("Shop", lazy="raise")
```

```python title="app/orders.py"
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import ORMOption

from app.models import Order


async def find(session: AsyncSession, order_id: int, options: Sequence[ORMOption] = ()) -> Order | None:
    result = await session.execute(select(Order).where(Order.id == order_id).options(*options))
    return result.scalar_one_or_none()


async def move(session: AsyncSession, order: Order) -> int:
    return order.shop.id


async def move_order(session: AsyncSession, order_id: int) -> int:
    order = await find(session, order_id)  # finding
    return await move(session, order) if order else 0


async def move_loaded(session: AsyncSession, order_id: int) -> int:
    order = await find(session, order_id, options=(joinedload(Order.shop),))
    return await move(session, order) if order else 0
```

## Good: loaded with the query, awaited, set, or always loaded

```python title="app/models.py"
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship(back_populates="order")


class Line(Base):
    __tablename__ = "lines"

    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped[Order] = relationship(lazy="joined", back_populates="lines")
```

```python title="app/orders.py"
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from app.models import Line, Order


async def count_lines(session: AsyncSession, order_id: int) -> int:
    loading = selectinload(Order.lines)
    query = select(Order).options(loading)
    query = query.where(Order.id == order_id)
    order = (await session.execute(query)).scalar_one()
    return len(order.lines)


async def count_later(session: AsyncSession, order_id: int) -> int:
    order = await session.get_one(Order, order_id)
    await session.refresh(order, ["lines"])
    line = await session.get_one(Line, 1)
    return len(order.lines) + line.order.id


async def count_by_keyword(session: AsyncSession, order_id: int) -> int:
    order = await session.get_one(Order, order_id)
    await session.refresh(order, attribute_names=["lines"])
    return len(order.lines)


async def count_slowly(session: AsyncSession, order_id: int) -> int:
    order = await session.get_one(Order, order_id)
    return len(await order.awaitable_attrs.lines)


async def clear(session: AsyncSession, order_id: int) -> None:
    order = await session.get_one(Order, order_id, options=[selectinload(Order.lines)])
    order.lines = []
```
"""

import re

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Project,
    Query,
    Relationship,
    Schema,
    Span,
    Step,
    Table,
    Written,
    assigned_name,
    is_given,
    is_read_now,
    loaded_plainly,
    n,
    query_of,
    reached_calls,
    read_in,
    reads_of,
    refreshes,
    response_schema,
    rule,
    written_row,
)


@rule(category="database", severity="error", needs="sqlalchemy")
def lazy_load_in_async(project: Project) -> Iterator[Finding]:
    names = {name for table in project.tables for name, r in table.relationships.items() if r.is_lazy}
    names |= {name for table in project.tables for name, through in table.proxies.items() if through in names}
    for function in project.code_functions if names else ():
        found = list(in_function(function, names)) if function.is_async else []
        if found and not refreshes(function):
            yield from {(one.message, one.chain[0]): one for one in reversed(found)}.values()


def in_function(function: Function, names: set[str]) -> Iterator[Finding]:
    """The relationships with one of these names that are read in a function, or in what it calls."""
    for node, owner, name in read_in(function, names):
        query = query_of(function, owner)
        relation = query.lazily(name) if query and query.is_async else None
        if query and relation and is_read_now(node, name, function):
            yield finding(query, relation, node.span)
    for schema in map(response_schema, function.routes):
        for statement in function.find(n.Return) if schema else ():
            if schema is not None and statement.value is not None:
                yield from shown(statement.value, statement.span, schema, function)
    for assign in function.find(n.Assign):
        if isinstance(assign.value, n.Await) and isinstance(assign.value.value, n.Call):
            yield from read_elsewhere(function.call(assign.value.value), function)


def shown(value: n.Expr, at: Span, schema: Schema, function: Function) -> Iterator[Finding]:
    """What a response reads of the row that a handler returns."""
    query = query_of(function, value)
    for name, relation in query.unloaded.items() if query and query.is_async else ():
        is_shown = name in schema.fields and not is_given(name, function)
        if query and is_shown and returns_table(query, schema):
            yield finding(query, relation, at, f"`{schema.name}` reads it")
    made = written_row(function, value)
    for relation in made.unloaded if made and made.is_written else ():
        if made and relation.name in schema.fields and not is_given(relation.name, function):
            yield unwritten(made, relation, at, schema)


def finding(query: Query, relation: Relationship, at: Span, label: str = "") -> Finding:
    """The query did not load what is read."""
    name, loader = f"{query.table.name}.{relation.name}", "selectinload" if relation.is_list else "joinedload"
    return Finding(
        at=at,
        message=f"`{name}` was not loaded: reading it raises `MissingGreenlet`",
        label=label or "an `AsyncSession` cannot load it here",
        help=f"add `.options({loader}({name}))` to the query",
        chain=(Step("the query", query.made.span), loaded_late(name, relation)),
    )


def loaded_late(name: str, relation: Relationship) -> Step:
    return Step(f"`{name}` is loaded when it is read", relation.span)


def unwritten(made: Written, relation: Relationship, at: Span, schema: Schema) -> Finding:
    """A new row is written, and its lists are not loaded by that."""
    name = f"{made.table.name}.{relation.name}"
    return Finding(
        at=at,
        message=f"`{name}` was not loaded: reading it raises `MissingGreenlet`",
        label=f"`{schema.name}` reads it of a row that is new",
        help=f'`await session.refresh(row, ["{relation.name}"])` loads it, or give the new row a list',
        chain=(Step("the new row", made.made.span), loaded_late(name, relation)),
    )


def returns_table(query: Query, schema: Schema) -> bool:
    """Whether a response is made of the queried objects: they have a column in common."""
    return bool(set(query.table.columns) & set(schema.fields))


def read_elsewhere(loading: Call, function: Function) -> Iterator[Finding]:
    """What a function that takes loader options was not asked to load, and another function then reads."""
    kept = assigned_name(loading)
    table = loaded_plainly(loading) if kept is not None else None
    if table is None or loading.function is None:
        return
    inside = (loading.function, *(r.call.function for r in reached_calls(loading.function)))
    loads = " ".join(one.node.text for one in inside if one is not None)
    for call in function.calls:
        for read in reads_of(call, kept):
            relation = table.relationships.get(read.attr)
            if relation is None or not relation.is_lazy or "refresh" in loads:
                continue
            if re.search(rf"{table.name}\.{relation.name}\b", loads) is None:
                yield unasked(loading, relation, table, read)


def unasked(loading: Call, relation: Relationship, table: Table, read: n.Attribute) -> Finding:
    name, loader = f"{table.name}.{relation.name}", "selectinload" if relation.is_list else "joinedload"
    return Finding(
        at=loading.func_span,
        message=f"`{name}` is not loaded here, and reading it later raises",
        label="no `options` are given",
        help=f"give it `options=({loader}({name}),)`",
        chain=(Step(f"`{read.text}` is read", read.span), Step(f"`{name}` is declared", relation.span)),
    )

"""A relationship read that its query did not load

An `AsyncSession` cannot load a relationship behind a plain attribute: reading
`order.lines` raises `MissingGreenlet`, and when the response model reads it, the
client gets a 500 with nothing in the code to see.

## Bad

```python title="app/models.py"
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    lines: Mapped[list["Line"]] = relationship()


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
    return [len(order.lines) for order in orders]  # finding


async def find(session: AsyncSession, order_id: int) -> Order | None:
    return await session.get(Order, order_id)


async def has_lines(session: AsyncSession, order_id: int) -> bool:
    order = await find(session, order_id)
    return bool(getattr(order, "lines", []))  # finding
```

## Bad: the response model reads it

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


async def get_session():
    async with AsyncSession() as session:
        yield session


@app.get("/orders/{order_id}", response_model=OrderOut)
async def read_order(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]):
    order = await session.get(Order, order_id)
    return order  # finding


@app.post("/orders/{order_id}", response_model=OrderOut)
async def give_order(order_id: int, session: Annotated[AsyncSession, Depends(get_session)]):
    order = await session.get(Order, order_id)
    order.user = await session.get(User, 1)
    return order
```

## Bad: a new row has loaded nothing

```python title="main.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    lines: Mapped[list["Line"]] = relationship()
    notes: Mapped[list["Line"]] = relationship(viewonly=True)


class Line(Base):
    __tablename__ = "lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))


class LineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    id: int


class OrderCreate(BaseModel):
    name: str


class OrderRead(OrderCreate):
    model_config = ConfigDict(from_attributes=True)
    id: int
    lines: list[LineRead]


class OrderService:
    def __init__(self, session: Annotated[AsyncSession, Depends()]) -> None:
        self.session = session

    async def create(self, new: OrderCreate) -> Order:
        order = Order(**new.model_dump())
        self.session.add(order)
        await self.session.flush()
        return order

    async def create_whole(self, new: OrderCreate) -> Order:
        order = Order(lines=[], **new.model_dump())
        self.session.add(order)
        await self.session.flush()
        return order


app = FastAPI()
Orders = Annotated[OrderService, Depends()]


@app.post("/orders", response_model=OrderRead)
async def create_order(new: OrderCreate, orders: Orders) -> Order:
    order = await orders.create(new)
    return order  # finding


@app.post("/orders/whole", response_model=OrderRead)
async def create_whole_order(new: OrderCreate, orders: Orders) -> Order:
    return await orders.create_whole(new)
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
    query = select(Order).options(selectinload(Order.lines))
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
    Class,
    Finding,
    Function,
    Iterator,
    Project,
    Query,
    Relationship,
    Route,
    Schema,
    Span,
    Step,
    Table,
    Written,
    n,
    query_of,
    reached_calls,
    read_in,
    rule,
    written_row,
)


@rule(category="database", severity="error", needs="sqlalchemy")
def lazy_load_in_async(project: Project) -> Iterator[Finding]:
    names = {name for table in project.tables for name, r in table.relationships.items() if r.is_lazy}
    for function in project.code_functions if names else ():
        found = list(in_function(function, names)) if function.is_async else []
        if found and not refreshes(function):
            yield from found


def refreshes(function: Function) -> bool:
    """Whether a function loads attributes by name."""
    return any(call.method == "refresh" and call.argument(1, "attribute_names") for call in function.calls)


def in_function(function: Function, names: set[str]) -> Iterator[Finding]:
    """The relationships with one of these names that are read in a function, or in what it calls."""
    for node, owner, name in read_in(function):
        query = query_of(function, owner) if name in names else None
        relation = query.lazily(name) if query and query.is_async else None
        if query and relation and is_read(node, name, function):
            yield finding(query, relation, node.span)
    for route in function.routes:
        schema = response_schema(route)
        for statement in function.find(n.Return) if schema else ():
            query = query_of(function, statement.value) if statement.value is not None else None
            for name, relation in query.unloaded.items() if query and query.is_async else ():
                is_shown = schema and name in schema.fields and not is_given(name, function)
                if schema and query and is_shown and returns_table(query, schema):
                    yield finding(query, relation, statement.span, f"`{schema.name}` reads it")
            made = written_row(function, statement.value)
            for relation in made.unloaded if schema and made and made.is_written else ():
                if (
                    schema
                    and made
                    and relation.name in schema.fields
                    and not is_given(relation.name, function)
                ):
                    yield unwritten(made, relation, statement.span, schema)
    for call in function.calls:
        yield from read_elsewhere(call, function)


def finding(query: Query, relation: Relationship, at: Span, label: str = "") -> Finding:
    """The query did not load what is read."""
    name = f"{query.table.name}.{relation.name}"
    loader = "selectinload" if relation.is_list else "joinedload"
    return Finding(
        at=at,
        message=f"`{name}` was not loaded: reading it raises `MissingGreenlet`",
        label=label or "an `AsyncSession` cannot load it here",
        help=f"add `.options({loader}({name}))` to the query",
        chain=(
            Step("the query", query.made.span),
            Step(f"`{name}` is loaded when it is read", relation.span),
        ),
    )


def unwritten(made: Written, relation: Relationship, at: Span, schema: Schema) -> Finding:
    """A new row is written, and its lists are not loaded by that."""
    name = f"{made.table.name}.{relation.name}"
    return Finding(
        at=at,
        message=f"`{name}` was not loaded: reading it raises `MissingGreenlet`",
        label=f"`{schema.name}` reads it of a row that is new",
        help=f'`await session.refresh(row, ["{relation.name}"])` loads it, or give the new row a list',
        chain=(
            Step("the new row", made.made.span),
            Step(f"`{name}` is loaded when it is read", relation.span),
        ),
    )


def is_given(name: str, function: Function) -> bool:
    """Whether a function gives an attribute of something a value."""
    targets = (target for assign in function.find(n.Assign) for target in assign.targets)
    return any(isinstance(target, n.Attribute) and target.attr == name for target in targets)


def is_read(node: n.Node, name: str, function: Function) -> bool:
    """Whether an attribute is read here and now, and given a value nowhere in the function."""
    if isinstance(node.parent, n.Delete) or is_given(name, function):
        return False
    return not any(isinstance(parent, n.Lambda) for parent in node.parents)


def response_schema(route: Route) -> Schema | None:
    """The schema of a response, also of a list of them."""
    expr = route.option("response_model") or (route.handler.node.returns if route.handler else None)
    if expr is None or (isinstance(expr, n.Constant) and expr.value is None):
        return None
    scope = route.handler.inference.outside if route.handler else None
    kind = scope.annotation_type(expr) if scope else None
    if kind and not isinstance(kind.cls, Class) and kind.args:
        kind = kind.args[-1]
    return route.project.schema_of(kind.cls) if kind else None


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


def assigned_name(call: Call) -> str | None:
    """The name that the result of an awaited call gets, if it gets no other value."""
    match call.node.parent.parent if call.node.parent is not None else None:
        case n.Assign(targets=(n.Name(id=name),)) if call.is_awaited:
            return name if len(call.scope.bindings.get(name, ())) == 1 else None
        case _:
            return None


def loaded_plainly(call: Call) -> Table | None:
    """The table that a function loads a row of, if it takes loader options and got none."""
    made = call.function
    options = made.parameter("options") if made is not None else None
    if made is None or options is None or "Option" not in options.node.text or made.returns is None:
        return None
    given = call.keyword("options") is not None or call.is_splatted
    return None if given or not made.is_async else made.project.table_of(made.returns.cls)


def reads_of(call: Call, name: str | None) -> Iterator[n.Attribute]:
    """What an async function reads of the argument with a name."""
    value = next((arg for arg in call.given if isinstance(arg, n.Name) and arg.id == name), None)
    parameter = call.parameter_for(value) if value is not None else None
    reader = call.function
    if reader is None or parameter is None or not reader.is_async:
        return
    for node in reader.find(n.Attribute):
        is_its = isinstance(node.value, n.Name) and node.value.id == parameter.name
        if is_its and is_read(node, node.attr, reader):
            yield node


def unasked(loading: Call, relation: Relationship, table: Table, read: n.Attribute) -> Finding:
    name = f"{table.name}.{relation.name}"
    loader = "selectinload" if relation.is_list else "joinedload"
    return Finding(
        at=loading.func_span,
        message=f"`{name}` is not loaded here, and reading it later raises",
        label="no `options` are given",
        help=f"give it `options=({loader}({name}),)`",
        chain=(Step(f"`{read.text}` is read", read.span), Step(f"`{name}` is declared", relation.span)),
    )

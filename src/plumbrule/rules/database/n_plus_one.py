"""A query for each row of another query

A hundred orders make a hundred and one round trips. In one measurement the
loop over `awaitable_attrs` took 77 ms where a `selectinload` took 10.

## Bad

```python title="app/orders.py"
from sqlalchemy import ForeignKey, select
from sqlalchemy.ext.asyncio import AsyncAttrs, AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(AsyncAttrs, DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()


async def buyers(session: AsyncSession) -> list[User]:
    found = []
    for order in await session.scalars(select(Order)):
        found.append(await session.get_one(User, order.user_id))  # finding
        found.append(await order.awaitable_attrs.user)  # finding
    return found


async def buyer(session: AsyncSession, order: Order) -> User:
    return (await session.execute(select(User).where(User.id == order.user_id))).scalar_one()


async def all_buyers(session: AsyncSession) -> list[User]:
    orders = (await session.execute(select(Order))).scalars().all()
    return [await buyer(session, order) for order in orders]  # finding


async def buyers_by_statement(session: AsyncSession) -> list[User]:
    result = await session.scalars(select(User))
    found = list(result.all())
    result = await session.execute(select(Order))
    for order in result.scalars().all():
        statement = select(User).where(User.id == order.user_id)
        found.append((await session.execute(statement)).scalar_one())  # finding
    return found
```

## Bad: relationships that a plain session loads when they are read

```python title="app/orders.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, joinedload, mapped_column, relationship


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    user: Mapped[User] = relationship()

    @property
    def buyer(self) -> str:
        return self.user.name


app = FastAPI()


def get_session() -> Session: ...


def send_all(session: Session) -> None:
    for order in all_orders(session):
        print(order.user.name)


def described(order: Order) -> dict[str, str]:
    return {"buyer": getattr(order, "buyer", "")}


def all_orders(session: Session) -> list[Order]:
    return list(session.scalars(select(Order)))


@app.get("/names")
def names(session: Annotated[Session, Depends(get_session)]) -> list[str]:
    return [order.user.name for order in all_orders(session)]  # finding


def descriptions(session: Session) -> list[dict[str, str]]:
    return [described(order) for order in session.query(Order).all()]  # finding


def some_names(session: Session) -> list[str]:
    found = []
    for order in session.scalars(select(Order)):
        if order.id < 3:
            found.append(order.user.name)
    return found


def loaded_at_once(session: Session) -> list[str]:
    orders = session.scalars(select(Order).options(joinedload(Order.user))).all()
    return [order.buyer + str(described(order)) + order.user.name for order in orders]
```

## Bad: for each item that a request sends, and of what belongs to one row; one statement takes a list

```python title="app/baskets.py"
from typing import Annotated

from fastapi import Depends, FastAPI
from pydantic import BaseModel
from sqlalchemy import ForeignKey, insert, select, text
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship


class Base(DeclarativeBase): ...


class Product(Base):
    __tablename__ = "products"

    id: Mapped[int] = mapped_column(primary_key=True)
    basket_id: Mapped[int] = mapped_column(ForeignKey("baskets.id"))
    shelf: Mapped[int]


class Basket(Base):
    __tablename__ = "baskets"

    id: Mapped[int] = mapped_column(primary_key=True)
    products: Mapped[list[Product]] = relationship()

    @property
    def shown(self) -> list:
        return self.products or []


class Wish(BaseModel):
    product_id: int


class Wishes(BaseModel):
    items: list[Wish]
    shelves: list[int] = []


app = FastAPI()


def get_session() -> Session: ...
def opened() -> Session: ...


@app.post("/baskets")
def fill(wishes: Wishes, session: Annotated[Session, Depends(get_session)]) -> int:
    for wish in wishes.items:
        product = session.get(Product, wish.product_id)  # finding
        session.execute(insert(Basket).values(id=wish.product_id + product.shelf))
    return len(moved(session.get_one(Basket, 1), session)) + len(shelved(wishes.shelves, session))


def shelved(shelves: list[int], session: Session) -> list[Product | None]:
    return [
        on_shelf(shelf)  # finding
        or session.get(Product, shelf)  # finding
        for shelf in shelves
    ]


def on_shelf(shelf: int) -> Product | None:
    with opened() as session:
        return session.scalar(select(Product).where(Product.shelf == shelf))


def remove(session: Session, product_id: int) -> None:
    remove_now(session, product_id)


def remove_now(session: Session, product_id: int) -> None:
    product = session.query(Product).filter(Product.id == product_id).first()
    session.delete(product)


@app.post("/products/remove")
def remove_all(ids: list[int], session: Annotated[Session, Depends(get_session)]) -> None:
    for product_id in ids:
        remove(session, product_id)  # finding


@app.post("/products/shelves")
def read_shelves(shelves: dict[str, int], session: Annotated[Session, Depends(get_session)]) -> int:
    found = 0
    for name, shelf in shelves.items():
        found += session.query(Product).filter(Product.shelf == shelf).count()  # finding
        session.query(Product).filter(Product.shelf == shelf).update({Product.shelf: len(name)})
    return found


@app.put("/shelves")
def write_shelves(shelves: list[int], session: Annotated[Session, Depends(get_session)]) -> None:
    for shelf in shelves:
        session.execute(text("INSERT INTO shelves VALUES (:id)"), {"id": shelf})  # finding


def moved(basket: Basket, session: Session) -> list[Product | None]:
    for product in basket.shown:
        session.get(Basket, product.basket_id)  # finding
    return [
        session.scalar(select(Product).where(Product.shelf == product.shelf))  # finding
        for product in basket.products
    ]
```

## Good: one query for all, or for each that is not known yet; from one to the next; to tell what failed

```python title="app/orders.py"
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    host_id: Mapped[int]


async def exists(session: AsyncSession, user_id: int) -> bool:
    return await session.scalar(select(User).where(User.id == user_id)) is not None


async def save(session: AsyncSession) -> None:
    users = await session.scalars(select(User))
    try:
        await session.commit()
    except IntegrityError as error:
        for user in users:
            if not await exists(session, user.id):
                raise LookupError(user.id) from error


async def read(session: AsyncSession, ids: list[int]) -> list[User]:
    found = await session.scalars(select(User).where(User.id.in_(ids)))
    for user in found:
        session.add(User(id=user.id + 1))
    for attempt in range(3):
        await session.get(User, attempt)
    return list(found)


async def last(session: AsyncSession, at: int) -> int:
    for user in await session.scalars(select(User)):
        at = (await session.get_one(User, at)).host_id + user.id
    return at


async def hosts(session: AsyncSession, known: dict[int, User]) -> None:
    for user in await session.scalars(select(User)):
        if user.host_id not in known:
            known[user.host_id] = await session.get_one(User, user.host_id)
```
"""

from plumbrule.rulekit import (
    Call,
    Finding,
    Function,
    Iterator,
    Round,
    Step,
    asks_inside,
    given_to,
    gives_many,
    gives_rows,
    is_always,
    is_handed,
    is_query,
    is_rare,
    is_read,
    looks_up,
    loop_over_rows,
    n,
    query_of,
    read_in,
    round_of,
    rule,
    takes_many,
)

SESSIONS = ("sqlalchemy.ext.asyncio.AsyncSession.", "sqlalchemy.orm.Session.")
BESIDE = {"migrations", "versions", "alembic", "scripts", "cli"}


@rule(category="database", severity="warning", needs="sqlalchemy", nodes={n.For, n.Clause})
def n_plus_one(function: Function) -> Iterator[Finding]:
    rounds = loops_over_many(function)
    if not rounds or BESIDE & set(function.module.path.removesuffix(".py").split("/")):
        return
    for node in function.find(n.Attribute):
        if node.attr == "awaitable_attrs" and isinstance(node.value, n.Name):
            loop = loop_over_rows(function, node, node.value.id)
            if loop is not None:
                yield finding(node, loop, function)
    calls = [call for call in function.calls if stands_in(call.node, rounds)]
    yield from lazily_read(function, calls, rounds)
    for call in calls:
        each = round_of(call, function, given_to(call))
        if each is None or call.is_deferred or is_rare(call):
            continue
        if takes_many(call, function, each.name) or runs_query(call, function, each):
            yield finding(call.node.func, each.loop, function)


def loops_over_many(function: Function) -> list[n.Node]:
    """The loops and comprehensions that go through what there may be many of."""
    loops: list[n.Node] = [loop for loop in function.find(n.For) if gives_many(function, loop.iterable)]
    clauses = (clause for clause in function.find(n.Clause) if gives_many(function, clause.iterable))
    return loops + [clause.parent for clause in clauses if clause.parent is not None]


def stands_in(node: n.Node, outer: list[n.Node]) -> bool:
    """Whether a node stands in one of others."""
    return any(one.start <= node.start < one.end for one in outer)


def lazily_read(function: Function, calls: list[Call], rounds: list[n.Node]) -> Iterator[Finding]:
    """What is read of each row, in a loop over them, that a plain session loads at that moment."""
    told = set()
    for node, owner, name in read_in(function):
        loop = loop_over_rows(function, node, owner.id) if stands_in(node, rounds) else None
        if loop and (loop, name) not in told and is_always(node, loop) and loads(function, loop, name):
            told.add((loop, name))
            yield finding(node, loop, function)
    for call in calls:
        for value in (v for v in call.given if isinstance(v, n.Name)):
            loop = loop_over_rows(function, call.node, value.id)
            taken = call.parameter_for(value) if loop and is_always(call.node, loop) else None
            if loop is None or taken is None:
                continue
            inner = [(node, x) for node, owner, x in read_in(taken.function) if owner.id == taken.name]
            if any(loads(function, loop, name) for node, name in inner if is_always(node)):
                yield finding(call.node.func, loop, function)


def loads(function: Function, loop: n.Expr, name: str) -> bool:
    """Whether reading an attribute of the rows of a loop makes a query."""
    query = query_of(function, loop)
    return query is not None and not query.is_async and query.lazily(name) is not None


def finding(at: n.Node, loop: n.Expr, function: Function) -> Finding:
    """A query in a loop over the rows of another, or over a list of one thing."""
    query, many = query_of(function, loop), gives_many(function, loop)
    return Finding(
        at=at.span,
        message=f"`{' '.join(at.text.split())}` asks the database once for each {'row' if query else 'item'}",
        label=f"in a loop over {many}",
        help="load them with the first query (`selectinload`, a join), or with one `in_(…)`",
        chain=(Step("the rows", loop.span), Step("the query", query.made.span)) if query else (),
    )


def runs_query(call: Call, function: Function, each: Round) -> bool:
    """Whether a call asks the database, itself or in a function that gets the session; what did not come out
    of it may well be written one by one.
    """
    rows = gives_rows(function, each.loop)
    if call.name.startswith(SESSIONS):
        return is_query(call) and (rows or is_read(call, call.node.text + each.text))
    if is_handed(function, each.loop):
        return looks_up(call)
    return asks_inside(call, rows) or looks_up(call)

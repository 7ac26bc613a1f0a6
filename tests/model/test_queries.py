from __future__ import annotations

import pytest

from plumbrule.facts import nodes as n
from plumbrule.model.queries import query_of
from plumbrule.model.reading import project_of

CODE = """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column, selectinload

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id = mapped_column(primary_key=True)

async def read(session: AsyncSession):
    query = select(Order).options(selectinload(Order.lines))
    query = query.where(Order.id == 1)
    orders = (await session.execute(query)).scalars().all()
    other = await session.get(Order, 1)
    number = await session.scalar("select 1")
    for order in orders:
        print(order, other, number)
"""


def test_a_name_leads_to_the_query_that_gave_it_and_to_what_it_loads() -> None:
    function = project_of({"main.py": CODE}).module("main").function("read")  # type: ignore[union-attr]
    assert function is not None
    names = {node.id: node for node in function.find(n.Name) if node.id in ("order", "other", "number")}
    order, other = query_of(function, names["order"]), query_of(function, names["other"])
    assert order
    assert other
    assert (order.table.name, order.loads("lines"), order.is_async) == ("Order", True, True)
    assert (other.table.name, other.loads("lines")) == ("Order", False)
    assert query_of(function, names["number"]) is None


SQLMODEL = """
from sqlalchemy.orm import relationship
from sqlmodel import Field, Relationship, SQLModel

from settings import OPTIONS, loading

AT_ONCE = {{"lazy": "selectin"}}

class Shop(SQLModel, table=True):
    id: int = Field(primary_key=True)

class Order(SQLModel, table=True):
    id: int = Field(primary_key=True)
    shop: Shop = {}
"""


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("Relationship()", True),
        ('Relationship(sa_relationship_kwargs={"lazy": "select"})', True),
        ('Relationship(sa_relationship_kwargs=dict(order_by="Shop.id"))', True),
        ('Relationship(sa_relationship_kwargs={"lazy": "selectin"})', False),
        ('Relationship(sa_relationship_kwargs=dict(lazy="selectin"))', False),
        ("Relationship(sa_relationship_kwargs=AT_ONCE)", False),
        ('Relationship(sa_relationship=relationship("Shop", lazy="joined"))', False),
        ("Relationship(sa_relationship_kwargs=dict(**OPTIONS))", False),
        ("Relationship(sa_relationship_kwargs={**OPTIONS})", False),
        ("Relationship(sa_relationship_kwargs=loading())", False),
        ('relationship("Shop", lazy=True)', True),
        ('relationship("Shop", lazy=False)', False),
        ('relationship("Shop", lazy=OPTIONS["lazy"])', False),
    ],
)
def test_a_relationship_is_lazy_only_if_nothing_may_say_otherwise(made: str, expected: bool) -> None:
    project = project_of({"main.py": SQLMODEL.format(made)})
    order = next(table for table in project.tables if table.name == "Order")
    assert order.relationships["shop"].is_lazy is expected


SEVERAL = """
from sqlalchemy import func, select, table
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, mapped_column

class Base(DeclarativeBase): ...

class Order(Base):
    __tablename__ = "orders"
    id = mapped_column(primary_key=True)

class Line(Base):
    __tablename__ = "lines"
    id = mapped_column(primary_key=True)

async def read(session: AsyncSession, is_short: bool):
    found = await session.scalars(select(Order))
    first = found.all()
    found = await session.scalars(select(Line))
    second = found.all()
    if is_short:
        found = first
    third = found
    for order in first:
        name = f"lines_{order.id}"
        await session.scalar(select(func.count()).select_from(table(name)))
        await session.stream(select(order))
    return first, second, third
"""


def test_a_name_is_what_was_given_to_it_last_where_it_is_used() -> None:
    function = project_of({"main.py": SEVERAL}).module("main").function("read")  # type: ignore[union-attr]
    assert function is not None
    names = {node.id: node for node in function.find(n.Name) if node.id in ("first", "second", "third")}
    found = {name: query_of(function, node) for name, node in names.items()}
    assert {name: query and query.table.name for name, query in found.items()} == {
        "first": "Order",
        "second": "Line",
        "third": None,
    }

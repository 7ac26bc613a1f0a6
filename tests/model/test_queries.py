from __future__ import annotations

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

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from [[ package ]].errors import NotFound
from [[ package ]].orders.models import Order
from [[ package ]].orders.schemas import OrderCreate, OrderUpdate
from [[ package ]].pagination import Page, PageRequest, paginate


class OrderNotFound(NotFound):
    detail = "There is no such order."


class OrderService:
    """The orders of one user: every query has the owner in its WHERE clause."""

    def __init__(self, session: AsyncSession, owner_id: UUID) -> None:
        self.session = session
        self.owner_id = owner_id

    async def create(self, new: OrderCreate) -> Order:
        order = Order(owner_id=self.owner_id, **new.model_dump())
        self.session.add(order)
        await self.session.flush()
        return order

    async def list(self, page: PageRequest) -> Page[Order]:
        query = select(Order).where(Order.owner_id == self.owner_id)
        return await paginate(self.session, query.order_by(Order.created_at.desc(), Order.id), page)

    async def get(self, order_id: UUID) -> Order:
        """Somebody else's order is not found rather than forbidden: nobody learns that it exists."""
        order = await self.session.scalar(
            select(Order).where(Order.id == order_id, Order.owner_id == self.owner_id)
        )
        if order is None:
            raise OrderNotFound
        return order

    async def update(self, order_id: UUID, changes: OrderUpdate) -> Order:
        order = await self.get(order_id)
        for name, value in changes.model_dump().items():
            setattr(order, name, value)
        await self.session.flush()
        return order

    async def delete(self, order_id: UUID) -> None:
        await self.session.delete(await self.get(order_id))

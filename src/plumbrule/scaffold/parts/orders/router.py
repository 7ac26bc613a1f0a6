from uuid import UUID

from fastapi import APIRouter, Request, Response, status

from [[ package ]].orders.dependencies import Orders
from [[ package ]].orders.models import Order
from [[ package ]].orders.schemas import OrderCreate, OrderRead, OrderUpdate
from [[ package ]].pagination import Page, PageQuery, PageRead

router = APIRouter(prefix="/orders", tags=["orders"])


@router.post("", status_code=status.HTTP_201_CREATED, response_model=OrderRead)
async def create_order(new: OrderCreate, orders: Orders, request: Request, response: Response) -> Order:
    order = await orders.create(new)
    response.headers["Location"] = request.url_for("read_order", order_id=order.id).path
    return order


@router.get("", response_model=PageRead[OrderRead])
async def list_orders(page: PageQuery, orders: Orders) -> Page[Order]:
    return await orders.list(page)


@router.get("/{order_id}", response_model=OrderRead)
async def read_order(order_id: UUID, orders: Orders) -> Order:
    return await orders.get(order_id)


@router.patch("/{order_id}", response_model=OrderRead)
async def update_order(order_id: UUID, changes: OrderUpdate, orders: Orders) -> Order:
    return await orders.update(order_id, changes)


@router.delete("/{order_id}", status_code=status.HTTP_204_NO_CONTENT)
async def delete_order(order_id: UUID, orders: Orders) -> None:
    await orders.delete(order_id)

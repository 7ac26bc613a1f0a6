from typing import Annotated

from fastapi import Depends

from [[ package ]].auth.dependencies import CurrentUser
from [[ package ]].database import Session
from [[ package ]].orders.service import OrderService


async def order_service(user: CurrentUser, session: Session) -> OrderService:
    return OrderService(session, owner_id=user.id)


Orders = Annotated[OrderService, Depends(order_service)]

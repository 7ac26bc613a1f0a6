from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from [[ package ]].orders.models import OrderStatus

Product = Annotated[str, Field(min_length=1, max_length=200)]
Quantity = Annotated[int, Field(ge=1, le=1_000_000)]
Note = Annotated[str, Field(max_length=2_000)]


class OrderCreate(BaseModel):
    product: Product
    quantity: Quantity
    note: Note | None = None


class OrderUpdate(BaseModel):
    """Fields that are left out stay as they are; null is refused where the column needs a value."""

    model_config = ConfigDict(extra="forbid")

    product: Product | MISSING = MISSING
    quantity: Quantity | MISSING = MISSING
    note: Note | MISSING | None = MISSING
    status: OrderStatus | MISSING = MISSING


class OrderRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    product: str
    quantity: int
    note: str | None
    status: OrderStatus
    created_at: datetime
    updated_at: datetime

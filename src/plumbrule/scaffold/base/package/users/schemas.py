from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from [[ package ]].users.permissions import Role


class UserRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    name: str
    role: Role
    created_at: datetime


class UserUpdate(BaseModel):
    """Fields that are left out stay as they are; null is refused."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)] | MISSING = MISSING

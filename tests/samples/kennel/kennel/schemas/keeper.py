from datetime import datetime

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class KeeperBase(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    email: EmailStr
    nickname: str = Field(min_length=1, max_length=60)


class NewKeeper(KeeperBase):
    password: str = Field(min_length=10, max_length=128)


class KeeperView(KeeperBase):
    id: int
    hired_at: datetime


class Badge(BaseModel):
    id: int
    nickname: str

    class Config:  # finds: pydantic-v1-config
        from_attributes = True


class Door(BaseModel):
    nickname: str

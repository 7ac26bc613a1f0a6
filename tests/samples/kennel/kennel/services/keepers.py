from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from kennel.db import NewSession
from kennel.models.keeper import Keeper
from kennel.schemas.keeper import Badge, Door, NewKeeper
from kennel.security import hashed, is_right

lookups = NewSession()  # finds: shared-session


class EmailTaken(Exception): ...


async def hire(db: AsyncSession, new: NewKeeper) -> Keeper:
    if await by_email(db, new.email):
        raise EmailTaken
    keeper = Keeper(email=new.email, nickname=new.nickname, hashed_password=hashed(new.password))
    db.add(keeper)
    await db.flush()
    return keeper


async def by_email(db: AsyncSession, email: str) -> Keeper | None:
    return await db.scalar(select(Keeper).where(Keeper.email == email))


async def admitted(db: AsyncSession, email: str, password: str) -> Keeper | None:
    keeper = await by_email(db, email)
    return keeper if keeper and is_right(password, keeper.hashed_password) else None


async def badge(keeper_id: int) -> Badge:
    return Badge.model_validate((await lookups.scalars(select(Keeper).where(Keeper.id == keeper_id))).one())


def door(keeper: Keeper) -> Door:
    return Door.model_validate(keeper)  # finds: missing-from-attributes

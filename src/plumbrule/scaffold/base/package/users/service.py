from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from [[ package ]].errors import NotFound
from [[ package ]].pagination import Page, PageRequest, paginate
from [[ package ]].users.models import User
from [[ package ]].users.schemas import UserUpdate


class UserNotFound(NotFound):
    detail = "There is no such user."


class UserService:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, page: PageRequest) -> Page[User]:
        return await paginate(self.session, select(User).order_by(User.created_at, User.id), page)

    async def update(self, user: User, changes: UserUpdate) -> User:
        for name, value in changes.model_dump().items():
            setattr(user, name, value)
        await self.session.flush()
        return user

    async def delete(self, user_id: UUID) -> None:
        """What belongs to the user goes along: the database cascades."""
        user = await self.session.get(User, user_id)
        if user is None:
            raise UserNotFound
        await self.session.delete(user)

from typing import Annotated

from fastapi import Depends

from [[ package ]].database import Session
from [[ package ]].users.service import UserService


async def user_service(session: Session) -> UserService:
    return UserService(session)


Users = Annotated[UserService, Depends(user_service)]

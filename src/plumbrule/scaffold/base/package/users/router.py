from uuid import UUID

from fastapi import APIRouter, Depends, status

from [[ package ]].auth.dependencies import (
    Auth,
    CurrentUser,
    limit_password_checks,
    requires,
)
from [[ package ]].auth.schemas import PasswordChange
from [[ package ]].pagination import Page, PageQuery, PageRead
from [[ package ]].users.dependencies import Users
from [[ package ]].users.models import User
from [[ package ]].users.permissions import Permission
from [[ package ]].users.schemas import UserRead, UserUpdate

router = APIRouter(prefix="/users", tags=["users"])


@router.get("/me", response_model=UserRead)
async def read_me(user: CurrentUser) -> User:
    return user


@router.patch("/me", response_model=UserRead)
async def update_me(changes: UserUpdate, user: CurrentUser, users: Users) -> User:
    return await users.update(user, changes)


@router.put(
    "/me/password",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(limit_password_checks)],
)
async def change_my_password(change: PasswordChange, user: CurrentUser, auth: Auth) -> None:
    await auth.change_password(user, change)


@router.delete("/me", status_code=status.HTTP_204_NO_CONTENT)
async def delete_me(user: CurrentUser, users: Users) -> None:
    await users.delete(user.id)


@router.get("", response_model=PageRead[UserRead], dependencies=[Depends(requires(Permission.READ_USERS))])
async def list_users(page: PageQuery, users: Users) -> Page[User]:
    return await users.list(page)


@router.delete(
    "/{user_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    dependencies=[Depends(requires(Permission.DELETE_USERS))],
)
async def delete_user(user_id: UUID, users: Users) -> None:
    await users.delete(user_id)

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, Response, status
from fastapi.security import OAuth2PasswordRequestForm

from [[ package ]].auth.dependencies import (
    Auth,
    CurrentToken,
    limit_logins,
    limit_refreshes,
    limit_registrations,
)
from [[ package ]].auth.schemas import Registration, Token
from [[ package ]].auth.service import IssuedTokens
from [[ package ]].auth.tokens import RefreshToken
from [[ package ]].errors import NotAuthenticated
from [[ package ]].settings import AuthSettings
from [[ package ]].users.models import User
from [[ package ]].users.schemas import UserRead

PREFIX = "/auth"
REFRESH_COOKIE = "refresh_token"
COOKIE_PATH = "/api/v1/auth"

public_router = APIRouter(prefix=PREFIX, tags=["auth"])
router = APIRouter(prefix=PREFIX, tags=["auth"])


@public_router.post(
    "/register",
    status_code=status.HTTP_201_CREATED,
    response_model=UserRead,
    dependencies=[Depends(limit_registrations)],
)
async def register(registration: Registration, auth: Auth) -> User:
    return await auth.register(registration)


@public_router.post("/login", dependencies=[Depends(limit_logins)])
async def login(
    form: Annotated[OAuth2PasswordRequestForm, Depends()], auth: Auth, response: Response
) -> Token:
    return deliver(await auth.login(form.username, form.password), auth.settings, response)


@public_router.post("/refresh", dependencies=[Depends(limit_refreshes)])
async def refresh(
    auth: Auth, response: Response, refresh_token: Annotated[str | None, Cookie()] = None
) -> Token:
    if refresh_token is None:
        raise NotAuthenticated
    issued = await auth.refresh(RefreshToken.parse(refresh_token))
    return deliver(issued, auth.settings, response)


@router.post("/logout", status_code=status.HTTP_204_NO_CONTENT)
async def logout(token: CurrentToken, auth: Auth, response: Response) -> None:
    await auth.logout(token.session_id)
    response.delete_cookie(REFRESH_COOKIE, path=COOKIE_PATH)


def deliver(issued: IssuedTokens, settings: AuthSettings, response: Response) -> Token:
    """The refresh token travels in a cookie that no script can read and no other site can send."""
    response.set_cookie(
        REFRESH_COOKIE,
        str(issued.refresh),
        max_age=settings.refresh_token_days * 24 * 60 * 60,
        path=COOKIE_PATH,
        httponly=True,
        secure=True,
        samesite="strict",
    )
    return Token(access_token=issued.access, expires_in=settings.access_token_minutes * 60)

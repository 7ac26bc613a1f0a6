from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from sqlalchemy import bindparam, select

from [[ package ]].auth import tokens
from [[ package ]].auth.models import LoginSession
from [[ package ]].auth.service import AuthService
from [[ package ]].auth.tokens import AccessToken
from [[ package ]].database import Session, utc_now
from [[ package ]].errors import NotAllowed, NotAuthenticated
from [[ package ]].rate_limits import RateLimiter, client_address
from [[ package ]].settings import Settings
from [[ package ]].users.models import User
from [[ package ]].users.permissions import Permission, permissions_of

# Built once, because every request asks it. A logout counts at once, not when the token expires.
OWNER_OF_OPEN_SESSION = (
    select(User)
    .join(LoginSession, LoginSession.user_id == User.id)
    .where(
        User.id == bindparam("user_id"),
        User.is_active,
        LoginSession.id == bindparam("session_id"),
        LoginSession.revoked_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
    )
)

bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/login")


async def access_token(request: Request, encoded: Annotated[str, Depends(bearer)]) -> AccessToken:
    settings: Settings = request.state.settings
    return tokens.decode(encoded, settings.auth)


CurrentToken = Annotated[AccessToken, Depends(access_token)]


async def active_user(token: CurrentToken, session: Session) -> User:
    values = {"user_id": token.user_id, "session_id": token.session_id, "now": utc_now()}
    user = await session.scalar(OWNER_OF_OPEN_SESSION, values)
    if user is None:
        raise NotAuthenticated
    return user


CurrentUser = Annotated[User, Depends(active_user)]


def requires(permission: Permission) -> Callable[[User], Awaitable[None]]:
    async def check(user: CurrentUser) -> None:
        if permission not in permissions_of(user.role):
            raise NotAllowed(f"This needs the permission {permission}.")

    return check


async def auth_service(request: Request, session: Session) -> AuthService:
    settings: Settings = request.state.settings
    return AuthService(session, request.state.passwords, settings.auth)


Auth = Annotated[AuthService, Depends(auth_service)]


async def limit_logins(
    request: Request, form: Annotated[OAuth2PasswordRequestForm, Depends()]
) -> AsyncIterator[None]:
    """By account, because addresses are cheap; by address too, but generously: an office shares one."""
    limits = request.state.settings.rate_limits
    limiter: RateLimiter = request.state.rate_limiter
    account = form.username.lower()[:320]  # as long as an email address can be
    await limiter.hit(limits.login_per_address, "login", client_address(request))
    await limiter.hit(limits.login_per_account, "password", account)
    yield
    await limiter.forget(limits.login_per_account, "password", account)  # only a success gets here


async def limit_password_checks(request: Request, user: CurrentUser) -> None:
    limits = request.state.settings.rate_limits
    await request.state.rate_limiter.hit(limits.login_per_account, "password", user.email)


async def limit_registrations(request: Request) -> None:
    limits = request.state.settings.rate_limits
    await request.state.rate_limiter.hit(limits.register_per_address, "register", client_address(request))


async def limit_refreshes(request: Request) -> None:
    limits = request.state.settings.rate_limits
    await request.state.rate_limiter.hit(limits.refresh_per_address, "refresh", client_address(request))

"""What is compared: the generated service, and bare FastAPI doing the same work for the same routes."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal
from uuid import UUID

import jwt
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel
from shop.auth.models import LoginSession
from shop.database import utc_now
from shop.main import create_app
from shop.orders.models import Order
from shop.orders.schemas import OrderRead
from shop.settings import AuthSettings, Settings
from shop.users.models import User
from shop.users.schemas import UserRead
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

CLAIMS = ["exp", "iat", "sub", "sid", "iss", "aud", "typ"]


class Status(BaseModel):
    status: Literal["ok"] = "ok"


async def trivial() -> Status:
    return Status()


def service() -> FastAPI:
    """Return the service with one more route, which does nothing but has its access line."""
    app = create_app(Settings())
    app.get("/api/v1/trivial")(trivial)
    return app


def bare() -> FastAPI:
    """Return an application as the first page of a tutorial has it: no error handling, no logs, no limits."""
    return bare_app(pre_ping=False)


def bare_with_pre_ping() -> FastAPI:
    return bare_app(pre_ping=True)


def bare_app(*, pre_ping: bool) -> FastAPI:
    settings = Settings()
    sessions = async_sessionmaker(bare_engine(settings, pre_ping=pre_ping), expire_on_commit=False)
    app = FastAPI(openapi_url=None)

    async def session() -> AsyncIterator[AsyncSession]:
        async with sessions() as session:
            yield session

    async def user(
        encoded: Annotated[str, Depends(OAuth2PasswordBearer("login"))],
        session: Annotated[AsyncSession, Depends(session)],
    ) -> User:
        return await caller(encoded, session, settings.auth)

    @app.get("/livez")
    async def is_alive() -> Status:
        return Status()

    @app.get("/api/v1/users/me", response_model=UserRead)
    async def read_me(user: Annotated[User, Depends(user)]) -> User:
        return user

    @app.get("/api/v1/orders/{order_id}", response_model=OrderRead)
    async def read_order(
        order_id: UUID,
        user: Annotated[User, Depends(user)],
        session: Annotated[AsyncSession, Depends(session)],
    ) -> Order:
        order = await session.scalar(select(Order).where(Order.id == order_id, Order.owner_id == user.id))
        if order is None:
            raise HTTPException(404)
        return order

    app.get("/api/v1/trivial")(trivial)
    return app


def bare_engine(settings: Settings, *, pre_ping: bool) -> AsyncEngine:
    database = settings.database
    return create_async_engine(
        database.url.get_secret_value(),
        pool_size=database.pool_size,
        max_overflow=0,
        pool_timeout=database.pool_timeout_seconds,
        pool_pre_ping=pre_ping,
        connect_args={
            "timeout": database.connect_timeout_seconds,
            "command_timeout": database.statement_timeout_seconds + 1,
            "server_settings": {"statement_timeout": str(int(database.statement_timeout_seconds * 1000))},
        },
    )


async def caller(encoded: str, session: AsyncSession, settings: AuthSettings) -> User:
    try:
        claims = jwt.decode(
            encoded,
            settings.secret_key.get_secret_value(),
            algorithms=["HS256"],
            issuer=settings.issuer,
            audience=settings.audience,
            options={"require": CLAIMS},
        )
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error
    user = await session.scalar(
        select(User)
        .join(LoginSession, LoginSession.user_id == User.id)
        .where(
            User.id == UUID(claims["sub"]),
            User.is_active,
            LoginSession.id == UUID(claims["sid"]),
            LoginSession.revoked_at.is_(None),
            LoginSession.expires_at > utc_now(),
        )
    )
    if user is None:
        raise HTTPException(401)
    return user

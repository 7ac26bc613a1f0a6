"""Tests run the real application on a real database, and leave no row behind.

[% if database == "sqlite" %]
SQLite in a temporary folder, or the PostgreSQL that TEST_DATABASE_URL names.
[% else %]
The database is the PostgreSQL that TEST_DATABASE_URL names.
[% endif %]
"""

import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import update
from starlette.types import Receive, Scope, Send

from [[ package ]].database import Database
from [[ package ]].main import create_app
from [[ package ]].settings import DatabaseSettings, Settings
from [[ package ]].users.models import User
from [[ package ]].users.permissions import Role

PROJECT = Path(__file__).parents[1]
PASSWORD = "correct horse battery staple"

State = Mapping[str, Any]
SignUp = Callable[[str], Awaitable[AsyncClient]]
Serve = Callable[..., AbstractAsyncContextManager[AsyncClient]]


@pytest.fixture(scope="session")
[% if database == "sqlite" %]
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    sqlite = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('database') / 'test.db'}"
    url = os.environ.get("TEST_DATABASE_URL", sqlite)
[% else %]
def settings() -> Settings:
    url = os.environ.get("TEST_DATABASE_URL")
    if url is None:
        pytest.exit("TEST_DATABASE_URL has to name a PostgreSQL; the README says how", returncode=2)
[% endif %]
    return Settings(
        _env_file=None,
        database=DatabaseSettings.model_validate({"url": url}),
        cors_origins=["https://app.example.com"],
    )


@pytest.fixture(scope="session")
def alembic(settings: Settings) -> Config:
    return Config(toml_file=PROJECT / "pyproject.toml", attributes={"settings": settings})


@pytest.fixture(scope="session")
def migrated(alembic: Config) -> None:
    command.upgrade(alembic, "head")


@pytest.fixture
def app(settings: Settings, migrated: None) -> FastAPI:
    return create_app(settings)


@pytest.fixture
async def state(app: FastAPI) -> AsyncIterator[State]:
    """What the running application shares between requests. Tests that ask for no more commit for real."""
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        yield state


@pytest.fixture
async def database(state: State) -> AsyncIterator[Database]:
    """The application's database. What a test writes is rolled back after it."""
    database: Database = state["database"]
    async with database.engine.connect() as connection:
        transaction = await connection.begin()
        # Each request still has its own session and its own commit, inside this transaction.
        database.sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        yield database
        await transaction.rollback()


@pytest.fixture
def transport(app: FastAPI, state: State, database: Database) -> ASGITransport:
    return transport_to(app, state)


@pytest.fixture
def serve(settings: Settings, migrated: None) -> Serve:
    """Run another application: `async with serve(max_body_size=10) as client`. Its commits are real."""

    @asynccontextmanager
    async def serve(**changes: object) -> AsyncIterator[AsyncClient]:
        app = create_app(settings.model_copy(update=changes))
        async with app.router.lifespan_context(app) as state:
            assert state is not None
            yield client(transport_to(app, state))

    return serve


def transport_to(app: FastAPI, state: State) -> ASGITransport:
    async def running_app(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    return ASGITransport(running_app)


def client(transport: ASGITransport, token: str | None = None) -> AsyncClient:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return AsyncClient(transport=transport, base_url="https://test", headers=headers)


@pytest.fixture
def anonymous(transport: ASGITransport) -> AsyncClient:
    return client(transport)


@pytest.fixture
def sign_up(transport: ASGITransport, anonymous: AsyncClient) -> SignUp:
    """Register an account, log in, and give a client that acts for it."""

    async def sign_up(email: str) -> AsyncClient:
        account = {"email": email, "password": PASSWORD, "name": email.partition("@")[0]}
        registered = await anonymous.post("/api/v1/auth/register", json=account)
        assert registered.status_code == 201
        form = {"username": email, "password": PASSWORD}
        logged_in = await anonymous.post("/api/v1/auth/login", data=form)
        return client(transport, logged_in.json()["access_token"])

    return sign_up


@pytest.fixture
async def ada(sign_up: SignUp) -> AsyncClient:
    return await sign_up("ada@example.com")


@pytest.fixture
async def admin(sign_up: SignUp, database: Database) -> AsyncClient:
    admin = await sign_up("admin@example.com")
    async with database.sessions.begin() as session:
        await session.execute(update(User).values(role=Role.ADMIN))
    return admin


@pytest.fixture
async def bob(sign_up: SignUp) -> AsyncClient:
    return await sign_up("bob@example.com")

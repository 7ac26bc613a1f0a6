import asyncio
from datetime import datetime, timedelta, timezone
from uuid import uuid4

import pytest
from conftest import PASSWORD, State, client, transport_to
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import QueuePool

from [[ package ]].auth.models import LoginSession
from [[ package ]].auth.passwords import ARGON2ID, PasswordHasher
from [[ package ]].auth.schemas import PasswordChange
from [[ package ]].auth.service import AuthService, WrongCredentials
from [[ package ]].database import Database, Session, utc_now
from [[ package ]].main import create_app
from [[ package ]].settings import Settings
from [[ package ]].users.models import User

# A foreign key that is checked at the commit, whatever the database.
DEFERRED = """
    CREATE TEMPORARY TABLE node (
        id integer PRIMARY KEY, parent integer REFERENCES node (id) DEFERRABLE INITIALLY DEFERRED
    )
"""


@pytest.fixture
def committing(app: FastAPI, state: State) -> AsyncClient:
    """A client of the application whose commits are real."""
    return client(transport_to(app, state))


def grace() -> User:
    return User(email="grace@example.com", name="Grace", password_hash=ARGON2ID.hash(PASSWORD))


async def count_users(state: State) -> int:
    async with state["database"].sessions() as session:
        return await session.scalar(select(func.count()).select_from(User)) or 0


async def test_a_commit_that_fails_is_no_success_and_leaves_nothing(
    app: FastAPI, state: State, committing: AsyncClient
) -> None:
    async def fail_at_the_end(session: Session) -> None:
        session.add(grace())
        await session.execute(text(DEFERRED))
        await session.execute(text("INSERT INTO node VALUES (1, 2)"))

    app.add_api_route("/fail", fail_at_the_end)
    assert (await committing.get("/fail")).status_code == 500
    assert await count_users(state) == 0


async def test_an_error_after_a_write_leaves_nothing(
    app: FastAPI, state: State, committing: AsyncClient
) -> None:
    async def fail(session: Session) -> None:
        session.add(grace())
        await session.flush()
        raise RuntimeError

    app.add_api_route("/fail", fail)
    assert (await committing.get("/fail")).status_code == 500
    assert await count_users(state) == 0


async def test_a_duplicate_is_a_conflict_and_leaves_nothing(
    app: FastAPI, state: State, committing: AsyncClient
) -> None:
    async def add_twice(session: Session) -> None:
        session.add_all([grace(), grace()])

    app.add_api_route("/twice", add_twice)
    assert (await committing.get("/twice")).status_code == 409
    assert await count_users(state) == 0


async def test_a_row_whose_owner_does_not_exist_is_refused(database: Database) -> None:
    async with database.sessions() as session:
        session.add(LoginSession(user_id=uuid4(), refresh_token_hash="", expires_at=utc_now()))
        with pytest.raises(IntegrityError):
            await session.flush()


async def test_a_moment_comes_back_as_it_went_in(database: Database) -> None:
    noon_in_cairo = datetime(2030, 1, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    user = grace()
    user.created_at = noon_in_cairo
    async with database.sessions.begin() as session:
        session.add(user)
    async with database.sessions() as session:
        assert await session.scalar(select(User.created_at)) == noon_in_cairo


async def test_a_request_that_gets_no_connection_is_told_when_to_come_back(
    settings: Settings, migrated: None
) -> None:
    one = {"pool_size": 1, "pool_timeout_seconds": 0.05}
    app = create_app(settings.model_copy(update={"database": settings.database.model_copy(update=one)}))
    form = {"username": "grace@example.com", "password": PASSWORD}
    async with asyncio.timeout(10), app.router.lifespan_context(app) as state:
        assert state is not None
        async with state["database"].engine.connect():
            response = await client(transport_to(app, state)).post("/api/v1/auth/login", data=form)
    assert response.status_code == 503
    assert response.headers["Retry-After"] == "1"


async def test_no_connection_is_held_while_a_password_is_checked(state: State, settings: Settings) -> None:
    pool: QueuePool = state["database"].engine.pool
    held = []

    class Watched(PasswordHasher):
        async def verify(self, password: str, password_hash: str | None) -> bool:
            held.append(pool.checkedout())
            return await super().verify(password, password_hash)

    async with state["database"].sessions() as session:
        auth = AuthService(session, Watched(threads=1), settings.auth)
        with pytest.raises(WrongCredentials):
            await auth.login("grace@example.com", PASSWORD)
        await session.execute(text("SELECT 1"))
        await auth.change_password(grace(), PasswordChange(current_password=PASSWORD, new_password=PASSWORD))
    assert held == [0, 0]


async def test_a_stopped_application_leaves_no_connection_behind(app: FastAPI) -> None:
    async with app.router.lifespan_context(app) as state:
        assert state is not None
        pool: QueuePool = state["database"].engine.pool
        async with state["database"].engine.connect():
            pass
        assert pool.checkedin() == 1
    assert pool.checkedin() == 0

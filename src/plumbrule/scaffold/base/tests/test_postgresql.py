import asyncio
[% if database == "sqlite" %]
import os
[% endif %]

import pytest
from conftest import PASSWORD, State, client, transport_to
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from [[ package ]].database import Database, Session
from [[ package ]].settings import Settings

[% if database == "sqlite" %]
pytestmark = pytest.mark.skipif(
    not os.environ.get("TEST_DATABASE_URL", "").startswith("postgresql"),
    reason="TEST_DATABASE_URL names no PostgreSQL",
)

[% endif %]

@pytest.mark.parametrize(
    ("before", "error"),
    [("SELECT 1", DBAPIError), ("SET statement_timeout = 0", TimeoutError)],
    ids=["server", "client"],
)
async def test_a_statement_ends_in_time_by_the_server_or_else_by_the_client(
    settings: Settings, before: str, error: type[Exception]
) -> None:
    database = Database(settings.database.model_copy(update={"statement_timeout_seconds": 0.1}))
    async with asyncio.timeout(10), database.engine.connect() as connection:
        await connection.execute(text(before))
        with pytest.raises(error):
            await connection.execute(text("SELECT pg_sleep(60)"))
    await database.dispose()


async def test_a_connection_that_died_in_the_pool_is_replaced(settings: Settings) -> None:
    database, another = Database(settings.database), Database(settings.database)
    async with database.engine.connect() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with another.engine.connect() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    async with database.engine.connect() as connection:
        assert await connection.scalar(text("SELECT pg_backend_pid()")) != pid
    await database.dispose()
    await another.dispose()


async def test_a_connection_that_dies_in_a_request_makes_it_unavailable(app: FastAPI, state: State) -> None:
    async def die(session: Session) -> None:
        await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    app.add_api_route("/die", die)
    assert (await client(transport_to(app, state)).get("/die")).status_code == 503


async def test_a_value_that_no_column_can_hold_is_refused(anonymous: AsyncClient) -> None:
    account = {"email": "grace@example.com", "password": PASSWORD, "name": "Gra\0ce"}
    assert (await anonymous.post("/api/v1/auth/register", json=account)).status_code == 422

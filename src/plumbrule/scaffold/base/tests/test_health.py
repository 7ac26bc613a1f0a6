import asyncio
from collections.abc import AsyncIterator

import pytest
from conftest import Serve

from [[ package ]].settings import DatabaseSettings

LOGIN = "/api/v1/auth/login"
FORM = {"username": "ada@example.com", "password": "irrelevant"}


@pytest.fixture
async def silent_server() -> AsyncIterator[str]:
    """The URL of a PostgreSQL that takes connections and then says nothing, as a hung one does."""

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(say_nothing, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql+asyncpg://[[ package ]]@127.0.0.1:{port}/[[ package ]]"


async def test_a_service_with_a_database_is_ready(serve: Serve) -> None:
    async with serve() as client:
        assert (await client.get("/livez")).json() == {"status": "ok"}
        assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_a_service_without_a_database_is_alive_and_not_ready(serve: Serve) -> None:
    nowhere = "postgresql+asyncpg://[[ package ]]@127.0.0.1:1/[[ package ]]"
    async with serve(database=DatabaseSettings.model_validate({"url": nowhere})) as client:
        assert (await client.get("/livez")).status_code == 200
        for response in (await client.get("/readyz"), await client.post(LOGIN, data=FORM)):
            assert response.status_code == 503
            assert response.headers["Content-Type"] == "application/problem+json"


async def test_readiness_does_not_wait_for_a_database_that_hangs(serve: Serve, silent_server: str) -> None:
    database = DatabaseSettings.model_validate({"url": silent_server, "connect_timeout_seconds": 60})
    async with asyncio.timeout(10), serve(database=database) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


async def test_requests_do_not_wait_for_a_database_that_hangs(serve: Serve, silent_server: str) -> None:
    database = DatabaseSettings.model_validate({"url": silent_server, "connect_timeout_seconds": 0.1})
    async with asyncio.timeout(10), serve(database=database) as client:
        assert (await client.post(LOGIN, data=FORM)).status_code == 503

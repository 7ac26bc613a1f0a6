import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from [[ package ]].database import Database
from [[ package ]].settings import DatabaseSettings


def settings_of(path: Path) -> DatabaseSettings:
    return DatabaseSettings.model_validate({"url": f"sqlite+aiosqlite:///{path}"})


@pytest.fixture
async def two_processes(tmp_path: Path) -> AsyncIterator[list[Database]]:
    """One file, opened twice, as two processes would; in it a counter that stands at 0."""
    async with AsyncExitStack() as opened:
        databases = [Database(settings_of(tmp_path / "[[ package ]].db")) for _ in range(2)]
        for database in databases:
            opened.push_async_callback(database.dispose)
        async with databases[0].engine.begin() as connection:
            await connection.execute(text("CREATE TABLE counter (value integer)"))
            await connection.execute(text("INSERT INTO counter VALUES (0)"))
        yield databases


async def count_up(database: Database) -> None:
    """Read, then write: what one of two loses without a lock from the start."""
    async with database.engine.begin() as connection:
        value = await connection.scalar(text("SELECT value FROM counter"))
        await connection.execute(text("UPDATE counter SET value = :value"), {"value": value + 1})


async def test_two_writers_take_turns_and_lose_nothing(two_processes: list[Database]) -> None:
    async with asyncio.TaskGroup() as group:
        for database in two_processes * 10:
            group.create_task(count_up(database))
    async with two_processes[0].engine.begin() as connection:
        assert await connection.scalar(text("SELECT value FROM counter")) == 20


async def test_a_transaction_locks_from_its_start(two_processes: list[Database]) -> None:
    first, second = two_processes
    async with second.engine.begin() as connection:
        await connection.execute(text("PRAGMA busy_timeout = 0"))
    async with first.engine.begin():
        with pytest.raises(OperationalError, match="locked"):
            async with second.engine.begin():
                pass


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("busy_timeout", 5000), ("foreign_keys", 1)],
)
async def test_each_connection_is_prepared(two_processes: list[Database], pragma: str, value: object) -> None:
    for database in two_processes:
        async with database.engine.connect() as connection:
            assert await connection.scalar(text(f"PRAGMA {pragma}")) == value

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from [[ package ]].database import Database
from [[ package ]].settings import DatabaseSettings, Settings


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


def copy_the_table(operations: Operations) -> None:
    with operations.batch_alter_table("parents", recreate="always"):
        pass


def delete_its_rows(operations: Operations) -> None:
    operations.execute("DELETE FROM parents")


def migrate(path: Path, settings: Settings, alembic: Config, change: Callable[[Operations], None]) -> None:
    """Run a migration on a table that another one refers to."""
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE parents (id INTEGER PRIMARY KEY); INSERT INTO parents VALUES (1);"
            "CREATE TABLE children (parent_id REFERENCES parents ON DELETE CASCADE);"
            "INSERT INTO children VALUES (1);"
        )
    own = settings.model_copy(update={"database": settings_of(path)})
    config = Config(toml_file=alembic.toml_file_name, attributes={"settings": own})
    script = ScriptDirectory.from_config(config)

    def steps(_: object, context: MigrationContext) -> list[object]:
        change(Operations(context))
        return []

    with EnvironmentContext(config, script, fn=steps):
        script.run_env()


def test_a_migration_keeps_the_rows_that_refer_to_its_table(
    tmp_path: Path, settings: Settings, alembic: Config
) -> None:
    migrate(tmp_path / "a.db", settings, alembic, copy_the_table)
    with closing(sqlite3.connect(tmp_path / "a.db")) as database:
        assert database.execute("SELECT parent_id FROM children").fetchall() == [(1,)]


def test_a_migration_leaves_no_row_that_refers_to_nothing(
    tmp_path: Path, settings: Settings, alembic: Config
) -> None:
    with pytest.raises(ValueError, match="a row of children refers to nothing in parents"):
        migrate(tmp_path / "a.db", settings, alembic, delete_its_rows)

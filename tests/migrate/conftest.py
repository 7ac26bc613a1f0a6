from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from migrate.project import Little, write
from servers.database import Database, SqliteDatabase
from servers.service import NewDatabase


@pytest.fixture
async def database(empty_database: NewDatabase) -> AsyncIterator[Database]:
    """A database of its own for a test, on SQLite and on PostgreSQL."""
    async with empty_database() as database:
        yield database


@pytest.fixture
def little(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Little:
    """A little project with its first migration, and that database."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    return write(tmp_path / "little", database)


@pytest.fixture
def lite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Little:
    """The same on SQLite only: for what has nothing to do with the server."""
    database = SqliteDatabase(tmp_path / "little" / "little.db")
    monkeypatch.setenv("DATABASE_URL", database.url)
    return write(tmp_path / "little", database)

"""What SQLite needs to behave like a server: one writer, enforced foreign keys, times with a zone."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, DateTime, Dialect, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.types import TypeDecorator

from [[ package ]].settings import DatabaseSettings


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets the time zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.replace(tzinfo=UTC) if value else None


def sqlite_engine(settings: DatabaseSettings) -> AsyncEngine:
    """SQLite has one writer: requests take turns at one connection instead of fighting for the lock."""
    url = settings.url.get_secret_value()
    engine = create_async_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=settings.pool_timeout_seconds,
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def prepare(connection: Any, _: object) -> None:
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    @event.listens_for(engine.sync_engine, "reset")
    def reset(connection: Any, _: object, __: object) -> None:
        connection.rollback()  # a COMMIT that fails leaves SQLite inside the transaction

    return engine


def suspend_foreign_keys(engine: AsyncEngine) -> None:
    """For migrations: a table is altered by dropping it, which would delete the rows that refer to it."""
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "connect")
        def suspend(connection: Any, _: object) -> None:
            connection.execute("PRAGMA foreign_keys=OFF").close()


def check_foreign_keys(connection: Connection) -> None:
    """Raise if a migration has left a row that refers to nothing."""
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken:
            raise ValueError(f"a row of {broken.table} refers to nothing in {broken.parent}")

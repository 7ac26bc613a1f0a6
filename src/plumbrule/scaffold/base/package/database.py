"""The engine, the base of all tables, and the unit of work of a request."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, ClassVar

import structlog
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse
[% if database == "sqlite" %]
from sqlalchemy import Dialect, MetaData, event, text
[% else %]
from sqlalchemy import DateTime, Dialect, MetaData, event, text
[% endif %]
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InterfaceError, InvalidatePoolError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from [[ package ]].errors import ServiceUnavailable, problem
from [[ package ]].settings import DatabaseSettings
[% if database == "sqlite" %]
from [[ package ]].sqlite import UtcDateTime, sqlite_engine
[% endif %]

[% if database == "sqlite" %]
# What PostgreSQL and SQLite call a value that has to be unique and is not.
DUPLICATES = {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"}
[% else %]
# PostgreSQL's error code for a value that has to be unique and is not.
DUPLICATE = "23505"
[% endif %]
# The class of PostgreSQL's error codes for, say, a text with a NUL in it.
DATA_EXCEPTION = "22"

log = structlog.get_logger(__name__)


class DatabaseUnavailable(ServiceUnavailable):
    detail = "The database cannot be reached."


class Base(DeclarativeBase):
    # A constraint without a name cannot be dropped by a migration.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
[% if database == "sqlite" %]
    type_annotation_map: ClassVar = {datetime: UtcDateTime()}
[% else %]
    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True)}
[% endif %]


def utc_now() -> datetime:
    return datetime.now(UTC)


class Database:
    def __init__(self, settings: DatabaseSettings) -> None:
        self.engine = create_engine(settings)
        self.sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    async def ping(self, *, timeout_seconds: float) -> None:
        """Raise unless the database answers in time; do not wait for a silent connection to close."""
        ping = asyncio.create_task(self._select_one())
        done, _ = await asyncio.wait({ping}, timeout=timeout_seconds)
        if not done:
            ping.cancel()
            raise TimeoutError
        ping.result()

    async def _select_one(self) -> None:
        async with self.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        await self.engine.dispose()


async def unit_of_work(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction a request: it commits before the response is sent, and rolls back on any error."""
    database: Database = request.state.database
    async with database.sessions() as session:
        yield session
        await session.commit()


# The scope makes it commit before the client hears of success (plumb explain commit-after-response).
Session = Annotated[AsyncSession, Depends(unit_of_work, scope="function")]


def create_engine(settings: DatabaseSettings) -> AsyncEngine:
[% if database == "sqlite" %]
    on_sqlite = settings.url.get_secret_value().startswith("sqlite")
    engine = sqlite_engine(settings) if on_sqlite else postgresql_engine(settings)
[% else %]
    engine = postgresql_engine(settings)
[% endif %]
    event.listen(engine.sync_engine, "do_connect", connect)
    return engine


def postgresql_engine(settings: DatabaseSettings) -> AsyncEngine:
    statement_timeout = int(settings.statement_timeout_seconds * 1000)
    engine = create_async_engine(
        settings.url.get_secret_value(),
        pool_size=settings.pool_size,
        max_overflow=0,  # a connection beyond the pool would be closed after each use
        pool_timeout=settings.pool_timeout_seconds,
        pool_recycle=600,
        hide_parameters=True,
        connect_args={
            "timeout": settings.connect_timeout_seconds,
            "command_timeout": settings.statement_timeout_seconds + 1,
            "server_settings": {"statement_timeout": str(statement_timeout)},
        },
    )
    event.listen(engine.sync_engine, "checkout", refuse_closed)
    return engine


def refuse_closed(connection: DBAPIConnection, *_: object) -> None:
    """The driver hears at once when the server hangs up: a ping would ask it over the network each time."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError


def connect(dialect: Dialect, _: object, arguments: list[Any], parameters: dict[str, Any]) -> Any:
    """Drivers raise anything from OSError to TimeoutError when they cannot connect: give it one name."""
    try:
        return dialect.connect(*arguments, **parameters)
    except Exception as error:
        raise DatabaseUnavailable from error


async def on_database_error(_: Request, error: DBAPIError) -> JSONResponse:
    """A lost connection is no bug, nor is a value that is taken or that no column can hold; the rest is."""
[% if database == "sqlite" %]
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
    if code in DUPLICATES:
[% else %]
    code = getattr(error.orig, "sqlstate", None) or ""
    if code == DUPLICATE:
[% endif %]
        # Not the error itself: PostgreSQL's says which value it was.
        log.warning("duplicate_refused", statement=error.statement)
        return problem(HTTPStatus.CONFLICT, detail="There is one with these values already.")
    if code.startswith(DATA_EXCEPTION):
        log.warning("value_refused", error=repr(error))
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail="The database cannot hold one of the values.")
[% if database == "sqlite" %]
    if code == "SQLITE_ERROR":
        raise error  # SQLite has one class for a locked file and for a missing table
[% endif %]
    if not (error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)):
        raise error
    log.warning("database_lost", error=repr(error))
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail=DatabaseUnavailable.detail)


async def on_pool_timeout(_: Request, error: PoolTimeout) -> JSONResponse:
    log.warning("database_busy", error=repr(error))
    return problem(
        HTTPStatus.SERVICE_UNAVAILABLE, detail="The database is busy.", headers={"Retry-After": "1"}
    )


def register(app: FastAPI) -> None:
    """Answer 503 while there is no database to talk to."""
    app.exception_handler(DBAPIError)(on_database_error)
    app.exception_handler(PoolTimeout)(on_pool_timeout)

"""Every connection that the project makes passes here: recorded, redirected, or refused."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any, Callable, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool, Pool
from sqlalchemy.util import greenlet_spawn

T = TypeVar("T")

NAMES = ("database", "dbname")
DEFINING = ("CREATE", "ALTER", "DROP")


class Reached(BaseException):
    """The project is about to connect, and that is all that was asked; no `except Exception` catches it."""


class Missing(BaseException):
    """The file of the database is not there, and reading must not make it."""


class Strayed(BaseException):
    """A connection of a rehearsal went to another database than the scratch one."""


class Line:
    """How the project connects: the driver, and what it is given."""

    def __init__(self, dialect: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
        self.dialect = dialect
        self.arguments = list(arguments)
        self.parameters = dict(parameters)

    @property
    def kind(self) -> str:
        """`sqlite`, `postgresql`, ..."""
        return str(self.dialect.name)

    @property
    def is_memory(self) -> bool:
        """Whether it is a database in memory, which ends with its connection."""
        return self.kind == "sqlite" and self.database in ("", ":memory:", "file::memory:")

    @property
    def database(self) -> str:
        """The name of the database, or the path of its file."""
        if self.kind == "sqlite":
            return str((self.arguments or [self.parameters.get("database", "")])[0])
        return next((str(self.parameters[name]) for name in NAMES if name in self.parameters), "")

    @property
    def description(self) -> str:
        """Its URL, without a password."""
        if self.kind == "sqlite":
            path = os.path.relpath(self.database) if os.path.isabs(self.database) else self.database
            return path if not path.startswith("..") else self.database
        given = self.parameters
        user = f"{given['user']}@" if given.get("user") else ""
        port = f":{given['port']}" if given.get("port") else ""
        return f"{self.kind}://{user}{given.get('host') or ''}{port}/{self.database}"

    def pointed_at(self, database: str) -> Line:
        """The same line to another database of the same server, or to another file."""
        arguments, parameters = list(self.arguments), dict(self.parameters)
        point(self.kind, arguments, parameters, database)
        return Line(self.dialect, arguments, parameters)

    def run(self, work: Callable[[Connection], T], *, autocommit: bool = False) -> T:
        """Do work on a connection of its own, whether the driver is async or not."""
        url = f"{self.kind}+{self.dialect.driver}://"

        def creator() -> Any:
            return self.dialect.connect(*self.arguments, **self.parameters)

        def connected() -> T:
            options = {"isolation_level": "AUTOCOMMIT"} if autocommit else {}
            with engine.connect() as connection:
                done = work(connection.execution_options(**options))
                if not autocommit:
                    connection.commit()
                return done

        if not self.dialect.is_async:
            engine = create_engine(url, creator=creator, poolclass=NullPool)
            return connected()
        engine = create_async_engine(url, creator=creator, poolclass=NullPool).sync_engine

        async def spawned() -> T:
            return await greenlet_spawn(connected)

        return asyncio.run(spawned())


def point(kind: str, arguments: list[Any], parameters: dict[str, Any], database: str) -> None:
    """Put another database into the arguments of a driver."""
    if kind == "sqlite":
        parameters.pop("uri", None)
        parameters.pop("database", None)
        arguments[:1] = [database]
        return
    for name in [name for name in NAMES if name in parameters] or NAMES[:1]:
        parameters[name] = database


class Switch:
    """Decides about each connection of the project; `mode` is real, reading, probe or scratch."""

    def __init__(self) -> None:
        self.mode = "real"
        self.line: Line | None = None
        self.scratch = ""
        self.connecting: Line | None = None
        self.statements: list[str] = []
        event.listen(Engine, "do_connect", self.on_connecting)
        event.listen(Pool, "connect", self.on_connected)
        event.listen(Pool, "checkin", self.on_returned)
        event.listen(Engine, "before_cursor_execute", self.on_statement)

    def on_connecting(self, dialect: Any, _: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
        """Before a driver connects. Listeners of a class come before those of the project's own engine."""
        line = Line(dialect, arguments, parameters)
        if self.mode == "scratch":
            point(line.kind, arguments, parameters, self.scratch)
            return
        self.line = self.connecting = line
        if self.mode == "probe":
            raise Reached
        missing = line.kind == "sqlite" and not line.is_memory and "uri" not in parameters
        if self.mode == "reading" and missing and not os.path.exists(line.database):
            raise Missing

    def on_connected(self, connection: Any, _: Any) -> None:
        """After it has: a rehearsal makes sure where it is, also where the project connects by itself."""
        self.connecting = None
        if self.mode != "scratch" or not self.line:
            return
        cursor = connection.cursor()
        if self.line.kind == "sqlite":
            cursor.execute("PRAGMA database_list")
            found = next(str(row[2]) for row in cursor.fetchall() if row[1] == "main")
        else:
            cursor.execute("SELECT current_database()")
            found = str(cursor.fetchone()[0])
        cursor.close()
        connection.rollback()
        if found != self.scratch and not (os.path.exists(found) and os.path.samefile(found, self.scratch)):
            raise Strayed(found)

    def on_returned(self, connection: Any, record: Any) -> None:
        """After use: a pool that keeps it would hand it to the event loop of another run of env.py."""
        if connection is not None and not (self.mode != "scratch" and self.line and self.line.is_memory):
            record.invalidate()

    def on_statement(self, connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        """Before a statement: note it, and let SQLite take back definitions too when a migration fails.

        Python's driver begins a transaction before changes of rows only. PRAGMAs that come first stay
        outside, where they work.
        """
        self.statements.append(statement)
        if connection.dialect.name != "sqlite" or statement.lstrip()[:6].upper().strip() not in DEFINING:
            return
        driver = connection.connection.driver_connection
        if not driver.in_transaction and driver.isolation_level is not None:
            cursor.execute("BEGIN")

    def forbid(self, database: str) -> None:
        """Let nobody open the real SQLite file from now on, by whatever means."""
        real = os.path.realpath(database)

        def hook(name: str, arguments: Any) -> None:
            if name == "sqlite3.connect" and os.path.realpath(os.fspath(arguments[0])) == real:
                raise Strayed(database)

        sys.addaudithook(hook)

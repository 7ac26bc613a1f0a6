"""Databases of the tests: what a service is pointed at, and what a test looks into behind its back."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg  # type: ignore[import-untyped]

Kind = Literal["sqlite", "postgres"]


class Database(Protocol):
    """A database with the service's tables."""

    @property
    def kind(self) -> Kind: ...

    @property
    def url(self) -> str:
        """The URL as the service's settings want it."""

    async def run(self, script: str) -> None:
        """Run statements, separated by semicolons."""

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return the rows of a query."""


@dataclass(frozen=True, slots=True)
class SqliteDatabase:
    path: Path
    kind: Kind = "sqlite"

    @property
    def url(self) -> str:
        return f"sqlite+aiosqlite:///{self.path}"

    async def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            connection.executescript(script)

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.path, timeout=10)) as connection:
            return connection.execute(query).fetchall()


@dataclass(frozen=True, slots=True)
class PostgresDatabase:
    dsn: str
    kind: Kind = "postgres"

    @property
    def name(self) -> str:
        return self.dsn.rpartition("/")[2]

    @property
    def url(self) -> str:
        return self.dsn.replace("postgresql://", "postgresql+asyncpg://", 1)

    async def run(self, script: str) -> None:
        connection = await asyncpg.connect(self.dsn)
        try:
            await connection.execute(script)
        finally:
            await connection.close()

    async def rows(self, query: str) -> list[tuple[object, ...]]:
        connection = await asyncpg.connect(self.dsn)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running PostgreSQL, by its URL without a database."""

    url: str

    @property
    def port(self) -> int:
        return urlsplit(self.url).port or 5432

    def through(self, port: int) -> "PostgresServer":
        """Return the same server behind another port of this machine."""
        address = urlsplit(self.url)
        user, at, _ = address.netloc.rpartition("@")
        return PostgresServer(address._replace(netloc=f"{user}{at}127.0.0.1:{port}").geturl())

    def database(self, name: str) -> PostgresDatabase:
        return PostgresDatabase(f"{self.url}/{name}")

    async def create(self, template: Database | None = None) -> PostgresDatabase:
        """Create a database with a name of its own, as a copy of `template` if given."""
        name = f"plumb_{uuid4().hex[:12]}"
        copy = f' TEMPLATE "{_name(template)}"' if template else ""
        await self.database("postgres").run(f'CREATE DATABASE "{name}"{copy}')
        return self.database(name)

    async def drop(self, database: PostgresDatabase) -> None:
        """Remove a database, whoever is still connected to it."""
        await self.database("postgres").run(f'DROP DATABASE "{_name(database)}" WITH (FORCE)')


def _name(database: Database) -> str:
    return database.url.rpartition("/")[2]

"""The tests of a generated project notice each of its protections when it goes missing."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest

from servers.database import PostgresServer
from servers.service import Project
from survivors.protection import groups, load


def guarding(database: Literal["sqlite", "postgresql"]) -> list[str]:
    """Return the test modules that guard something on this database."""
    return [group for group in groups() if any(protection.database == database for protection in load(group))]


def survivors(project: Project, *arguments: str) -> str:
    """Run `python -m survivors`, a process that forks for each protection; return what it complains of."""
    done = subprocess.run(
        [sys.executable, "-m", "survivors", project.folder, *arguments],
        cwd=Path(__file__).parent,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.stderr


@pytest.fixture
def empty_postgresql(postgres: PostgresServer) -> Iterator[str]:
    """The URL of a PostgreSQL database with nothing in it."""
    database = asyncio.run(postgres.create())
    yield database.url
    asyncio.run(postgres.drop(database))


@pytest.mark.parametrize("group", guarding("sqlite"))
def test_no_protection_goes_missing_unnoticed(project: Project, group: str) -> None:
    assert survivors(project, group) == ""


@pytest.mark.parametrize("group", guarding("postgresql"))
def test_no_protection_on_postgresql_goes_missing_unnoticed(
    project: Project, empty_postgresql: str, group: str
) -> None:
    assert survivors(project, group, "--postgresql", empty_postgresql) == ""

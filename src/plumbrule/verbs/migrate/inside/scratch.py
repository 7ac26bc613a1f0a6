"""The scratch database of a rehearsal: made, found again when its maker was killed, and removed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Callable, TypeVar

from sqlalchemy import text

from .failures import ConnectionFailure, Unsupported, reason_of

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from .connections import Line

T = TypeVar("T")
PREFIX = "plumb_rehearsal_"
OLD = 24 * 60 * 60  # seconds; after that even one of another machine is nobody's
HOST = hashlib.sha256(socket.gethostname().encode()).hexdigest()[:6]


def own_name() -> str:
    """A name that says when, where and by which process it was made."""
    return f"{PREFIX}{int(time.time())}_{HOST}_{os.getpid()}"


def is_stale(name: str) -> bool:
    """Whether the process that made a database is gone."""
    made, _, rest = name[len(PREFIX) :].partition("_")
    host, _, process = rest.partition("_")
    if not (made.isdigit() and process.isdigit()):
        return False
    if host != HOST:
        return time.time() - int(made) > OLD
    return not is_running(int(process))


def is_running(process: int) -> bool:
    """Whether a process is at work: in a container a dead one may stay listed, since nobody asks for it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        status = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return True  # not on Linux
    return status.rpartition(")")[2].split()[0] != "Z"


class Scratch:
    """A database of our own beside the real one."""

    def __init__(self, real: Line) -> None:
        self.real = real
        self.name = own_name()
        if real.kind not in ("sqlite", "postgresql"):
            raise Unsupported(f"a rehearsal needs PostgreSQL or SQLite, and this is {real.kind}")
        self.place = str(Path(tempfile.gettempdir()) / self.name / "rehearsal.db")

    @property
    def line(self) -> Line:
        """How to connect to it."""
        return self.real.pointed_at(self.database)

    @property
    def database(self) -> str:
        """What stands in for the name of the real one."""
        return self.place if self.real.kind == "sqlite" else self.name

    def make(self) -> None:
        """Make it, empty; whatever had the name is gone."""
        if self.real.kind == "sqlite":
            shutil.rmtree(Path(self.place).parent, ignore_errors=True)
            Path(self.place).parent.mkdir(mode=0o700)
            return
        self.drop()
        try:
            self.administer(lambda connection: create(connection, self.name))
        except Exception as error:
            if "permission denied" in str(error):
                raise Unsupported(
                    f"the role of {self.real.description} may not create databases; "
                    "let an administrator say ALTER ROLE … CREATEDB, or rehearse on another server"
                ) from error
            raise

    def drop(self) -> None:
        """Remove it."""
        if self.real.kind == "sqlite":
            shutil.rmtree(Path(self.place).parent, ignore_errors=True)
        else:
            self.administer(lambda connection: drop(connection, self.name))

    def sweep(self) -> list[str]:
        """Remove what runs that were killed have left; gives the names."""
        swept = []
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            if is_stale(folder.name):
                shutil.rmtree(folder, ignore_errors=True)
                swept.append(folder.name)
        if self.real.kind == "postgresql":
            for name in filter(is_stale, self.administer(databases)):
                with contextlib.suppress(Exception):  # another run may be faster, or have more rights
                    self.administer(lambda connection, name=name: drop(connection, name))  # type: ignore[misc]
                    swept.append(name)
        return swept

    def administer(self, work: Callable[[Connection], T]) -> T:
        """Work on the server, connected to its maintenance database, or else to the real one."""
        maintenance = self.real.pointed_at("postgres")
        if reaches(maintenance) is None:
            return maintenance.run(work, autocommit=True)
        if (error := reaches(self.real)) is not None:
            raise ConnectionFailure(self.real) from error
        return self.real.run(work, autocommit=True)


def reaches(line: Line) -> Exception | None:
    """Why there is no connection; nothing if there is one."""
    try:
        line.run(lambda _: None, autocommit=True)
    except Exception as error:
        return error
    return None


def create(connection: Connection, name: str) -> None:
    """Make a database; from the other template if somebody works in the usual one."""
    try:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    except Exception as error:
        if "being accessed by other users" not in reason_of(error):
            raise
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE template0'))


def drop(connection: Connection, name: str) -> None:
    """Remove a database, whoever is connected to it."""
    force = "" if (connection.dialect.server_version_info or (0,)) < (13,) else " WITH (FORCE)"
    connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"{force}'))


def databases(connection: Connection) -> list[str]:
    """The scratch databases that there are."""
    rows = connection.execute(text("SELECT datname FROM pg_database"))
    return [str(name) for (name,) in rows if str(name).startswith(PREFIX)]

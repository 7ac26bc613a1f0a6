"""A generated service under a real server: generated once, migrated once, booted as often as a probe asks."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from servers import child
from servers.database import Database, Kind, PostgresServer, SqliteDatabase

PLUMB = Path(sysconfig.get_path("scripts")) / "plumb"
SECRET_KEY = "a key that only the tests and the service they started know"
METRICS_TOKEN = "a token that only the tests and the scraper know"
FRONTEND = "https://shop.example"
# As a deployment would set it; what is not here is the project's own default.
PRODUCTION = {
    "SHOP_ENVIRONMENT": "production",
    "SHOP_AUTH__SECRET_KEY": SECRET_KEY,
    "SHOP_METRICS_TOKEN": METRICS_TOKEN,
    "SHOP_CORS_ORIGINS": json.dumps([FRONTEND]),
}
# For the service that tests share: they all come from one address, and the machine may be busy.
# Tests about limits and time-outs boot a service with the project's own.
PATIENT = {
    "SHOP_DATABASE__POOL_TIMEOUT_SECONDS": "60",
    "SHOP_DATABASE__CONNECT_TIMEOUT_SECONDS": "60",
    **{
        f"SHOP_RATE_LIMITS__{name}": "1000000/minute"
        for name in ("LOGIN_PER_ACCOUNT", "LOGIN_PER_ADDRESS", "REGISTER_PER_ADDRESS", "REFRESH_PER_ADDRESS")
    },
}


@dataclass(frozen=True, slots=True)
class Program:
    """What `python` is given, where, and with which environment; `{port}` stands for the port."""

    arguments: tuple[str, ...]
    working_directory: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Project:
    """A generated project named `shop`, run from its folder by the interpreter of the tests."""

    folder: Path

    def program(self, *arguments: str, database: Database, **settings: str) -> Program:
        """Return `python ARGUMENTS…` with what the project needs to find its code and its database."""
        environment = {
            "PYTHONPATH": str(self.folder / "src"),
            "SHOP_DATABASE__URL": database.url,
            **settings,
        }
        return Program(arguments, self.folder, environment)

    def run(self, *arguments: str, database: Database) -> str:
        """Run `python -m ARGUMENTS…` to its end and return what it wrote; raise `ChildError` if it fails."""
        program = self.program("-m", *arguments, database=database)
        done = subprocess.run(
            [sys.executable, *program.arguments],
            cwd=program.working_directory,
            env={"LC_ALL": "C.UTF-8", **program.environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if done.returncode != 0:
            raise child.ChildError(f"{arguments} exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr


@dataclass(frozen=True, slots=True)
class Service:
    """A running service: its URL, its process, the folder of its output, and the database behind it."""

    url: str
    process: subprocess.Popen[bytes]
    folder: Path
    database: Database

    def client(self) -> httpx2.AsyncClient:
        """Return a client with a connection for each request in flight, idle no longer than servers allow."""
        limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64, keepalive_expiry=2)
        return httpx2.AsyncClient(base_url=self.url, timeout=60, trust_env=False, limits=limits)

    @property
    def written(self) -> str:
        """All that the process has written, to either stream."""
        return "".join((self.folder / stream).read_text(errors="replace") for stream in ("stdout", "stderr"))


NewDatabase = Callable[[], AbstractAsyncContextManager[Database]]
Boot = Callable[..., AbstractAsyncContextManager[Service]]


@asynccontextmanager
async def running(program: Program, folder: Path, database: Database) -> AsyncIterator[Service]:
    """Start a service with its output in `folder`, yield it when it answers, and stop it at the end."""
    url, process = await asyncio.to_thread(_start, program, folder)
    try:
        yield Service(url, process, folder, database)
    finally:
        await asyncio.to_thread(child.stop, process, signal.SIGTERM)


def _start(program: Program, folder: Path) -> tuple[str, subprocess.Popen[bytes]]:
    port = child.unused_port()
    url = f"http://127.0.0.1:{port}"
    process = child.start(
        [sys.executable, *(argument.format(port=port) for argument in program.arguments)],
        folder=folder,
        working_directory=program.working_directory,
        environment={**program.environment, "SHOP_SERVER__PORT": str(port), "PYTHONUNBUFFERED": "1"},
    )
    child.wait_until(lambda: _answers(url), process, folder)
    return url, process


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/livez", trust_env=False, timeout=1).status_code == 200
    except httpx2.TransportError:
        return False


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def kind(request: pytest.FixtureRequest) -> Kind:
    """The database under the service; what asks for it runs once for each."""
    kind: Kind = request.param
    return kind


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project that `plumb init` writes by default, or the one in PLUMB_TEST_PROJECT."""
    if existing := os.environ.get("PLUMB_TEST_PROJECT"):
        return Project(Path(existing))
    folder = tmp_path_factory.mktemp("generated") / "shop"
    command = [str(PLUMB), "init", str(folder), "--yes", "--no-sync", "--no-git"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return Project(folder)


@pytest.fixture(scope="session")
def empty_database(
    kind: Kind, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> NewDatabase:
    """Make databases with nothing in them."""

    @asynccontextmanager
    async def empty_database() -> AsyncIterator[Database]:
        if kind == "sqlite":
            yield SqliteDatabase(tmp_path_factory.mktemp("database") / "shop.db")
            return
        server: PostgresServer = request.getfixturevalue("postgres")
        database = await server.create()
        yield database
        await server.drop(database)

    return empty_database


@pytest.fixture(scope="session")
async def new_database(
    project: Project,
    empty_database: NewDatabase,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[NewDatabase]:
    """Make databases that went through the project's migrations: copies of one that did."""
    async with empty_database() as template:
        project.run("alembic", "upgrade", "head", database=template)

        @asynccontextmanager
        async def new_database() -> AsyncIterator[Database]:
            if isinstance(template, SqliteDatabase):
                copy = SqliteDatabase(tmp_path_factory.mktemp("database") / "shop.db")
                shutil.copyfile(template.path, copy.path)
                yield copy
                return
            server: PostgresServer = request.getfixturevalue("postgres")
            database = await server.create(template)
            yield database
            await server.drop(database)

        yield new_database


@pytest.fixture(scope="session")
def boot(project: Project, new_database: NewDatabase, tmp_path_factory: pytest.TempPathFactory) -> Boot:
    """Start services of one's own: `async with boot(SHOP_ENVIRONMENT="development") as service`.

    Settings default to those of production. `wrapper` is the source of a module whose `create_app`
    is served in place of the project's.
    """

    @asynccontextmanager
    async def boot(
        *, database: Database | None = None, wrapper: str | None = None, **settings: str
    ) -> AsyncIterator[Service]:
        if database is None:
            async with new_database() as own, boot(database=own, wrapper=wrapper, **settings) as service:
                yield service
            return
        folder = tmp_path_factory.mktemp("service")
        program = project.program("-m", "shop", database=database, **{**PRODUCTION, **settings})
        if wrapper is not None:
            (folder / "wrapper.py").write_text(wrapper)
            program = _served_by_uvicorn("wrapper:create_app", folder, program)
        async with running(program, folder, database) as service:
            yield service

    return boot


def _served_by_uvicorn(app: str, folder: Path, program: Program) -> Program:
    """Return the program that serves `app`, found in `folder`, in the same place and environment."""
    arguments = ("-m", "uvicorn", app, "--factory", "--port", "{port}", "--no-access-log")
    path = f"{folder}{os.pathsep}{program.environment['PYTHONPATH']}"
    return Program(arguments, program.working_directory, {**program.environment, "PYTHONPATH": path})


@pytest.fixture(scope="session")
async def service(boot: Boot) -> AsyncIterator[Service]:
    """A service in production that tests share: each brings its own accounts and looks only at those."""
    async with boot(**PATIENT) as service:
        yield service

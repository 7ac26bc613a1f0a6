"""A MongoDB for the tests: the one in TEST_MONGODB_URL, else a program in a virtual environment of its own.

The program's licence is not ours, so it is never imported and never a dependency: it is installed beside
the tests, once, and run.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import child

REQUIREMENTS = Path(__file__).parents[2] / "requirements" / "mongodb.txt"
NOTHING_FOUND = "no MongoDB: set TEST_MONGODB_URL, or let pip install requirements/mongodb.txt"


def installed() -> Path | None:
    """Return the server's program; install it beside the tests' own environment if it is not there."""
    home = Path(sys.prefix) / ".mongodb"
    program = home / "bin" / "secantusd-py"
    if program.exists():
        return program
    fresh = Path(tempfile.mkdtemp(prefix=".mongodb-", dir=sys.prefix))
    try:
        # Scripts name their interpreter by its path, so the folder is a link to where it was made.
        venv.create(fresh, with_pip=True)
        command = [str(fresh / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
        done = subprocess.run([*command, "-r", str(REQUIREMENTS)], capture_output=True, check=False)
        if done.returncode != 0:
            shutil.rmtree(fresh)
            return None
        home.symlink_to(fresh)
    except FileExistsError:  # another process was first
        shutil.rmtree(fresh)
    return program


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
    program = installed()
    if program is None:
        pytest.skip(NOTHING_FOUND)
    folder, port = tmp_path_factory.mktemp("mongodb"), child.unused_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--storage-path", ":memory:"]
    process = child.start([program, *options], folder=folder, working_directory=folder, environment={})
    try:
        child.wait_until(lambda: _listens(port), process, folder)
        yield f"mongodb://127.0.0.1:{port}"
    finally:
        child.stop(process, signal.SIGTERM)

"""Child processes that serve: started with their output in files, awaited by a condition, stopped by id."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class ChildError(RuntimeError):
    """A child ended, or was not ready in time; the message carries the end of what it wrote."""


def unused_port() -> int:
    """Return a port that nobody listens on, below the range the kernel hands to clients.

    Polling a port of that range can connect to itself and look ready.
    """
    while True:
        port = random.randrange(20_000, 32_768)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def start(
    command: Sequence[str | Path],
    *,
    folder: Path,
    working_directory: Path,
    environment: Mapping[str, str],
    user: tuple[int, int] | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command`, as `user` (uid, gid) if given; its output goes to stdout and stderr in `folder`."""
    uid, gid = user or (None, None)
    with (folder / "stdout").open("ab") as out, (folder / "stderr").open("ab") as err:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=working_directory,
            env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", **environment},
            user=uid,
            group=gid,
            extra_groups=None if user is None else [],
        )


def wait_until(
    ready: Callable[[], bool], child: subprocess.Popen[bytes], folder: Path, within: float = 30
) -> None:
    """Return when `ready()` holds; raise `ChildError` when the child ends first or the deadline passes."""
    deadline = time.monotonic() + within
    while not ready():
        try:
            code = child.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            if time.monotonic() > deadline:
                stop(child, signal.SIGKILL)
                raise ChildError(f"not ready after {within} s: {last_words(folder)}") from None
        else:
            raise ChildError(f"ended with {code} before it was ready: {last_words(folder)}")


def stop(child: subprocess.Popen[bytes], how: signal.Signals, within: float = 20) -> int:
    """Send `how` unless the child is gone, wait for it, and return its exit code; kill it at the deadline."""
    if child.poll() is None:
        child.send_signal(how)
    try:
        return child.wait(timeout=within)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        raise ChildError(f"process {child.pid} did not end within {within} s of {how.name}") from None


def last_words(folder: Path) -> str:
    """Return the end of what a child wrote."""
    return "\n".join((folder / name).read_text(errors="replace")[-2000:] for name in ("stdout", "stderr"))

"""What keeps a transaction to itself: no second run, no signal at the wrong moment."""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from plumbrule.plan.steps import Refusal


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other runs out; the system lets go of the lock when the process dies."""
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415  not there on Windows

    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            mine = folder.exists() and os.path.samestat(os.fstat(handle), folder.stat())
        except BlockingIOError:
            mine = False
        if not mine:
            raise Refusal(f"another run of plumb is writing to {folder.parent}; wait for it and run again")
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold signals back for a moment; they arrive afterwards."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

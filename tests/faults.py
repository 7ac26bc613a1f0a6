"""Faults where our code meets the system: at the nth change to the files of a folder an error or a signal.

As a program it does that to processes of their own, at the first moment, `stride` moments later, and so on:
python faults.py SIGKILL 1 module:function FOLDER FOLDER FOLDER…
"""

import errno
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir", "os.chmod"}


@dataclass(slots=True)
class Fault:
    folder: str
    countdown: int
    strike: Callable[[], None]


_armed: list[Fault] = []
_installed: list[bool] = []


def arm(folder: Path, nth: int, strike: Callable[[], None]) -> Fault:
    """From now on count the changes in `folder`; `strike` just before the nth."""
    if not _installed:
        sys.addaudithook(_watch)
        _installed.append(True)
    fault = Fault(str(folder.resolve()), nth, strike)
    _armed[:] = [fault]
    return fault


@contextmanager
def full_disk(folder: Path, nth: int) -> Iterator[Fault]:
    """The nth change in `folder` finds no space; the ones after it do."""
    try:
        yield arm(folder, nth, _no_space)
    finally:
        _armed.clear()


def _no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if not _armed or not _is_change(event, arguments, _armed[0].folder):
        return
    fault = _armed[0]
    fault.countdown -= 1
    if fault.countdown == 0:
        _armed.clear()
        fault.strike()


def _is_change(event: str, arguments: tuple[object, ...], folder: str) -> bool:
    path = arguments[0] if arguments else None
    if event == "open":
        flags = arguments[2]
        if not isinstance(flags, int) or not flags & (os.O_WRONLY | os.O_RDWR):
            return False
    elif event not in CHANGES:
        return False
    within_open_folder = event in {"os.remove", "os.rmdir"} and arguments[1] != -1
    return within_open_folder or (isinstance(path, str | os.PathLike) and _inside(os.fspath(path), folder))


def _inside(path: str, folder: str) -> bool:
    # No resolve(): it would look at the disk, and what happens there is what is watched.
    return os.path.abspath(path).startswith(folder)  # noqa: PTH100


def strike_at_every(stride: int, name: str, target: str, folders: Sequence[Path]) -> list[int]:
    """Run `target` in each folder, interrupted by signal `name`; gives the exit codes.

    It comes at the first moment, in the next folder `stride` moments later, until `target` comes through.
    """
    command = [sys.executable, __file__, name, str(stride), target, *map(str, folders)]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False, timeout=120)
    codes = [int(line) for line in done.stdout.split()]
    assert codes[-1] == 0, "not enough folders"
    return codes


def main() -> None:
    """Run the function once for each folder, in a process of its own."""
    name, stride, target, *folders = sys.argv[1:]
    number = signal.Signals[name]
    module, _, function = target.partition(":")
    run = getattr(importlib.import_module(module), function)
    for nth, folder in enumerate(folders):
        process = os.fork()
        if process == 0:
            sys.argv = [function, folder]
            arm(Path(folder), nth * int(stride) + 1, lambda: os.kill(os.getpid(), number))
            try:
                run()
            except KeyboardInterrupt:
                os._exit(130)
            except SystemExit as end:
                os._exit(int(end.code or 0))
            os._exit(0)
        code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
        print(code, flush=True)
        if code == 0:
            break


if __name__ == "__main__":
    main()

"""Processes that run code of the project, in a scratch copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

PATIENCE = 300  # seconds; a child that takes longer hangs
MOST = 400  # characters of what it said
OURS = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "PYTEST_", "COV_CORE", "COVERAGE_")


@dataclass(frozen=True, slots=True)
class Done:
    """How a child ended and what it said; the code is None if it did not end in time."""

    code: int | None
    output: str

    @property
    def reason(self) -> str:
        """Its last words."""
        if self.code is None:
            return f"it did not end within {PATIENCE} seconds"
        lines = [line.strip() for line in self.output.splitlines() if line.strip()]
        if not lines:
            return f"it ended with {self.code} and said nothing"
        return lines[-1] if len(lines[-1]) <= MOST else f"{lines[-1][: MOST - 1]}…"


def run(command: Sequence[str | Path], folder: Path, variables: Mapping[str, str] | None = None) -> Done:
    """Run a command in a folder; nothing of it outlives us, and hashes come out the same every time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    fixed = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1", "PYTHONWARNINGS": "ignore", "TZ": "UTC"}
    with subprocess.Popen(
        [str(word) for word in command],
        cwd=folder,
        env={**kept, **fixed, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            stop(process)
            return Done(None, "")
        except BaseException:
            stop(process)
            raise
    return Done(process.returncode, output)


def stop(process: subprocess.Popen[str]) -> None:
    """End the process and all that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

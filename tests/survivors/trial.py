"""Run a project's own tests in a fork of this process, which has imported the slow packages once for all."""

import importlib
import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from survivors.protection import Protection

PRELOADED = (
    *("aiosqlite", "alembic.command", "asyncpg", "email_validator", "fastapi.testclient", "httpx2", "jwt"),
    *("limits.aio.storage", "limits.aio.strategies", "orjson", "prometheus_client", "pydantic_settings"),
    *("pwdlib.hashers.argon2", "pytest_asyncio.plugin", "python_multipart", "structlog", "uvicorn"),
    *("sqlalchemy.dialects.sqlite.aiosqlite", "sqlalchemy.ext.asyncio"),
)
OPTIONS = ("-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin")
DEADLINE_SECONDS = 120


class Outcome(Enum):
    """How a run of tests ended."""

    GREEN = 0
    RED = 1
    BROKEN = 2


@dataclass(slots=True)
class Failures:
    """A plugin of pytest: tests that ran and failed, as opposed to those that could not even start."""

    count: int = 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.count += report.failed and report.when == "call"


@dataclass(frozen=True, slots=True)
class Trial:
    """A project, copied for each run, and the URL of its database unless that is SQLite."""

    project: Path
    postgresql: str | None

    def control(self, protections: Sequence[Protection]) -> tuple[Outcome, str]:
        """Run all guards on the project as it is: they must be green."""
        return self._run(sorted({protection.guard for protection in protections}), None)

    def without(self, protection: Protection) -> tuple[Outcome, str]:
        """Run the guard on a copy that lacks the protection: it must be red."""
        return self._run([protection.guard], protection)

    def _run(self, guards: Sequence[str], missing: Protection | None) -> tuple[Outcome, str]:
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "project"
            shutil.copytree(self.project, copy, ignore=shutil.ignore_patterns(".*", "*.db", "__pycache__"))
            if missing is not None:
                missing.take_out_of(copy)
            log = Path(folder) / "log"
            outcome = _forked(copy, guards, self.postgresql, log)
            return outcome, log.read_text(errors="replace")


def preload() -> None:
    """Import what every run needs; the project's own modules stay out."""
    for name in PRELOADED:
        importlib.import_module(name)


def _forked(project: Path, guards: Sequence[str], database: str | None, log: Path) -> Outcome:
    fork = multiprocessing.get_context("fork")
    child = fork.Process(target=_run_tests, args=(project, guards, database, log))
    child.start()
    child.join(DEADLINE_SECONDS)
    if child.exitcode is None and child.pid is not None:
        os.killpg(child.pid, signal.SIGKILL)
        child.join()
    return Outcome(child.exitcode) if child.exitcode in {0, 1} else Outcome.BROKEN


def _run_tests(project: Path, guards: Sequence[str], database: str | None, log: Path) -> None:
    os.setpgrp()
    with log.open("w") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(project)
    os.environ.update(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=str(project / "src"))
    os.environ.pop("TEST_DATABASE_URL", None)
    if database is not None:
        os.environ["TEST_DATABASE_URL"] = database
    sys.path.insert(0, str(project / "src"))
    failures = Failures()
    code = pytest.main([*OPTIONS, *guards], plugins=[failures])
    if code == pytest.ExitCode.OK:
        sys.exit(Outcome.GREEN.value)
    sys.exit(Outcome.RED.value if failures.count else Outcome.BROKEN.value)

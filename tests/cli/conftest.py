"""The real `plumb`, in a process of its own and in an empty folder."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from report.projects import RATES, write

PLUMB = Path(sys.executable).with_name("plumb")

Done = subprocess.CompletedProcess[str]
Plumb = Callable[..., Done]


def environment(**more: str) -> dict[str, str]:
    """What a user's shell has; git finds no configuration of ours, and nobody asks for colours or a width."""
    ours = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return {**kept, "GIT_CONFIG_GLOBAL": os.devnull, "PYTHONDONTWRITEBYTECODE": "1", **more}


@pytest.fixture
def plumb(tmp_path: Path) -> Plumb:
    """Run `plumb` with arguments in `tmp_path`, without a terminal."""

    def run(
        *arguments: str,
        cwd: Path = tmp_path,
        env: Mapping[str, str] | None = None,
        preexec_fn: Callable[[], None] | None = None,
    ) -> Done:
        return subprocess.run(
            [PLUMB, *arguments],
            cwd=cwd,
            env=environment(**(env or {})),
            preexec_fn=preexec_fn,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    return run


def found(done: Done) -> list[dict[str, object]]:
    assert done.returncode in {0, 1}, done.stderr
    findings: list[dict[str, object]] = json.loads(done.stdout)["findings"]
    return findings


def refused(done: Done) -> str:
    """The first line in which plumb says that it will not."""
    assert done.returncode == 2, done
    assert done.stdout == ""
    assert done.stderr.startswith("plumb: ")
    assert "Traceback" not in done.stderr
    return done.stderr.removeprefix("plumb: ").splitlines()[0]


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    return write(tmp_path, {"app/rates.py": RATES, "app/__init__.py": "", "pyproject.toml": ""})


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))

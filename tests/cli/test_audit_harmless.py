"""What is looked at is not run, and nobody is asked over a network."""

from pathlib import Path

import pytest

from cli.conftest import Plumb
from report.projects import RATES, write

TRAP = "from pathlib import Path\nPath(__file__).with_suffix('.ran').write_text('')\n"
NO_NETWORK = """\
import sys


def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.bind"}:
        raise OSError(f"{event} {arguments}")


sys.addaudithook(refuse)
"""


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A project of which every file leaves a trace when it is run."""
    empty = dict.fromkeys(("app/__init__.py", "conftest.py", "setup.py"), "")
    traps = {name: TRAP + text for name, text in {**empty, "app/rates.py": RATES}.items()}
    return write(tmp_path, {**traps, "pyproject.toml": "", "guard/sitecustomize.py": NO_NETWORK})


@pytest.mark.parametrize(
    "command",
    [
        ["audit"],
        ["audit", "--diff", "--unsafe"],
        ["audit", "--score"],
        ["explain", "blocking-call-in-async"],
        ["map", "routes"],
        ["map", "auth"],
        ["structure"],
        [],
    ],
    ids=" ".join,
)
def test_nothing_of_a_project_is_run_and_nobody_is_asked(
    plumb: Plumb, trapped: Path, command: list[str]
) -> None:
    done = plumb(*command, env={"PYTHONPATH": str(trapped / "guard")})
    assert done.returncode in {0, 1}, done.stderr
    assert done.stderr.count("Error") == 0
    assert done.stdout
    assert list(trapped.rglob("*.ran")) == []
    assert list(trapped.rglob("__pycache__")) == []


def test_the_guard_of_this_test_does_guard(plumb: Plumb, trapped: Path) -> None:
    done = plumb("audit", "--probe", "http://127.0.0.1:9", env={"PYTHONPATH": str(trapped / "guard")})
    assert "socket." in done.stdout + done.stderr


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("wanted", "says"), [("api", "write --path api"), ("orders", "nothing matches `orders`")]
)
def test_a_map_of_nothing_says_that_nothing_matches(
    plumb: Plumb, tmp_path: Path, wanted: str, says: str
) -> None:
    (tmp_path / "api").mkdir()
    done = plumb("map", "routes", wanted)
    assert (done.returncode, done.stdout) == (0, "0 routes\n")
    assert says in done.stderr

"""The real `plumb add`, in projects that the real `plumb init` has made."""

import hashlib
import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]
SCRIPTS = Path(sysconfig.get_path("scripts"))

_REQUIRED = (
    "number:str summary:text amount:int ratio:float total:decimal paid:bool due:date sent_at:datetime "
    "token:uuid contact:email site:url extra:json status:enum(draft|sent|in-doubt) order:ref(order)"
)
_OPTIONAL = (
    "title:str? note:text? count:int? rate:float? tax:decimal? final:bool? day:date? seen_at:datetime? "
    "key:uuid? mail:email? link:url? more:json? group:enum(a|b)? other:ref(orders)?"
)
REQUIRED, OPTIONAL = _REQUIRED.split(), _OPTIONAL.split()


def execute(folder: Path, program: str, *arguments: str, **environment: str) -> Done:
    """Run a program of the tests' environment in `folder`, without a terminal."""
    leaked = ("PYTEST_", "COV_", "TEST_DATABASE_URL", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(leaked)}
    return subprocess.run(
        [SCRIPTS / program, *arguments],
        cwd=folder,
        env={**kept, "COLUMNS": "80", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def succeed(folder: Path, program: str, *arguments: str, **environment: str) -> str:
    """Run a program that has to succeed, with the code of the project at hand; give what it wrote."""
    done = execute(folder, program, *arguments, PYTHONPATH="src", **environment)
    assert done.returncode == 0, f"{program} {arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


def add(folder: Path, *words: str) -> str:
    """`plumb add resource` in a project; gives what it wrote."""
    return succeed(folder, "plumb", "add", "resource", *words)


def files_of(folder: Path) -> dict[str, str]:
    """Every file of a project, by a digest of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".plumb" not in path.parts
    }


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `plumb init` makes it; nobody changes it."""
    folder = tmp_path_factory.mktemp("pristine")
    succeed(folder, "plumb", "init", "shop", "--yes", "--no-sync", "--no-git")
    return folder / "shop"


@pytest.fixture
def shop(pristine: Path, tmp_path: Path) -> Path:
    """A project as `plumb init` makes it, for one test."""
    return Path(shutil.copytree(pristine, tmp_path / "shop"))


@pytest.fixture(scope="session")
def full(pristine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a resource of every type, and one that refers to it and to the orders."""
    folder = Path(shutil.copytree(pristine, tmp_path_factory.mktemp("full") / "shop"))
    add(folder, "invoice", *REQUIRED, *OPTIONAL)
    add(folder, "line_item", "name:str", "invoice:ref(invoice)", "order:ref(order)?")
    return folder

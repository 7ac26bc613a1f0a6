"""Every variant of a generated project is clean, typed and green, on every database it speaks to."""

import os
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path

import pytest

from servers.database import PostgresServer

SCRIPTS = Path(sysconfig.get_path("scripts"))
VARIANTS = {
    "default": "shop",
    "without-the-example": "shop --without orders",
    "bare": "shop --without orders --without docker --without ci --without pre-commit",
    "postgres-only": "shop --database postgres",
    "by-layer": "shop --layout by-layer",
    "minimal": "shop --preset minimal",
    "minimal-with-all": "shop --preset minimal --with docker --with ci --with pre-commit",
    # Names decide where lines break.
    "short-name": "a",
    "long-name": "a_very_long_name_of_a_service1",
    "short-minimal": "a --preset minimal",
    "long-minimal": "a_very_long_name_of_a_service1 --preset minimal",
}


@pytest.fixture(scope="module", params=list(VARIANTS))
def project(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    name, *flags = VARIANTS[request.param].split()
    folder = tmp_path_factory.mktemp("generated") / name
    run(SCRIPTS, "plumb", "init", str(folder), "--yes", "--no-sync", "--no-git", *flags)
    return folder


def run(folder: Path, tool: str, *arguments: str, **environment: str) -> str:
    """Run a tool of the tests' environment in the project's folder; it must succeed."""
    done = tried(folder, tool, *arguments, **environment)
    assert done.returncode == 0, f"{tool} {arguments}\n{done.stdout}{done.stderr}"
    return done.stdout


def tried(folder: Path, tool: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of the tests' environment in the project's folder."""
    return subprocess.run(
        [SCRIPTS / tool, *arguments],
        cwd=folder,
        env={**clean_environment(), "PYTHONPATH": "src", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def clean_environment() -> Mapping[str, str]:
    """Ours without what would change how the project's tools behave."""
    leaked = ("PYTEST_", "COV", "TEST_DATABASE_URL", "COLUMNS", "FORCE_COLOR")
    return {name: value for name, value in os.environ.items() if not name.startswith(leaked)}


def has_database(project: Path) -> bool:
    return (project / "migrations").exists()


def test_it_is_linted_and_formatted(project: Path) -> None:
    run(project, "ruff", "check", "--no-cache")
    run(project, "ruff", "format", "--check", "--no-cache")


def test_it_is_typed(project: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    # Variants share the cache, so that the libraries are read once.
    run(project, "mypy", "--cache-dir", str(tmp_path_factory.getbasetemp() / "mypy"))


def test_its_own_tests_pass(project: Path) -> None:
    if "sqlite" not in (project / "pyproject.toml").read_text() and has_database(project):
        done = tried(project, "pytest", "-q", "-p", "no:cacheprovider")
        assert done.returncode == 2
        assert done.stdout.count("TEST_DATABASE_URL has to name a PostgreSQL") == 1, done.stdout
        return
    assert " passed" in run(project, "pytest", "-q", "-p", "no:cacheprovider")


async def test_its_own_tests_pass_on_postgresql(project: Path, postgres: PostgresServer) -> None:
    if not has_database(project):
        return
    database = await postgres.create()
    passed = run(project, "pytest", "-q", "-p", "no:cacheprovider", TEST_DATABASE_URL=database.url)
    await postgres.drop(database)
    assert " passed" in passed


def test_nothing_of_the_template_engine_is_left(project: Path) -> None:
    for file in project.rglob("*"):
        if file.is_file() and file.suffix != ".pyc":
            text = file.read_text()
            assert not [mark for mark in ("[[ ", " ]]", "[%", "%]", "[#") if mark in text], file
            assert text.endswith("\n") or not text, file
            assert "\n\n\n\n" not in text, file


@pytest.mark.parametrize(
    ("flags", "traces"),
    [
        ("--without orders", ("order",)),
        ("--without docker", ("docker", "compose")),
        ("--database postgres", ("sqlite",)),
        ("--preset minimal", ("sqlalchemy", "alembic", "postgres", "sqlite", "login", "database")),
    ],
)
def test_what_was_not_chosen_leaves_no_trace(tmp_path: Path, flags: str, traces: tuple[str, ...]) -> None:
    folder = tmp_path / "shop"
    run(SCRIPTS, "plumb", "init", str(folder), "--yes", "--no-sync", "--no-git", *flags.split())
    found = [
        f"{file.relative_to(folder)}: {line.strip()}"
        for file in sorted(folder.rglob("*"))
        if file.is_file()
        for line in file.read_text().splitlines()
        if any(trace in line.lower() for trace in traces) and not innocent(line)
    ]
    assert found == []


def innocent(line: str) -> bool:
    """Words that hold a trace by chance."""
    return any(word in line.lower() for word in ("order_by", "in order", "border", "pyproject"))


def test_the_same_answers_give_the_same_bytes(tmp_path: Path) -> None:
    def files(folder: Path) -> dict[str, bytes]:
        run(SCRIPTS, "plumb", "init", str(folder), "--yes", "--no-sync", "--no-git")
        paths = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    assert files(tmp_path / "one" / "shop") == files(tmp_path / "two" / "shop")

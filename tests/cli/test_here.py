"""`plumb` alone, its version, its help, and the ways in which a shell can be unkind."""

import subprocess
from pathlib import Path

import pytest

from cli.conftest import PLUMB, Plumb, environment
from plumbrule import __version__
from plumbrule.cli.arguments import hoist


def test_an_empty_folder_is_an_invitation(plumb: Plumb) -> None:
    done = plumb()
    assert done.returncode == 0
    assert done.stdout.splitlines()[0] == "an empty folder"
    assert "plumb init" in done.stdout


def test_a_generated_project_is_known(plumb: Plumb, tmp_path: Path) -> None:
    plumb("init", "shop", "--yes", "--no-sync")
    done = plumb(cwd=tmp_path / "shop")
    assert done.stdout.splitlines()[0] == f"shop: made by plumb {__version__}, preset service"
    assert "plumb add resource" in done.stdout


@pytest.mark.parametrize("flags", [["--preset", "minimal"], ["--layout", "by-layer"]])
def test_what_would_be_refused_is_not_advised(plumb: Plumb, tmp_path: Path, flags: list[str]) -> None:
    plumb("init", "shop", "--yes", "--no-sync", *flags)
    assert plumb("add", "resource", "cat", "name:str", cwd=tmp_path / "shop").returncode == 2
    done = plumb(cwd=tmp_path / "shop")
    assert "plumb add" not in done.stdout
    assert "plumb audit" in done.stdout


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("pyproject.toml", '[project]\nname = "x"\ndependencies = ["fastapi>=0.1"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nfastapi = "*"\n'),
        ("requirements.txt", "uvicorn\nFastAPI==0.100\n"),
        ("main.py", "from fastapi import FastAPI\n"),
        ("backend/app/main.py", "import os\n\nimport fastapi\n"),
    ],
)
def test_a_fastapi_project_is_known(plumb: Plumb, tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text(text)
    assert "a FastAPI project" in plumb().stdout


@pytest.mark.parametrize("text", ["", "not toml [", "[project]\nname = 3\n"])
def test_another_folder_gets_a_way_on(plumb: Plumb, tmp_path: Path, text: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    done = plumb()
    assert done.returncode == 0
    assert "plumb init NAME" in done.stdout


@pytest.mark.parametrize("arguments", [["--version"], ["-q", "--version"]])
def test_the_version_is_one_line(plumb: Plumb, arguments: list[str]) -> None:
    assert plumb(*arguments).stdout == f"plumb {__version__}\n"


@pytest.mark.parametrize("arguments", [["--help"], ["init", "--help"], ["init", "-h"]])
def test_help_is_plain_and_fits_the_terminal(plumb: Plumb, arguments: list[str]) -> None:
    done = plumb(*arguments, env={"COLUMNS": "80"})
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: plumb")
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


@pytest.mark.parametrize(
    "arguments", [["ini"], ["init", "--nmae", "x"], ["--color", "blue"], ["init", "a", "b"]]
)
def test_a_word_that_is_not_understood_is_one_line(plumb: Plumb, arguments: list[str]) -> None:
    done = plumb(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("plumb: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ini"], "no such command 'ini'; did you mean `init`?"),
        (["migrate", "xyz"], "no such command 'xyz'; plumb migrate --help lists them"),
        (["audit", "--selct", "x"], "no such option: --selct; did you mean `--select`?"),
        (
            ["migrate", "rehearse", "--rows", "x"],
            "invalid value for '--rows': 'x' is not a valid whole number",
        ),
    ],
)
def test_what_is_meant_is_asked_in_one_way(plumb: Plumb, arguments: list[str], said: str) -> None:
    assert plumb(*arguments).stderr == f"plumb: {said}\n"


def test_a_reader_that_goes_away_is_no_disaster(tmp_path: Path) -> None:
    command = f"{PLUMB} init shop --dry-run --yes --verbose | true"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}
    assert done.stderr == ""


def test_flags_of_all_commands_may_stand_anywhere() -> None:
    assert hoist(["init", "shop", "-q", "--color", "never"]) == ["-q", "--color", "never", "init", "shop"]
    assert hoist(["init", "--", "-q"]) == ["init", "--", "-q"]
    assert hoist(["init", "--color"]) == ["--color", "init"]

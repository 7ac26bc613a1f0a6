"""`plumb init` on a terminal: questions with defaults, arrow keys, and a way out."""

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pexpect
import pytest

from cli.conftest import PLUMB, environment

DOWN, SPACE, ENTER = "\x1b[B", " ", "\r"

Child = Any  # pexpect.spawn[str] is generic in its stubs only
Terminal = Callable[..., Child]


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """Run `plumb` on a terminal of 80 columns in `tmp_path`."""
    opened = []

    def run(*arguments: str, cwd: Path = tmp_path) -> Child:
        child = pexpect.spawn(
            str(PLUMB),
            list(arguments),
            cwd=str(cwd),
            env=environment(TERM="xterm", PROMPT_TOOLKIT_NO_CPR="1"),  # nobody answers where the cursor is
            dimensions=(40, 80),
            encoding="utf-8",
            timeout=60,
        )
        opened.append(child)
        return child

    yield run
    for child in opened:
        child.close(force=True)


def finish(child: Child) -> int:
    child.expect(pexpect.EOF)
    child.close()
    code: int = child.exitstatus
    return code


def recorded(project: Path) -> dict[str, object]:
    table: dict[str, object] = tomllib.loads((project / "pyproject.toml").read_text())["tool"]["plumb"][
        "scaffold"
    ]
    return table


def test_enter_takes_the_defaults(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    child = terminal("init", "--no-sync")
    for text in ("Name of the project:", "What shall it have?", "Which database?", "Which parts?"):
        child.expect_exact(text)
        child.send(ENTER)
    assert finish(child) == 0
    answers = recorded(tmp_path / "shop")
    assert (answers["preset"], answers["database"]) == ("service", "sqlite")
    assert answers["parts"] == ["orders", "docker", "ci", "pre-commit"]


def test_arrow_keys_and_space_choose(terminal: Terminal, tmp_path: Path) -> None:
    child = terminal("init", "web", "--no-sync")
    child.expect_exact("What shall it have?")
    child.send(ENTER)
    child.expect_exact("Which database?")
    child.send(DOWN + ENTER)
    child.expect_exact("Which parts?")
    child.send(DOWN + SPACE + DOWN + SPACE + ENTER)
    assert finish(child) == 0
    answers = recorded(tmp_path / "web")
    assert (answers["database"], answers["parts"]) == ("postgres", ["orders", "pre-commit"])


def test_a_preset_without_a_database_is_not_asked_for_one(terminal: Terminal, tmp_path: Path) -> None:
    child = terminal("init", "web", "--no-sync")
    child.expect_exact("What shall it have?")
    child.send(DOWN + ENTER)
    assert child.expect_exact(["Which database?", "Which parts?"]) == 1
    child.send(SPACE + ENTER)
    assert finish(child) == 0
    assert recorded(tmp_path / "web")["parts"] == ["docker"]


def test_what_a_flag_has_answered_is_not_asked(terminal: Terminal, tmp_path: Path) -> None:
    child = terminal("init", "web", "--no-sync", "--database", "postgres", "--without", "ci")
    assert finish(child) == 0
    assert recorded(tmp_path / "web")["parts"] == ["orders", "docker", "pre-commit"]


def test_yes_asks_nothing(terminal: Terminal, tmp_path: Path) -> None:
    assert finish(terminal("init", "web", "--no-sync", "--yes")) == 0
    assert recorded(tmp_path / "web")["preset"] == "service"


def test_an_empty_folder_becomes_the_project(terminal: Terminal, tmp_path: Path) -> None:
    here = tmp_path / "my-shop"
    here.mkdir()
    child = terminal("init", "--no-sync", "--preset", "minimal", "--with", "ci", cwd=here)
    child.expect_exact("my-shop")
    child.send(ENTER)
    assert finish(child) == 0
    assert (here / "src/my_shop/main.py").exists()


def test_a_name_that_will_not_do_is_explained_and_can_be_mended(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "something").touch()
    child = terminal("init", "--no-sync", "--preset", "minimal", "--with", "ci")
    child.expect_exact("Name of the project:")
    child.send("\x15class" + ENTER)
    child.expect_exact("is a keyword of Python; try class-service")
    child.send("-room" + ENTER)
    assert finish(child) == 0
    assert (tmp_path / "class-room/src/class_room/main.py").exists()


def test_a_folder_that_is_not_empty_is_refused_before_the_first_question(
    terminal: Terminal, tmp_path: Path
) -> None:
    (tmp_path / "something").touch()
    child = terminal("init", ".", "--no-sync")
    assert child.expect_exact(["What shall it have?", "is not empty (it holds something)"]) == 1
    assert finish(child) == 2


@pytest.mark.parametrize("last", ["Name of the project:", "What shall it have?", "Which parts?"])
def test_ctrl_c_at_a_question_leaves_nothing_behind(terminal: Terminal, tmp_path: Path, last: str) -> None:
    (tmp_path / "something").touch()
    child = terminal("init", "--no-sync")
    for text in ("Name of the project:", "What shall it have?", "Which database?", "Which parts?"):
        child.expect_exact(text)
        if text == last:
            break
        child.send(ENTER)
    child.sendintr()
    child.expect_exact("plumb: interrupted; nothing was left behind")
    assert finish(child) == 130
    assert [path.name for path in tmp_path.iterdir()] == ["something"]

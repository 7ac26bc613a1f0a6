"""What a shell offers when somebody presses Tab."""

import subprocess
from pathlib import Path

import pytest

from cli.conftest import PLUMB, environment
from plumbrule.cli.map import DRAWN
from plumbrule.cli.structure import LAYOUTS
from plumbrule.rules import rulebook
from plumbrule.verbs import map as map_
from plumbrule.verbs.selection import CATEGORIES
from plumbrule.verbs.structure import planning


def offered(words: str, folder: Path) -> list[str]:
    """The words that bash is given for the last one of a line."""
    count = str(len(words.split(" ")) - 1)
    asked = environment(_PLUMB_COMPLETE="complete_bash", COMP_WORDS=words, COMP_CWORD=count)
    return subprocess.run(
        [PLUMB], cwd=folder, env=asked, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("plumb explain blocking-", ["blocking-call-in-async"]),
        ("plumb audit --select observ", ["observability"]),
        ("plumb guide security-", ["security-auth", "security-owasp"]),
        ("plumb map a", ["auth"]),
        ("plumb structure --layout by-", ["by-feature", "by-layer"]),
        ("plumb init --preset m", ["minimal"]),
        ("plumb init --without d", ["docker"]),
    ],
)
def test_words_of_which_there_are_few_are_offered(tmp_path: Path, words: str, found: list[str]) -> None:
    assert offered(words, tmp_path) == found


def test_all_that_there_are_are_offered(tmp_path: Path) -> None:
    assert set(offered("plumb explain ", tmp_path)) == {*CATEGORIES, *(rule.name for rule in rulebook())}
    assert DRAWN == map_.KINDS
    assert tuple(planning.LAYOUTS) == LAYOUTS

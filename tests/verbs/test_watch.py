"""When an audit is due, and what is left of the one before."""

import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbrule.config import Config
from plumbrule.plan import Refusal
from plumbrule.verbs import review
from plumbrule.verbs.memory import Memory
from plumbrule.verbs.watch import News, Watch, changed, look
from report.projects import CLEAN, RATES, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.rulekit import Project


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return write(tmp_path / "project", {"main.py": RATES})


def test_many_changes_are_waited_for_until_it_is_still(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the clock stands still, each pause is a step of somebody who checks another branch out."""
    steps: Iterator[dict[str, str]] = iter(
        [
            {},
            {"README.md": "x"},
            {},
            {"a.py": CLEAN},
            {"b.py": CLEAN},
            {"main.py": CLEAN},
            {},
            {"c.py": CLEAN},
        ]
    )
    monkeypatch.setattr(time, "sleep", lambda _: write(project, next(steps)))
    now = changed(project, set(), look(project, set()))
    assert set(now) == {"a.py", "b.py", "main.py"}
    assert list(steps) == [{"c.py": CLEAN}]


def test_a_folder_that_is_gone_is_a_change(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = look(project, set())
    pauses = iter(range(3))
    monkeypatch.setattr(time, "sleep", lambda _: next(pauses))
    project.rename(project.with_name("other"))
    assert changed(project, set(), before) == {}


def test_what_the_first_audit_has_looked_at_is_no_change(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the rules that ask for a Dockerfile: before the first audit nobody knows of it."""
    write(project, {"Dockerfile": "FROM python:3.12\n"})
    told: list[News | Refusal] = []
    pauses = iter(range(5))
    monkeypatch.setattr(time, "sleep", lambda _: next(pauses))
    with pytest.raises(StopIteration):
        watch(project, told.append)
    assert len(told) == 1


def watch(project: Path, tell: Callable[[News | Refusal], None]) -> None:
    target = review.target([project])
    Watch(target, lambda: Config(project), known=False, tell=tell, observe=lambda *_: None).run(())


def test_no_project_outlives_its_audit_and_its_outcome_is_remembered(project: Path) -> None:
    """`tell` changes a file after each audit, which makes the next one due."""
    given: list[weakref.ref[Project]] = []

    def tell(news: News | Refusal) -> None:
        assert isinstance(news, News)
        assert not any(old() for old in given)
        given.append(weakref.ref(news.outcome.project))
        if len(given) == 4:
            raise KeyboardInterrupt
        write(project, {"main.py": RATES + f"\n\nNUMBER = {len(given)}\n"})

    with pytest.raises(KeyboardInterrupt):
        watch(project, tell)
    (project / "main.py").write_text(RATES + "\n\nNUMBER = 2\n")
    assert Memory(Config(project)).recall() is not None

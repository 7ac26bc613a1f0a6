"""An audit over facts that another process has kept is a first audit, whatever became of files and facts."""

import os
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.test_reading import LONG_AGO, STEPS, Step, files_in, outcome
from plumbrule.config import Config
from plumbrule.mcp.readings import Readings
from plumbrule.model.reading import Reading
from plumbrule.verbs import kept_facts, memory, review
from plumbrule.verbs.kept_facts import KeptFacts
from report.projects import CLEAN, RATES, many, write
from verbs.test_watch import watch


@pytest.fixture(autouse=True)
def facts(caches: Path) -> Path:
    return caches / "facts"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    files = {f"app/m{number}.py": many(3) for number in range(30)}
    return write(tmp_path, {"main.py": RATES, "tests/test_main.py": CLEAN, "pyproject.toml": "", **files})


def audited(project: Path) -> list[str]:
    found = review.review(review.target([project]), Config(project)).findings
    return [f"{item.finding}{item.fingerprint}" for item in found]


def edit(project: Path, number: int) -> None:
    write(project, {"main.py": RATES.replace("sleep(1)", f"sleep(1 + {number})")})


def known(project: Path) -> set[str]:
    return set(KeptFacts(project).reading().known)


def watched_once(project: Path) -> None:
    def tell(_: object) -> NoReturn:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        watch(project, tell)


def nothing(_: Path, __: int) -> None:
    """Whatever is kept stays as it is."""


def cut(path: Path, number: int) -> None:
    path.write_bytes(path.read_bytes()[: -1 - number])


def turn(path: Path, number: int) -> None:
    text = bytearray(path.read_bytes())
    text[number * 7919 % len(text)] ^= 1
    path.write_bytes(text)


def age(path: Path, _: int) -> None:
    """It was written by another version."""
    path.write_bytes(b"0" * 64 + path.read_bytes()[64:])


def lose(path: Path, _: int) -> None:
    path.unlink()


DAMAGE = st.lists(st.sampled_from([nothing, nothing, nothing, cut, turn, age, lose]), min_size=8, max_size=8)


@settings(max_examples=60)
@given(STEPS, DAMAGE)
def test_an_outcome_of_a_new_process_is_that_of_a_first_audit(
    steps: Sequence[Step], damage: Sequence[Callable[[Path, int], None]]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for (change, example, number), hurt in zip(steps, damage, strict=False):
            change(folder, example, number)
            kept = KeptFacts(folder)
            for path in (kept.whole, kept.since)[: 1 + number % 2]:
                if path.exists():
                    hurt(path, number)
            reading = kept.reading()
            reading.opened += LONG_AGO * (number % 2)
            assert outcome(reading) == outcome(Reading(folder))
            kept.keep(reading)


def test_the_first_audit_keeps_nothing_and_the_first_after_an_edit_all(project: Path, facts: Path) -> None:
    for _ in range(2):
        audited(project)
        assert not facts.exists()
    edit(project, 1)
    audited(project)
    [whole] = facts.iterdir()
    assert known(project) == {os.fspath(path.relative_to(project)) for path in project.rglob("*.py")}
    before = whole.read_bytes()
    for number in (2, 3):
        edit(project, number)
        audited(project)
        assert {path.suffix for path in facts.iterdir()} == {".whole", ".since"}
        assert whole.read_bytes() == before
        assert set(kept_facts.load(whole.with_suffix(".since"))[1]) == {"main.py"}


def test_only_a_file_that_changed_is_read(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        edit(project, number)
        audited(project)
    monkeypatch.setattr("plumbrule.model.reading.read_file", lambda _, path: pytest.fail(path))
    Reading.project(KeptFacts(project).reading())
    edit(project, 4)
    with pytest.raises(pytest.fail.Exception, match=r"main\.py"):
        audited(project)


@pytest.mark.parametrize("begin", [watched_once, lambda project: Readings().of(project).project()])
def test_a_process_that_stays_begins_with_what_is_kept(
    project: Path, monkeypatch: pytest.MonkeyPatch, begin: Callable[[Path], object]
) -> None:
    for number in range(2):
        edit(project, number)
        audited(project)
    monkeypatch.setattr("plumbrule.model.reading.read_file", lambda _, path: pytest.fail(path))
    begin(project)


def test_facts_in_which_something_changed_are_none(project: Path) -> None:
    reading = Reading(project)
    reading.project()
    kept = KeptFacts(project)
    kept.keep(reading)
    text = kept.whole.read_bytes()
    kept.whole.write_bytes(text.replace(b"sleep", b"steep"))
    assert not known(project)
    kept.whole.write_bytes(text)
    assert known(project)


def test_what_was_written_first_says_which_times_are_certain(project: Path) -> None:
    reading = Reading(project)
    for number in (1, 2):
        edit(project, number)
        reading.project()
        reading.opened = number
        kept = KeptFacts(project)
        kept.reading()
        kept.keep(reading)
    assert kept.since.exists()
    assert KeptFacts(project).reading().opened == 1


def test_files_that_are_gone_vanish_when_they_are_many(project: Path, facts: Path) -> None:
    for number in range(3):
        edit(project, number)
        audited(project)
    [_, whole] = sorted(facts.iterdir())
    size = whole.stat().st_size
    for path in files_in(project / "app")[:20]:
        path.unlink()
    audited(project)
    assert list(facts.iterdir()) == [whole]
    assert len(known(project)) == 12
    assert whole.stat().st_size < size / 2


def test_two_projects_have_facts_of_their_own(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = write(tmp_path_factory.mktemp("other"), {"main.py": CLEAN})
    for number in range(2):
        edit(project, number)
        write(other, {"main.py": CLEAN + f"\n\nNUMBER = {number}\n"})
        assert audited(project) != audited(other)
    assert known(other) == {"main.py"}
    assert audited(project) != audited(other)


@pytest.mark.parametrize("version", ["sys.version", "plumbrule"])
def test_facts_of_another_version_are_none(
    project: Path, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(2):
        edit(project, number)
        audited(project)
    assert known(project)
    memory.tool.cache_clear()
    with monkeypatch.context() as patch:
        if version == "sys.version":
            patch.setattr("sys.version", "3.99")
        else:
            patch.setattr(memory, "ROOMS", ("facts", "model", "rules"))
        assert not known(project)
    memory.tool.cache_clear()
    assert known(project)


def test_a_folder_that_cannot_be_made_costs_nothing(project: Path, facts: Path) -> None:
    first = audited(project)
    facts.write_text("")  # a file where the folder should be
    edit(project, 0)
    assert len(audited(project)) == len(first)
    assert not known(project)


def test_a_full_disk_leaves_nothing_half_written(
    project: Path, facts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    audited(project)
    edit(project, 1)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert audited(project)
    assert list(facts.iterdir()) == []


def test_many_may_write_at_once(project: Path, facts: Path) -> None:
    reading = KeptFacts(project).reading()
    expected = outcome(reading)
    writers = [threading.Thread(target=KeptFacts(project).keep, args=(reading,)) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert outcome(KeptFacts(project).reading()) == expected
    assert len(list(facts.iterdir())) == 1

"""A project that is read again and again is the one that is read for the first time."""

import os
import shutil
import tempfile
import weakref
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbrule.model.reading import Reading
from plumbrule.report.json import json
from plumbrule.report.view import View
from plumbrule.verbs.audit import audit_project
from report.projects import CLEAN, RATES, many, write
from test_rules import EXAMPLES, Section

if TYPE_CHECKING:
    from plumbrule.model.project import Project

LONG_AGO = 10**12
"""nanoseconds: files that were read then are known by their times"""


def outcome(reading: Reading) -> str:
    return json(audit_project(reading.project()), View())


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def bring(folder: Path, example: Section, number: int) -> None:
    write(folder / ("", "one", "app")[number % 3], example.files)


def chosen(folder: Path, number: int) -> list[Path]:
    found = files_in(folder)
    return [found[number % len(found)]] if found else []


def remove(folder: Path, _: Section, number: int) -> None:
    for path in chosen(folder, number):
        path.unlink()


def rename(folder: Path, _: Section, number: int) -> None:
    for path in chosen(folder, number):
        path.rename(path.with_name(f"{('test_', 'm')[number % 2]}{number}.py"))


def spoil(folder: Path, _: Section, number: int) -> None:
    for path in chosen(folder, number):
        path.write_bytes(path.read_bytes()[: number * 20] + b"\n\ndef broken(:\n")


def mend(folder: Path, _: Section, number: int) -> None:
    for path in chosen(folder, number):
        path.write_bytes(b"# plumb: ignore[blocking-call-in-async] why not\n" + path.read_bytes())


def swap(folder: Path, _: Section, number: int) -> None:
    for one, other in zip(chosen(folder, number), chosen(folder, number + 1), strict=True):
        texts = one.read_bytes(), other.read_bytes()
        other.write_bytes(texts[0])
        one.write_bytes(texts[1])


def settle(folder: Path, _: Section, number: int) -> None:
    """A change that keeps the size and the time."""
    for path in chosen(folder, number):
        times = path.stat()
        path.write_bytes(path.read_bytes().replace(b"async def", b"def      "))
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


Step = tuple[Callable[[Path, Section, int], None], Section, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([bring, bring, bring, remove, rename, spoil, mend, swap, settle]),
        st.sampled_from([section for _, section in EXAMPLES]),
        st.integers(0, 99),
    ),
    min_size=4,
    max_size=8,
)


@settings(max_examples=200)
@given(STEPS)
def test_an_outcome_over_facts_that_were_kept_is_that_of_a_first_audit(steps: Sequence[Step]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        reading = Reading(folder)
        for change, example, number in steps:
            change(folder, example, number)
            reading.opened += LONG_AGO * (number % 2)
            assert outcome(reading) == outcome(Reading(folder))


def test_what_was_asked_of_a_file_is_asked_again_of_the_one_in_its_place(tmp_path: Path) -> None:
    reading = Reading(tmp_path)
    for _, example in EXAMPLES:
        for path in files_in(tmp_path):
            path.unlink()
        write(tmp_path, example.files)
        assert outcome(reading) == outcome(Reading(tmp_path))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path, {"main.py": RATES, "app/many.py": many(3), "tests/test_main.py": CLEAN})


def test_only_a_file_that_changed_is_read(folder: Path) -> None:
    reading = Reading(folder)
    before = {module.path: module.file for module in reading.project().modules}
    for number, since in enumerate((0, LONG_AGO, 0)):
        reading.opened += since
        times = (folder / "main.py").stat()
        write(folder, {"main.py": RATES.replace("sleep(1)", f"sleep({number})")})
        os.utime(folder / "main.py", ns=(times.st_atime_ns, times.st_mtime_ns))
        (folder / "app/many.py").touch()
        after = {module.path: module.file for module in reading.project().modules}
        assert {path for path in after if after[path] is not before[path]} == {"main.py"}
        before = after
    shutil.rmtree(folder / "app")
    assert {module.path for module in reading.project().modules} == {"main.py", "tests/test_main.py"}
    assert set(reading.known) == {"main.py", "tests/test_main.py"}, "what is gone is kept"


def test_a_file_that_cannot_be_read_any_more_is_said_and_read_when_it_can(folder: Path) -> None:
    reading = Reading(folder)
    for text in (RATES, "x" * 5_000_001, RATES):
        write(folder, {"main.py": text})
        reading.opened += LONG_AGO
        project = reading.project()
        assert project.tree
        assert project.tree.closed == ({} if text == RATES else {"main.py": "longer than 5 MB"})
        assert bool(project.routes[3:]) == (text == RATES)


def test_projects_that_nobody_uses_any_more_are_gone_after_a_rest(folder: Path) -> None:
    reading = Reading(folder)
    given: list[weakref.ref[Project]] = []
    for number in range(50):
        write(folder, {"main.py": RATES + f"\n\nLATER = {number}\n"})
        project = reading.project()
        audit_project(project)
        given.append(weakref.ref(project))
        del project
        reading.rest()
        assert not any(project() for project in given)

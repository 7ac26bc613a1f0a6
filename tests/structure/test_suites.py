"""The tests of a project before and after: the same with the same outcomes, or what differs is named."""

import sys
from pathlib import Path

from plumbrule.proof.suites import compare_tests
from structure.projects import write

TESTS = """
    import uuid

    import pytest


    @pytest.mark.parametrize("name", ["a b", "a c", uuid.uuid4().hex])
    def test_names(name: str) -> None:
        assert name


    def test_fails() -> None:
        assert False


    @pytest.mark.skip(reason="not here")
    def test_skipped() -> None: ...
    """


def plain(folder: Path) -> Path:
    """An interpreter whose pytest has no plugins: ours take a second to import."""
    path = folder / "python"
    path.write_text(f'#!/bin/sh\nPYTEST_DISABLE_PLUGIN_AUTOLOAD=1 exec {sys.executable} "$@"\n')
    path.chmod(0o755)
    return path


def test_outcomes_are_compared_test_by_test(tmp_path: Path) -> None:
    before = write(tmp_path / "before", {"test_it.py": TESTS})
    after = write(
        tmp_path / "after",
        {"test_it.py": TESTS.replace("assert False", "assert True").replace('"a c", ', "")},
    )
    (same,) = compare_tests(before, before, plain(tmp_path))
    assert (same.status, same.details) == ("equal", ())
    assert same.compared == "1 failed, 3 passed, 1 skipped"
    (other,) = compare_tests(before, after, plain(tmp_path))
    assert other.status == "differs"
    assert list(other.details) == [
        "test_it.py::test_fails: FAILED → PASSED",
        "test_it.py::test_names: 3 tests → 2",
    ]


def test_a_lost_test_is_named(tmp_path: Path) -> None:
    before = write(tmp_path / "before", {"test_it.py": "def test_one(): ...\ndef test_two(): ...\n"})
    after = write(tmp_path / "after", {"test_it.py": "def test_one(): ...\n"})
    (check,) = compare_tests(before, after, plain(tmp_path))
    assert list(check.details) == ["test_it.py::test_two: PASSED → gone"]


def test_an_editable_installation_of_the_project_is_not_what_is_tested(tmp_path: Path) -> None:
    tests = "from shop import PRICE\n\n\ndef test_price(): assert PRICE == 1\n"
    installed = write(tmp_path / "installed", {"src/shop.py": "PRICE = 1\n"})
    before = write(tmp_path / "before", {"src/shop.py": "PRICE = 1\n", "test_it.py": tests})
    after = write(tmp_path / "after", {"src/shop.py": "PRICE = 2\n", "test_it.py": tests})
    python = plain(tmp_path)
    editable = f'PYTHONPATH="$PYTHONPATH:{installed}/src" PYTEST'
    python.write_text(python.read_text().replace("PYTEST", editable))
    (check,) = compare_tests(before, after, python, ["src"])
    assert list(check.details) == ["test_it.py::test_price: PASSED → FAILED"]

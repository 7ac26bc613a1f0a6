"""Facts are kept between runs, and nothing that happens to the cache can change what is read."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import pytest

from plumbrule.facts import cache as caching
from plumbrule.facts.cache import FactsCache

if TYPE_CHECKING:
    from pathlib import Path

TEXT = b"import a\n\n\ndef f(x: int = 1) -> None:\n    return a.b(x)\n"


def filled(tmp_path: Path) -> FactsCache:
    cache = FactsCache(tmp_path / "project", tmp_path / "cache")
    cache.read("a.py", TEXT)
    cache.save()
    return cache


def test_a_file_that_did_not_change_is_not_read_again(tmp_path: Path) -> None:
    filled(tmp_path)
    again = FactsCache(tmp_path / "project", tmp_path / "cache")
    file = again.read("a.py", TEXT)
    assert again.misses == 0
    assert file.functions[0].parameters[0].name == "x"
    assert file.functions[0].nodes[-1].parent is file.functions[0]


def test_a_file_that_changed_is_read(tmp_path: Path) -> None:
    filled(tmp_path)
    again = FactsCache(tmp_path / "project", tmp_path / "cache")
    assert again.read("a.py", TEXT + b"x = 1\n").nodes
    assert again.misses == 1


@pytest.mark.parametrize(
    "rubbish", [b"", b"\x80\x05rubbish", pickle.dumps(("other version", {})), pickle.dumps(7)]
)
def test_a_cache_that_is_damaged_or_older_is_forgotten(tmp_path: Path, rubbish: bytes) -> None:
    cache = filled(tmp_path)
    cache.path.write_bytes(rubbish)
    again = FactsCache(tmp_path / "project", tmp_path / "cache")
    assert again.read("a.py", TEXT).functions
    assert again.misses == 1


def test_a_cache_cannot_make_anything_but_facts(tmp_path: Path) -> None:
    cache = filled(tmp_path)
    cache.path.write_bytes(pickle.dumps((caching.stamp(), {"a.py": (b"", print)})))
    assert FactsCache(tmp_path / "project", tmp_path / "cache").read("a.py", TEXT).functions


def test_a_folder_that_cannot_be_written_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    cache = FactsCache(tmp_path / "project", tmp_path / "cache")
    cache.read("a.py", TEXT)
    cache.save()

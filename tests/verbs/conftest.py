"""What several tests of verbs start from."""

from pathlib import Path

import pytest


@pytest.fixture
def caches(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return where the caches of this test are, and of no other."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "plumbrule"

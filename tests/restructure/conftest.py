from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from restructure.projects import Child, Lab

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.stop()


@pytest.fixture
def lab(child: Child, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    return Lab(child, tmp_path_factory.mktemp("lab"))

"""An application of one file becomes slices, and each route is still tried at its turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.model.reading import read_project
from plumbrule.plan import apply
from plumbrule.verbs.structure.planning import planned
from plumbrule.verbs.structure.trees import Place
from restructure.projects import Child
from structure.crowd import crowd
from structure.projects import write

TABLE = """
import json
from plumbrule.proof.plumb_snapshot.routes import table
from app.main import app
keys = "kind", "path", "name", "methods", "tags", "status_code"
rows = [[str(row.get(key)) for key in keys] for row in table(app)]
result = [rows, json.dumps(app.openapi()), [m.cls.__name__ for m in app.user_middleware],
          sorted(getattr(one, "__name__", str(one)) for one in app.exception_handlers)]
"""


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.stop()


def taken_apart(folder: Path) -> dict[str, int]:
    """Carry out what is proposed; gives the files with their lines."""
    made = planned(Place(folder, ""), by_feature(read_project(folder)), strict=True)
    assert not [str(problem) for problem in made.problems]
    apply(made.plan(folder), undoable=False)
    return {
        path.relative_to(folder).as_posix(): path.read_text().count("\n") for path in folder.rglob("*.py")
    }


def table(child: Child, folder: Path) -> list[object]:
    found: list[object] = child.run(folder, TABLE)
    return found


@pytest.mark.parametrize(("seed", "slices", "groups"), [(1, 2, 1), (2, 3, 2), (3, 5, 1), (4, 4, 3)])
def test_the_order_of_all_routes_is_kept(
    child: Child, tmp_path: Path, seed: int, slices: int, groups: int
) -> None:
    source = crowd(seed, slices, groups)
    folder = write(tmp_path, {"app/__init__.py": "", "app/main.py": source})
    before = table(child, folder)
    lines = taken_apart(folder)
    assert table(child, folder) == before
    files = {f"app/items/{name}.py" for name in ("models", "schemas", "service", "router")}
    assert files | {"app/database.py", "app/exceptions.py"} <= lines.keys()
    assert not by_feature(read_project(folder)).moves


def test_two_thousand_lines_become_files_that_a_person_can_read(child: Child, tmp_path: Path) -> None:
    source = crowd(5, 9, 6)
    assert source.count("\n") > 2000
    folder = write(tmp_path, {"app/__init__.py": "", "app/main.py": source})
    before = table(child, folder)
    lines = taken_apart(folder)
    assert table(child, folder) == before
    assert max(lines.values()) < 300
    assert not by_feature(read_project(folder)).moves

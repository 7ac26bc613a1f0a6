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


ENVIRONMENT = """
    import logging
    import os

    from dotenv import load_dotenv
    from fastapi import FastAPI

    load_dotenv()
    logging.basicConfig(level="INFO")

    TITLE = os.environ["CROWD_TITLE"]
    app = FastAPI(title=TITLE)
    app.state.started = True


    @app.get("/items")
    def read_items() -> str:
        return os.environ["CROWD_TITLE"]


    @app.get("/items/{name}")
    def read_item(name: str) -> str:
        return TITLE + name


    @app.get("/items/{name}/started")
    def read_started(name: str) -> bool:
        return app.state.started


    @app.post("/items")
    def add_item(name: str) -> str:
        return name
    """


def test_the_environment_is_loaded_before_it_is_read(child: Child, tmp_path: Path) -> None:
    files = {"app/__init__.py": "", "app/main.py": ENVIRONMENT, ".env": "CROWD_TITLE=Titled\n"}
    folder = write(tmp_path, files)
    before = table(child, folder)
    taken_apart(folder)
    assert table(child, folder) == before
    assert "\nload_dotenv()\n" in (folder / "app/shared.py").read_text()


def test_what_needs_the_application_stays_with_it(tmp_path: Path) -> None:
    folder = write(tmp_path, {"app/__init__.py": "", "app/main.py": ENVIRONMENT})
    proposal = by_feature(read_project(folder))
    moved = {name for line in proposal.moving for name in line.names}
    assert {"read_items", "read_item", "add_item"} <= moved
    assert "read_started" not in moved
    assert "`read_started` stay here: it needs `app`" in [line.reason for line in proposal.lines]


HELD = {
    "a name that changes": (
        "count = 0\n\n\ndef more() -> int:\n    global count\n    count += 1\n    return count\n"
    ),
    "a name of a condition": "if True:\n    def more() -> int:\n        return 1\n",
    "a name made twice": "count = 1\ncount = 2\n\n\ndef more() -> int:\n    return count\n",
    "what is made after a change": (
        "import sys\n\nsys.path.append('x')\ncount = len(sys.path)\n\n\n"
        "def more() -> int:\n    return count\n"
    ),
}


@pytest.mark.parametrize("name", HELD)
def test_what_could_not_be_seen_from_elsewhere_stays(tmp_path: Path, name: str) -> None:
    routes = "".join(
        f"\n\n@app.get('/items{at}')\ndef read{n}() -> int:\n    return {'more()' if n else 1}\n"
        for n, at in enumerate(("", "/one", "/two", "/three"))
    )
    source = f"from fastapi import FastAPI\n\napp = FastAPI()\n\n{HELD[name]}{routes}"
    folder = write(tmp_path, {"app/__init__.py": "", "app/main.py": source})
    assert not by_feature(read_project(folder)).moving
    free = source.replace(HELD[name], "def more() -> int:\n    return 1\n")
    (folder / "app/main.py").write_text(free)
    assert by_feature(read_project(folder)).moving

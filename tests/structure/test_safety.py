"""Whatever stands in the way of a restructure is said in one line, and the project is as it was."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.verbs.structure.applying import carried_out, taken_back
from plumbrule.verbs.structure.planning import planned
from plumbrule.verbs.structure.trees import Place
from structure.projects import LAYERED, text, write

PLUMB = Path(sys.executable).with_name("plumb")
PLAN = 'moves = [{ module = "app.services.users", to = "app.users.service" }]\n'


def read_only(folder: Path) -> None:
    (folder / "app/services/users.py").chmod(0o444)


def vanished(folder: Path) -> None:
    (folder / "app/services/users.py").unlink()


def taken(folder: Path) -> None:
    write(folder, {"app/users/service.py": "NAME = 'mine'\n"})


def taken_by_capitals(folder: Path) -> None:
    write(folder, {"app/Users/Service.py": "NAME = 'mine'\n"})


def taken_by_a_file(folder: Path) -> None:
    write(folder, {"app/users.py": "NAME = 'mine'\n"})


def broken(folder: Path) -> None:
    path = folder / "app/routers/users.py"
    path.write_text(path.read_text() + "\ndef (:\n")


def marked(folder: Path) -> None:
    path = folder / "app/routers/users.py"
    path.write_text("<<<<<<< HEAD\n" + path.read_text() + "=======\n>>>>>>> other\n")


WAYS: dict[Callable[[Path], None], str] = {
    read_only: "app/services/users.py is read-only",
    vanished: "there is no module app.services.users",
    taken: "app/users/service.py exists already",
    taken_by_capitals: "app/Users/Service.py exists already",
    taken_by_a_file: "app/users.py and the folder app/users would be one name",
    broken: "app/routers/users.py:13:",
    marked: "app/routers/users.py:1:",
}


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_it_is_refused_in_one_line_and_nothing_is_lost(tmp_path: Path, way: Callable[[Path], None]) -> None:
    folder = write(tmp_path / "shop", LAYERED)
    (tmp_path / "plan.toml").write_text(PLAN)
    way(folder)
    before = content(folder)
    done = subprocess.run(
        [PLUMB, "structure", "--plan", tmp_path / "plan.toml", "--apply", "--python", sys.executable],
        cwd=folder,
        env={**os.environ, "XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert WAYS[way] in done.stderr
    assert done.stderr.count("\n") == 1
    assert content(folder) == before


PROPOSAL = Proposal("", (Line("app.services.users", "app.users.service", "", 1.0),))
DRESSES: dict[str, Callable[[str], bytes]] = {
    "line ends of Windows": lambda source: source.replace("\n", "\r\n").encode(),
    "tabs": lambda source: source.replace("    ", "\t").encode(),
    "a mark of bytes": lambda source: b"\xef\xbb\xbf" + source.encode(),
    "all three": lambda source: b"\xef\xbb\xbf" + source.replace("\n", "\r\n").replace("    ", "\t").encode(),
    "another encoding": lambda source: ("# -*- coding: latin-1 -*-\n" + source + "\n# é\n").encode("latin-1"),
    "no line end at the end": lambda source: source.rstrip().encode(),
}


@pytest.mark.parametrize("dress", DRESSES)
def test_bytes_that_are_no_import_stay_and_come_back(tmp_path: Path, dress: str) -> None:
    folder = write(tmp_path, LAYERED)
    for name in ("app/routers/users.py", "app/services/users.py"):
        (folder / name).write_bytes(DRESSES[dress](text(LAYERED[name])))
    before = content(folder)
    carried_out(planned(Place(folder, ""), PROPOSAL, strict=True), commit=False, allow_dirty=False)
    router = DRESSES[dress](
        text(LAYERED["app/routers/users.py"]).replace("app.services.users", "app.users.service")
    )
    assert (folder / "app/routers/users.py").read_bytes() == router
    assert (folder / "app/users/service.py").read_bytes() == before["app/services/users.py"]
    taken_back(folder)
    after = {name: data for name, data in content(folder).items() if not name.startswith(".plumb")}
    assert after == before

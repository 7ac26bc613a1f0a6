"""The contracts that are left behind hold, and what crosses anew breaks them."""

import subprocess
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.by_layer import by_layer
from plumbrule.layouts.proposal import Proposal
from plumbrule.model.reading import read_project
from plumbrule.plan import apply
from plumbrule.rulekit import Project
from plumbrule.verbs.structure.planning import planned
from plumbrule.verbs.structure.trees import Place
from structure.projects import LAYERED, Files, write

LINT = Path(sysconfig.get_path("scripts")) / "lint-imports"


def arranged(folder: Path, files: Files, layout: Callable[[Project], Proposal]) -> Path:
    write(folder, files)
    made = planned(Place(folder, ""), layout(read_project(folder)), strict=True)
    apply(made.plan(folder), undoable=False)
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([LINT, "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("layouts", "file", "violation"),
    [
        ([by_feature], "app/items/service.py", "from app.users.service import find_user\n"),
        ([by_feature, by_layer], "app/services/items.py", "import app.routers.users\n"),
    ],
    ids=["by-feature", "by-layer"],
)
def test_they_hold_until_something_crosses_anew(
    tmp_path: Path, layouts: list[Callable[[Project], Proposal]], file: str, violation: str
) -> None:
    for layout in layouts:
        (tmp_path / "pyproject.toml").unlink(missing_ok=True)
        arranged(tmp_path, LAYERED if layout is layouts[0] else {}, layout)
    done = lint(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout or layouts[-1] is by_layer
    path = tmp_path / file
    path.write_text(violation + path.read_text())
    broken = lint(tmp_path)
    assert broken.returncode == 1
    assert file.removesuffix(".py").replace("/", ".") in broken.stdout


def test_a_project_with_contracts_keeps_its_own(tmp_path: Path) -> None:
    own = '[tool.importlinter]\nroot_package = "app"\n'
    folder = arranged(tmp_path, {**LAYERED, "pyproject.toml": own}, by_feature)
    assert (folder / "pyproject.toml").read_text() == own

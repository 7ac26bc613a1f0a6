"""A restructure is carried out whole or not at all, and taken back whole."""

import os
import shutil
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.model.reading import read_project
from plumbrule.plan import Refusal
from plumbrule.verbs.structure.applying import carried_out, proved, recovered, refuse_dirty, taken_back
from plumbrule.verbs.structure.check import Terms
from plumbrule.verbs.structure.planning import Planned, planned
from plumbrule.verbs.structure.trees import place_of
from structure.projects import LAYERED, Files, changed, write

TERMS = Terms(Path(sys.executable), types=False)


def silent(_: str) -> None:
    """Nobody watches."""


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture(autouse=True)
def author(monkeypatch: pytest.MonkeyPatch) -> None:
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Somebody")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "somebody@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)


def repository(folder: Path, files: Files = LAYERED) -> Path:
    write(folder, files)
    git(folder, "init", "--quiet")
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "base")
    return folder


def plan_of(folder: Path) -> Planned:
    return planned(place_of(folder), by_feature(read_project(folder)), strict=False)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".plumb", "__pycache__"} & set(path.parts)
    }


def test_it_is_proved_committed_in_two_steps_and_taken_back(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    before, base = files_of(folder), git(folder, "rev-parse", "HEAD").strip()
    made = plan_of(folder)
    verdict = proved(made, TERMS, silent)
    assert verdict.status == "equal", verdict.obstacles
    assert files_of(folder) == before
    done = carried_out(made, commit=True, allow_dirty=False)
    assert len(done.commits) == 2
    assert git(folder, "status", "--porcelain") == ""
    renames = git(folder, "show", "--find-renames=100%", "--name-status", "--format=", done.commits[0])
    assert {line.split("\t")[0] for line in renames.splitlines()} == {"R100"}
    log = git(folder, "log", "--follow", "--format=%s", "app/items/router.py").splitlines()
    assert log[-1] == "base"
    assert 'patch("app.items.router.find_item")' in (folder / "tests/test_items.py").read_text()
    assert taken_back(folder)[1] == f"back at {base[:12]}"
    assert files_of(folder) == before
    assert git(folder, "rev-parse", "HEAD").strip() == base
    assert git(folder, "status", "--porcelain") == ""


def test_what_was_built_for_the_browser_is_there_when_the_app_starts(tmp_path: Path) -> None:
    served = {"app/pages.py": 'open("web/dist/index.html").close()\n', "web/dist/index.html": "<p>Shop</p>\n"}
    files = changed(LAYERED, "app/main.py", "from app.routers", "from app import pages\nfrom app.routers")
    folder = repository(tmp_path, {**files, **served})
    verdict = proved(plan_of(folder), TERMS, silent)
    assert verdict.status == "equal", verdict.obstacles


def test_a_layout_that_behaves_otherwise_is_not_applied(tmp_path: Path) -> None:
    # Module names are visible from outside here: they are in the document.
    files = changed(LAYERED, "app/main.py", 'title="Shop"', "title=items.__name__")
    folder = repository(tmp_path, files)
    verdict = proved(plan_of(folder), TERMS, silent)
    assert verdict.status == "differs"
    assert "app.routers.items → app.items.router" in "\n".join(verdict.obstacles[0].details)


def test_what_is_not_committed_is_refused(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    made = plan_of(folder)
    (folder / "notes.txt").write_text("mine")
    before = files_of(folder)
    with pytest.raises(Refusal, match=r"notes\.txt not committed; commit first, or say --allow-dirty"):
        carried_out(made, commit=True, allow_dirty=False)
    assert files_of(folder) == before
    done = carried_out(made, commit=True, allow_dirty=True)
    assert done.note == "not committed"
    assert (folder / "app/items/router.py").exists()


def test_what_no_one_commits_stands_in_no_ones_way(tmp_path: Path) -> None:
    folder = repository(tmp_path)
    for name in (".venv/bin/python", "own/pyvenv.cfg", "app/__pycache__/main.pyc", ".env", "shop.egg-info/x"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("NAME=x\n")
    assert len(carried_out(plan_of(folder), commit=True, allow_dirty=False).commits) == 2
    assert git(folder, "ls-files", ".venv", "own", ".env") == ""
    (folder / "app/more").mkdir()
    (folder / "app/more/mine.py").touch()
    with pytest.raises(Refusal, match=r"app/more/ not committed"):
        refuse_dirty(place_of(folder))


def test_a_file_that_git_does_not_know_follows_and_is_not_committed(tmp_path: Path) -> None:
    folder = repository(tmp_path, {**LAYERED, ".gitignore": ".env\n"})
    (folder / ".env").write_text("SECRET=1\nSTARTS=app.routers.items:router\n")
    done = carried_out(plan_of(folder), commit=True, allow_dirty=False)
    assert "STARTS=app.items.router:router" in (folder / ".env").read_text()
    assert all(".env" not in git(folder, "ls-tree", "-r", "--name-only", one).split() for one in done.commits)
    taken_back(folder)
    assert "STARTS=app.routers.items:router" in (folder / ".env").read_text()


def test_without_git_it_says_so_and_can_be_taken_back(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop", LAYERED)
    before = files_of(folder)
    done = carried_out(plan_of(folder), commit=True, allow_dirty=False)
    assert "no git repository" in done.note
    assert (folder / "app/items/router.py").exists()
    taken_back(folder)
    assert files_of(folder) == before


def test_a_file_that_vanished_since_is_named_and_nothing_is_done(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    made = plan_of(folder)
    (folder / "app/services/users.py").unlink()
    before = files_of(folder)
    with pytest.raises(Refusal, match=r"app/services/users\.py is gone since the plan was made"):
        carried_out(made, commit=False, allow_dirty=False)
    assert files_of(folder) == before


def test_a_file_that_may_not_be_written_is_named_and_nothing_is_done(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    (folder / "app/services/users.py").chmod(0o444)
    before = files_of(folder)
    with pytest.raises(Refusal, match=r"app/services/users\.py is read-only"):
        plan_of(folder)
    assert files_of(folder) == before


def test_without_a_name_for_the_commits_nothing_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = repository(tmp_path)
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "")
    before = files_of(folder)
    with pytest.raises(Refusal, match=r"git commit-tree: .*; nothing was changed"):
        carried_out(plan_of(folder), commit=True, allow_dirty=False)
    assert files_of(folder) == before


def die_at(moment: int, made: Planned) -> int:
    """Carry a plan out in a process that is killed before its nth change; gives the exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    left = [moment]

    def watch(event: str, _: object) -> None:
        if event in {"os.rename", "os.remove", "os.mkdir", "subprocess.Popen"}:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)
    try:
        carried_out(made, commit=True, allow_dirty=False)
    finally:
        os._exit(0)


def test_killed_at_any_moment_it_has_changed_everything_or_nothing(tmp_path: Path) -> None:
    model = repository(tmp_path / "model")
    before, made = files_of(model), plan_of(model)
    whole = Path(shutil.copytree(model, tmp_path / "whole"))
    carried_out(replace(made, place=place_of(whole)), commit=True, allow_dirty=False)
    after = files_of(whole)
    seen = []
    for moment in range(1, 500, 4):
        folder = Path(shutil.copytree(model, tmp_path / f"killed-{moment}"))
        if die_at(moment, replace(made, place=place_of(folder))) == 0:
            break
        recovered(folder)
        seen.append(files_of(folder))
        assert seen[-1] in (before, after)
        if seen[-1] == after:
            taken_back(folder)
            assert files_of(folder) == before
        assert git(folder, "diff", "--name-only", "HEAD") == ""
        shutil.rmtree(folder)
    assert len(seen) >= 20
    assert before in seen
    assert after in seen

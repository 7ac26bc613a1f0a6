"""The real `plumb structure`: what it says, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from structure.projects import LAYERED, TINY, write

PLUMB = Path(sys.executable).with_name("plumb")
Done = subprocess.CompletedProcess[str]


def plumb(folder: Path, *arguments: str) -> Done:
    """Run `plumb structure` in a folder."""
    names = {
        f"GIT_{role}_{key}": "x@example.com" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")
    }
    return subprocess.run(
        [PLUMB, "structure", *arguments],
        cwd=folder,
        env={
            **os.environ,
            **names,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "XDG_CACHE_HOME": str(folder / ".cache"),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def committed(folder: Path) -> Path:
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "base"]):
        command = ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments]
        subprocess.run(command, cwd=folder, check=True)
    return folder


def test_it_shows_the_structure(tmp_path: Path) -> None:
    done = plumb(write(tmp_path, LAYERED))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("by layer")
    assert done.stdout.endswith("See what would go where: plumb structure --layout by-feature\n")


def test_a_layout_is_proposed_written_edited_and_shown(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    assert plumb(folder, "--layout", "by-feature").returncode == 1
    done = plumb(folder, "--layout", "by-feature", "--plan", "plan.toml")
    assert (done.returncode, done.stdout) == (1, "")
    plan = (folder / "plan.toml").read_text()
    kept = [line for line in plan.splitlines() if "users" not in line]
    (folder / "plan.toml").write_text("\n".join(kept))
    shown = plumb(folder, "--plan", "plan.toml", "--diff")
    assert "rename to app/items/router.py" in shown.stdout
    assert "app/users/" not in shown.stdout
    assert not (folder / "app/items").exists()
    assert "exists; drop --layout" in plumb(folder, "--layout", "by-feature", "--plan", "plan.toml").stderr


@pytest.mark.parametrize("flags", [(), ("--diff",), ("--apply",)])
@pytest.mark.parametrize(
    ("moves", "said"),
    [
        ('{ module = "app.nowhere", to = "app.items.x" }', "there is no module app.nowhere; check its name"),
        ('{ module = "app.routers.items", to = "app.routers.users" }', "app/routers/users.py exists"),
        ('{ module = "app.routers.items", to = "app...class" }', "`to` is the dotted name of a module"),
    ],
)
def test_a_plan_that_cannot_be_carried_out_is_never_shown(
    tmp_path: Path, moves: str, said: str, flags: tuple[str, ...]
) -> None:
    folder = write(tmp_path, LAYERED)
    (folder / "plan.toml").write_text(f"moves = [{moves}]")
    done = plumb(folder, "--plan", "plan.toml", *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_a_layout_that_moves_nothing_says_so_of_itself_and_writes_why(tmp_path: Path) -> None:
    done = plumb(write(tmp_path, LAYERED), "--layout", "by-layer", "--plan", "plan.toml")
    assert done.stdout == (
        "Nothing to move: no slice has a folder with its layers in it, such as users/router.py.\n"
    )
    assert (done.returncode, done.stderr) == (0, "written to plan.toml\n")
    assert 'reason = "not in the folder of a slice"' in (tmp_path / "plan.toml").read_text()


def test_a_plan_that_can_be_carried_out_is_shown(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    (folder / "plan.toml").write_text('moves = [{ module = "app.routers.items", to = "app.items.router" }]')
    done = plumb(folder, "--plan", "plan.toml")
    assert (done.returncode, done.stderr) == (1, "")
    assert "app.routers.items → app.items.router" in " ".join(done.stdout.split())


def test_it_is_applied_and_taken_back(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, {**LAYERED, ".gitignore": ".cache\n"}))
    flags = ("--layout", "by-feature", "--python", sys.executable)
    done = plumb(folder, *flags, "--apply")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("2 commits. Take it back: plumb structure --undo\n")
    assert (folder / "app/items/router.py").exists()
    again = plumb(folder, *flags, "--apply")
    assert (again.returncode, again.stdout) == (0, "Nothing to move: every module is where it belongs.\n")
    checked = plumb(folder, "--check", "HEAD~2", "--python", sys.executable, "--output-format", "markdown")
    assert checked.returncode == 0, checked.stdout
    assert "| routes | equal | 7 |" in checked.stdout
    undone = plumb(folder, "--undo")
    assert undone.returncode == 0
    assert not (folder / "app/items").exists()


def test_work_that_is_not_committed_is_named_before_anything_is_proved(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, {**LAYERED, "app/broken.py": "import nowhere\n"}))
    flags = ("--plan", "plan.toml", "--python", sys.executable)
    assert plumb(folder, "--layout", "by-feature", "--plan", "plan.toml").returncode == 1
    (folder / "mine.py").touch()
    done = plumb(folder, *flags, "--apply")
    assert done.stderr == "plumb: mine.py not committed; commit first, or say --allow-dirty\n"
    assert (done.returncode, done.stdout) == (2, "")
    (folder / "mine.py").unlink()
    assert "Changed" in plumb(folder, *flags, "--apply").stdout


def test_a_cycle_that_no_cut_would_break_stays_with_the_reason(tmp_path: Path) -> None:
    both = "from app.{0} import {1}\n\n\nclass {2}: ...\n\n\nprint({1})\n"
    one, two = both.format("two", "Two", "One"), both.format("one", "One", "Two")
    folder = write(tmp_path, {**LAYERED, "app/one.py": one, "app/two.py": two})
    assert "See what would break the cycles, or why nothing does: plumb" in plumb(folder).stdout
    done = plumb(folder, "--layout", "acyclic")
    assert done.stdout.startswith("stays  app.")
    assert "is needed while this module is" in done.stdout
    assert done.stdout.endswith("Nothing can be cut.\n")


def test_some_steps_are_shown_and_done_by_number_and_by_name(tmp_path: Path) -> None:
    folder = committed(write(tmp_path, LAYERED))
    assert "   1  app.routers.items" in plumb(folder, "--layout", "by-feature").stdout
    shown = plumb(folder, "--layout", "by-feature", "--diff", "1")
    assert "rename to app/items/router.py" in shown.stdout
    assert "app/users" not in shown.stdout
    done = plumb(folder, ".", "--layout", "by-feature", "--apply", "users", "--python", sys.executable)
    assert done.returncode == 0, done.stderr
    assert (folder / "app/users/router.py").is_file()
    assert (folder / "app/routers/items.py").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--check", "nowhere"], 2, "nowhere: neither a folder nor a git revision of"),
        (["--apply"], 2, "--apply needs --layout by-feature|by-layer|thin-routes|acyclic or --plan FILE"),
        (["--layout", "by-featur"], 2, "did you mean `by-feature`?"),
        (["--diff", "--apply", "--layout", "by-layer"], 2, "--diff and --apply contradict each other"),
        (["--check", ".", "--verify", "everything"], 2, "`everything` is none of tests"),
        (["--check", ".", "--allow", "all"], 2, "`all` is none of lifespan, connections"),
        (["--check", ".", "--unproved", "routes"], 2, "`routes` is none of OpenAPI, migrations"),
        (["--plan", "gone.toml", "--apply"], 2, "cannot read gone.toml: No such file or directory"),
        (["--check", ".", "--python", "gone"], 2, "--python gone: there is no interpreter"),
        (["--undo"], 2, "nothing to undo in"),
        ([".", "items"], 2, "items: steps are named with --diff or --apply, one folder without"),
        (["--output-format", "yaml"], 2, "`yaml` is none of text, json, markdown"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    done = plumb(write(tmp_path, TINY), *arguments)
    assert done.returncode == code
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_without_an_app_it_ends_with_three(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("")
    done = plumb(tmp_path)
    assert done.returncode == 3
    assert "no FastAPI app" in done.stderr

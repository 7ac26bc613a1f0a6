"""A plan is carried out as a whole or not at all, and can be taken back."""

import subprocess
import sys
from pathlib import Path

import pytest

from plans import AFTER, BEFORE, OPERATIONS, files, folders, make_plan, plant
from plumbrule.plan import (
    Create,
    Delete,
    Edit,
    Move,
    Operation,
    Plan,
    Refusal,
    Step,
    apply,
    by_group,
    check,
    diff,
    read_text,
    revoke,
    undo,
    write_text,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "project", BEFORE)


def test_a_plan_does_what_its_steps_say(root: Path) -> None:
    apply(make_plan(root, *OPERATIONS))
    assert files(root) == AFTER
    assert folders(root) == {"new", "new/deep", "module"}


def test_undo_brings_everything_back(root: Path) -> None:
    apply(make_plan(root, *OPERATIONS))
    assert set(undo(root)) == BEFORE.keys() - {"keep.py"} | AFTER.keys() - {"keep.py"}
    assert files(root) == BEFORE
    assert folders(root) == {"old"}
    assert not (root / ".plumb").exists()


def test_plans_are_taken_back_one_by_one_the_last_first(root: Path) -> None:
    apply(make_plan(root, Edit("a.py", "a\n", "1\n")))
    apply(make_plan(root, Edit("a.py", "1\n", "2\n")))
    undo(root)
    assert files(root)["a.py"] == "1\n"
    undo(root)
    assert files(root) == BEFORE
    with pytest.raises(Refusal, match="nothing to undo"):
        undo(root)


def test_only_the_last_plans_are_remembered(root: Path) -> None:
    for number in range(25):
        apply(make_plan(root, Edit("a.py", read_text(root / "a.py"), f"{number}\n")))
    for _ in range(20):
        undo(root)
    with pytest.raises(Refusal, match="nothing to undo"):
        undo(root)
    assert files(root)["a.py"] == "4\n"


def test_undo_refuses_when_a_file_has_changed_since(root: Path) -> None:
    apply(make_plan(root, *OPERATIONS))
    write_text(root / "a.py", "mine\n")
    with pytest.raises(Refusal, match=r"a\.py has changed since"):
        undo(root)
    assert files(root) == {**AFTER, "a.py": "mine\n"}
    (root / "a.py").unlink()
    with pytest.raises(Refusal, match=r"a\.py is gone; what was there before is in "):
        undo(root)


def test_what_plumb_remembers_is_not_seen_by_git(root: Path) -> None:
    apply(make_plan(root, Delete("a.py", "a\n")))
    assert read_text(root / ".plumb/.gitignore") == "*\n"


def test_a_plan_that_is_not_undoable_leaves_no_trace(root: Path) -> None:
    apply(make_plan(root, *OPERATIONS), undoable=False)
    assert not (root / ".plumb").exists()


def test_permissions_survive_edits_moves_and_undo(root: Path) -> None:
    (root / "a.py").chmod(0o750)
    (root / "old/b.py").chmod(0o600)
    apply(make_plan(root, *OPERATIONS))
    assert (root / "a.py").stat().st_mode & 0o777 == 0o750
    assert (root / "new/b.py").stat().st_mode & 0o777 == 0o600
    undo(root)
    assert (root / "a.py").stat().st_mode & 0o777 == 0o750
    assert (root / "old/b.py").stat().st_mode & 0o777 == 0o600


def test_bytes_that_are_not_utf_8_survive(tmp_path: Path) -> None:
    root = plant(tmp_path, {})
    (root / "latin.py").write_bytes(b"caf\xe9\r\n")
    text = read_text(root / "latin.py")
    apply(make_plan(root, Move("latin.py", "moved.py", text, text)))
    assert (root / "moved.py").read_bytes() == b"caf\xe9\r\n"


def test_steps_build_on_each_other(root: Path) -> None:
    apply(
        make_plan(root, Edit("a.py", "a\n", "1\n"), Move("a.py", "z.py", "1\n", "2\n"), Create("a.py", "3\n"))
    )
    assert files(root) == {**BEFORE, "a.py": "3\n", "z.py": "2\n"}


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "shop"
    apply(make_plan(root, Create("src/main.py", "x\n")))
    assert files(root) == {"src/main.py": "x\n"}
    assert [path.name for path in root.parent.iterdir()] == ["shop"]
    assert not (root / ".plumb").exists()


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (Create("a.py", "new"), r"a\.py exists already"),
        (Create("old", "new"), r"old exists already"),
        (Edit("a.py", "other", "new"), r"a\.py has changed since"),
        (Edit("none.py", "x", "y"), r"none\.py is gone since"),
        (Move("a.py", "keep.py", "a\n", "a\n"), r"keep\.py exists already"),
        (Delete("a.py", "other"), r"a\.py has changed since"),
        (Create("../outside.py", "x"), "no path that a plan may touch"),
        (Create("/tmp/outside.py", "x"), "no path that a plan may touch"),
        (Create(".git/hooks/pre-commit", "x"), "no path that a plan may touch"),
        (Create(".plumb/journal/x", "x"), "no path that a plan may touch"),
        (Create("", "x"), "no path that a plan may touch"),
    ],
)
def test_a_plan_that_does_not_fit_changes_nothing(root: Path, operation: Operation, reason: str) -> None:
    plan = make_plan(root, Edit("keep.py", "k", "K"), operation)
    with pytest.raises(Refusal, match=reason):
        check(plan)
    with pytest.raises(Refusal, match=reason):
        apply(plan)
    assert files(root) == BEFORE
    assert not (root / ".plumb").exists()


def test_nothing_is_written_through_a_symbolic_link(root: Path, tmp_path: Path) -> None:
    outside = plant(tmp_path / "outside", {"x.py": "x"})
    (root / "link").symlink_to(outside)
    (root / "file.py").symlink_to(outside / "x.py")
    for operation in (Create("link/y.py", "y"), Edit("file.py", "x", "y"), Delete("link/x.py", "x")):
        with pytest.raises(Refusal, match="symbolic link"):
            apply(make_plan(root, operation))
    assert files(outside) == {"x.py": "x"}


@pytest.mark.parametrize("name", [".plumb", ".new.plumb"])
def test_state_of_ours_is_not_followed_either(root: Path, tmp_path: Path, name: str) -> None:
    outside = plant(tmp_path / "outside", {"x.py": "x"})
    (root / name).symlink_to(outside)
    target = root if name == ".plumb" else root / "new"
    with pytest.raises(Refusal, match="symbolic link"):
        apply(make_plan(target, Create("y.py", "y")))
    assert files(outside) == {"x.py": "x"}


def test_steps_are_shown_under_their_headings_in_order(root: Path) -> None:
    one, two, three = (Step(Create(f"{n}.py", ""), "why", group) for n, group in enumerate("xyx"))
    assert by_group(Plan(root, (one, two, three))) == {"x": (one, three), "y": (two,)}


def test_git_applies_the_diff_of_a_whole_plan(root: Path) -> None:
    plant(root, {"page.py": "one\x0ctwo\n", "empty.py": ""})
    awkward = (
        Move("module.py", "module/__init__.py", "m\n", "m\n"),
        Edit("a.py", "a\n", "A\n"),
        Create("new/__init__.py", ""),
        Edit("page.py", "one\x0ctwo\n", "one\x0cthree\n"),
        Delete("empty.py", ""),
        Move("old/b.py", "new/b.py", "b\n", "B\n"),
    )
    plan = make_plan(root, *awkward)
    patch = "".join(diff(step) for step in plan.steps)
    apply(plan)
    wanted = files(root)
    undo(root)
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=root, check=True)
    assert files(root) == wanted


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_diff_does_the_same_when_git_applies_it(root: Path, operation: Operation) -> None:
    patch = diff(Step(operation, "a test"))
    subprocess.run(["git", "apply", "-"], input=patch.encode(), cwd=root, check=True)
    by_git = files(root)
    plant(root, BEFORE)
    for path in files(root).keys() - BEFORE.keys():
        (root / path).unlink()
    apply(make_plan(root, operation))
    assert files(root) == by_git


def test_revoke_removes_what_was_made_and_nothing_else(tmp_path: Path) -> None:
    root = tmp_path / "shop"
    plan = make_plan(root, Create("src/a.py", "a"), Create("src/b.py", "b"), Create("tests/c.py", "c"))
    apply(plan)
    write_text(root / "src/b.py", "mine")
    revoke(plan)
    assert files(root) == {"src/b.py": "mine"}
    assert folders(root) == {"src"}


def test_revoke_brings_back_what_was_edited(tmp_path: Path) -> None:
    plant(tmp_path, {"a.md": "mine", "b.md": "mine"})
    plan = make_plan(tmp_path, Edit("a.md", "mine", "ours"), Edit("b.md", "mine", "ours"))
    apply(plan, undoable=False)
    write_text(tmp_path / "b.md", "mine again")
    revoke(plan)
    assert files(tmp_path) == {"a.md": "mine", "b.md": "mine again"}


def test_a_second_run_is_kept_out_while_the_first_one_writes(root: Path) -> None:
    (root / ".plumb").mkdir()
    code = (
        "import pathlib, plumbrule.plan.guard as guard\n"
        "with guard.locked(pathlib.Path('.plumb')): print(flush=True); input()"
    )
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], cwd=root, stdin=pipe, stdout=pipe) as first:
        assert first.stdout
        first.stdout.readline()
        with pytest.raises(Refusal, match="another run of plumb"):
            apply(make_plan(root, *OPERATIONS))
        first.communicate(b"\n")
    apply(make_plan(root, *OPERATIONS))
    assert files(root) == AFTER

"""A plan is carried out as a whole or not at all, and can be taken back."""

import itertools
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faults import full_disk, strike_at_every
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
    recover,
    revoke,
    undo,
    write_text,
)

Tree = dict[str, str]


def plant(root: Path, tree: Mapping[str, str]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(root / path, text)
    return root


def files(root: Path) -> Tree:
    """What a user has in `root`, state of ours excluded."""
    found = (path for path in root.rglob("*") if path.is_file())
    tree = {str(path.relative_to(root)): read_text(path) for path in found}
    return {path: text for path, text in tree.items() if not path.startswith(".plumb/")}


def folders(root: Path) -> set[str]:
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()}
    return {path for path in found if not path.startswith(".plumb")}


def make_plan(root: Path, *operations: Operation) -> Plan:
    return Plan(root, tuple(Step(operation, "a test") for operation in operations))


BEFORE = {"a.py": "a\n", "old/b.py": "b\n", "old/c.py": "c\r\n", "keep.py": "k", "module.py": "m\n"}
OPERATIONS: tuple[Operation, ...] = (
    Create("new/deep/d.py", "d\n"),
    Edit("a.py", "a\n", "A\n"),
    Move("old/b.py", "new/b.py", "b\n", "B\n"),
    Delete("old/c.py", "c\r\n"),
    Move("module.py", "module/__init__.py", "m\n", "m\n"),
)
AFTER = {
    "a.py": "A\n",
    "keep.py": "k",
    "new/b.py": "B\n",
    "new/deep/d.py": "d\n",
    "module/__init__.py": "m\n",
}


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


# Faults: whatever goes wrong, and whenever, the tree is as it was or as planned.


def attempt(plan: Plan) -> str:
    """Apply the plan; gives the words of the refusal if there is one."""
    try:
        apply(plan)
    except Refusal as refusal:
        return str(refusal)
    return ""


def test_a_full_disk_at_any_moment_leaves_an_old_folder_as_it_was(tmp_path: Path) -> None:
    for nth in itertools.count(1):
        root = plant(tmp_path / str(nth), BEFORE)
        with full_disk(root, nth) as fault:
            words = attempt(make_plan(root, *OPERATIONS))
        if fault.countdown > 0:
            break
        if words:
            assert "No space left on device; nothing was changed" in words
            assert (files(root), folders(root)) == (BEFORE, {"old"})
            assert not (root / ".plumb").exists()
        else:
            assert files(root) == AFTER
    assert nth > 20


def test_a_full_disk_at_any_moment_leaves_no_new_folder(tmp_path: Path) -> None:
    for nth in itertools.count(1):
        place = plant(tmp_path / str(nth), {})
        with full_disk(place, nth) as fault:
            words = attempt(make_plan(place / "deep/shop", Create("src/a.py", "a"), Create("b.py", "b")))
        if fault.countdown > 0:
            break
        if words:
            assert "No space left on device; nothing was changed" in words
            assert list(place.iterdir()) == []
        else:
            assert files(place / "deep/shop") == {"src/a.py": "a", "b.py": "b"}
    assert nth > 5


def apply_in_child() -> None:
    apply(make_plan(Path(sys.argv[1]), *OPERATIONS))


def undo_in_child() -> None:
    undo(Path(sys.argv[1]))


def create_in_child() -> None:
    apply(make_plan(Path(sys.argv[1]) / "shop", Create("src/a.py", "a"), Create("b.py", "b")))


@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
@pytest.mark.parametrize("action", ["apply_in_child", "undo_in_child"])
def test_a_run_that_is_killed_at_any_moment_is_taken_back_by_the_next(
    tmp_path: Path, name: str, action: str
) -> None:
    roots = [plant(tmp_path / str(nth), BEFORE) for nth in range(100)]
    for root in roots if action == "undo_in_child" else ():
        apply(make_plan(root, *OPERATIONS))
    codes = strike_at_every(1, name, f"test_plan:{action}", roots)
    assert len(codes) > 15
    for root, _ in zip(roots, codes, strict=False):
        recover(root)
        assert files(root) in (BEFORE, AFTER)
        assert not [path for path in root.glob(".plumb/*") if path.name not in {".gitignore", "history"}]
        _go_on(root)
        assert files(root) == BEFORE
        assert not (root / ".plumb").exists()


def _go_on(root: Path) -> None:
    """Whatever a killed run has left, plans can be applied and taken back."""
    if files(root) == BEFORE:
        apply(make_plan(root, *OPERATIONS))
    undo(root)


@pytest.mark.parametrize("name", ["SIGKILL", "SIGINT"])
def test_a_new_folder_that_is_interrupted_at_any_moment_is_whole_or_absent(tmp_path: Path, name: str) -> None:
    places = [plant(tmp_path / str(nth), {}) for nth in range(20)]
    codes = strike_at_every(1, name, "test_plan:create_in_child", places)
    assert len(codes) > 5
    for place, _ in zip(places, codes, strict=False):
        assert files(place / "shop") in ({}, {"src/a.py": "a", "b.py": "b"})
        if not (place / "shop").exists():
            assert name == "SIGKILL" or list(place.iterdir()) == []
            apply(make_plan(place / "shop", Create("src/a.py", "a"), Create("b.py", "b")))
        assert [path.name for path in place.iterdir()] == ["shop"]


def test_a_file_that_was_changed_after_a_killed_run_is_not_lost(tmp_path: Path) -> None:
    roots = [plant(tmp_path / str(nth), BEFORE) for nth in range(100)]
    strike_at_every(1, "SIGKILL", "test_plan:apply_in_child", roots)
    root = next(root for root in roots if (root / ".plumb/journal").exists() and files(root)["a.py"] == "A\n")
    write_text(root / "a.py", "mine\n")
    with pytest.raises(Refusal, match=r"a\.py was changed after"):
        recover(root)
    assert files(root)["a.py"] == "mine\n"
    assert read_text(root / ".plumb/journal/before/a.py") == "a\n"


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Tree, list[Operation], Tree]:
    """A tree, steps that fit it, and the tree they lead to."""
    tree: Tree = {}
    for path in draw(st.lists(names, max_size=6)):
        if _fits(tree, path):
            tree[path] = draw(st.text(max_size=5))
    now, operations = dict(tree), []
    for _ in range(draw(st.integers(1, 6))):
        old = draw(st.sampled_from(sorted(now))) if now else None
        target = draw(names)
        free = _fits({**tree, **now}, target)
        kind = draw(st.sampled_from(["create", "edit", "move", "delete"]))
        operation: Operation | None = None
        if kind == "create" and free:
            operation = Create(target, draw(st.text(max_size=5)))
            now[target] = operation.text
        elif kind == "edit" and old:
            operation = Edit(old, now[old], draw(st.text(max_size=5)))
            now[old] = operation.after
        elif kind == "move" and old and free:
            operation = Move(old, target, now[old], draw(st.text(max_size=5)))
            now[target] = operation.after
            del now[old]
        elif kind == "delete" and old:
            operation = Delete(old, now[old])
            del now[old]
        if operation:
            operations.append(operation)
    return tree, operations, now


def _fits(tree: Tree, path: str) -> bool:
    return path not in tree and not any(
        other.startswith(f"{path}/") or path.startswith(f"{other}/") for other in tree
    )


@settings(deadline=None)  # a busy machine is no fault
@given(changes(), st.integers(1, 60))
def test_any_plan_is_carried_out_or_not_and_can_be_taken_back(
    tmp_path_factory: pytest.TempPathFactory, change: tuple[Tree, list[Operation], Tree], nth: int
) -> None:
    before, operations, after = change
    root = plant(tmp_path_factory.mktemp("tree"), before)
    plan = make_plan(root, *operations)
    with full_disk(root, nth):
        words = attempt(plan)
    if words:
        assert files(root) == before
        apply(plan)
    assert files(root) == after
    if after != before:
        undo(root)
    assert files(root) == before

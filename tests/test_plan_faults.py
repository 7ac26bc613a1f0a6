"""Whatever goes wrong with a plan, and whenever: the tree is as it was or as planned."""

import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faults import full_disk, strike_at_every
from plans import AFTER, BEFORE, OPERATIONS, Tree, files, folders, make_plan, plant
from plumbrule.plan import (
    Create,
    Delete,
    Edit,
    Move,
    Operation,
    Plan,
    Refusal,
    apply,
    read_text,
    recover,
    undo,
    write_text,
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return plant(tmp_path / "project", BEFORE)


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
    codes = strike_at_every(1, name, f"test_plan_faults:{action}", roots)
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
    codes = strike_at_every(1, name, "test_plan_faults:create_in_child", places)
    assert len(codes) > 5
    for place, _ in zip(places, codes, strict=False):
        assert files(place / "shop") in ({}, {"src/a.py": "a", "b.py": "b"})
        if not (place / "shop").exists():
            assert name == "SIGKILL" or list(place.iterdir()) == []
            apply(make_plan(place / "shop", Create("src/a.py", "a"), Create("b.py", "b")))
        assert [path.name for path in place.iterdir()] == ["shop"]


def test_a_file_that_was_changed_after_a_killed_run_is_not_lost(tmp_path: Path) -> None:
    roots = [plant(tmp_path / str(nth), BEFORE) for nth in range(100)]
    strike_at_every(1, "SIGKILL", "test_plan_faults:apply_in_child", roots)
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

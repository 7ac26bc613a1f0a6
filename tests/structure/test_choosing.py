"""A plan is done step by step: each by number or name, with the steps that it needs."""

from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.proposal import Proposal
from plumbrule.model.reading import read_project
from plumbrule.plan import Refusal, apply
from plumbrule.restructure import Tree
from plumbrule.verbs.structure.choosing import chosen
from plumbrule.verbs.structure.planning import planned
from plumbrule.verbs.structure.trees import Place
from structure.crowd import crowd
from structure.projects import LAYERED, write


@pytest.fixture(scope="module")
def one_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("one-file")
    return write(folder, {"app/__init__.py": "", "app/main.py": crowd(3, 4, 1)})


def proposed(folder: Path) -> Proposal:
    return by_feature(read_project(folder))


def test_a_step_takes_along_what_it_cannot_do_without(one_file: Path) -> None:
    proposal = proposed(one_file)
    found = chosen(Tree.read(one_file), proposal, ["users"])
    targets = {line.target for line in found.proposal.steps}
    assert {"app.users.router", "app.users.models", "app.users.schemas", "app.users.service"} <= targets
    assert targets - {line.target for line in proposal.steps if line.slice == "users"} == {
        "app.database",
        "app.exceptions",
        "app.shared",
        "app.items.schemas",
    }
    assert [proposal.steps[number - 1].slice for number in found.needed] == ["", "", "", "items"]


def test_steps_one_after_the_other_are_the_whole(tmp_path: Path) -> None:
    step_by_step, at_once = write(tmp_path / "a", LAYERED), write(tmp_path / "b", LAYERED)
    for _ in range(10):
        proposal = proposed(step_by_step)
        if not proposal.moving:
            break
        part = chosen(Tree.read(step_by_step), proposal, ["1"]).proposal
        made = planned(Place(step_by_step, ""), part, strict=True)
        assert not made.problems
        apply(made.plan(step_by_step), undoable=False)
    apply(planned(Place(at_once, ""), proposed(at_once), strict=True).plan(at_once), undoable=False)
    done = [{p.relative_to(f).as_posix() for p in f.rglob("*.py")} for f in (step_by_step, at_once)]
    assert done[0] == done[1]


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("0", "there is no step 0; they go from 1 to 6"),
        ("7", "there is no step 7"),
        ("orders", "`orders` is no step: they go from 1 to 6, or by slice: items, users"),
    ],
)
def test_a_step_that_is_not_there_is_refused(tmp_path: Path, word: str, said: str) -> None:
    folder = write(tmp_path, LAYERED)
    with pytest.raises(Refusal, match=said):
        chosen(Tree.read(folder), proposed(folder), [word])


@pytest.mark.parametrize("word", ["1", "app.routers.items", "app.items.router"])
def test_a_step_has_several_names(tmp_path: Path, word: str) -> None:
    folder = write(tmp_path, LAYERED)
    found = chosen(Tree.read(folder), proposed(folder), [word]).proposal.steps
    assert [(line.module, line.target) for line in found] == [("app.routers.items", "app.items.router")]

"""A new service by layer is the one by feature, moved: clean, the same to its callers, and back again."""

import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.by_layer import by_layer
from plumbrule.layouts.proposal import Proposal
from plumbrule.model.project import Project
from plumbrule.plan import Refusal, apply
from plumbrule.proof.moved import moved
from plumbrule.proof.subject import read
from plumbrule.restructure import Tree, restructure
from plumbrule.scaffold.answers import Answers, Wishes, answer
from plumbrule.scaffold.render import render
from plumbrule.verbs import init
from plumbrule.verbs.layered import layered
from plumbrule.verbs.structure.check import Terms, base_of, prove

RUFF = Path(sysconfig.get_path("scripts")) / "ruff"
TERMS = Terms(Path(sys.executable), types=False)


def answers_for(folder: Path, layout: str, *without: str) -> Answers:
    return answer(Wishes(layout=layout, without_parts=without), folder)


def silent(_: str) -> None:
    """Nobody watches."""


# Names decide where lines break and how imports are sorted.
@pytest.mark.parametrize("name", ["shop", "a", "a_very_long_name_of_a_service1"])
def test_it_is_sorted_and_formatted(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    apply(init.plan(folder, answers_for(folder, "by-layer")), undoable=False)
    assert (folder / "src" / name / "routers/orders.py").is_file()
    for arguments in (["check", "."], ["format", "--check", "."]):
        done = subprocess.run([RUFF, *arguments], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_nothing_is_left_that_names_a_file_of_the_other_layout(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    apply(init.plan(folder, answers_for(folder, "by-layer")), undoable=False)
    for path in folder.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert "shop.users" not in text, path
            assert "users/promote" not in text, path
            assert "<feature>/" not in text, path


def test_its_callers_see_no_difference(tmp_path: Path) -> None:
    trees = []
    for layout in ("by-feature", "by-layer"):
        folder = tmp_path / layout / "shop"
        apply(init.plan(folder, answers_for(folder, layout)), undoable=False)
        trees.append(read(folder))
    base = base_of(trees[0], Path(sys.executable), TERMS, silent)
    verdict = prove(base, trees[1], moved(*trees), TERMS, silent)
    assert verdict.status == "equal", verdict.obstacles


@pytest.mark.parametrize("without", [(), ("orders",)])
def test_there_and_back_again_is_the_same_to_the_byte(tmp_path: Path, without: tuple[str, ...]) -> None:
    files = render(answers_for(tmp_path / "shop", "by-feature", *without))
    tree = Tree.of(files)
    layered_one = arranged(tree, by_layer)
    assert "src/shop/routers/users.py" in layered_one.files
    back = arranged(layered_one, by_feature)
    assert {path: text.decode() for path, text in back.files.items()} == files


def arranged(tree: Tree, layout: Callable[[Project], Proposal]) -> Tree:
    """A tree in another layout."""
    proposal = layout(Project([tree.facts(path) for path in tree.python]))
    return tree.after(restructure(tree, proposal.moves).steps)


def test_a_command_goes_up_beside_the_others(tmp_path: Path) -> None:
    _, origins = layered(render(answers_for(tmp_path / "shop", "by-feature")), "shop")
    assert origins["src/shop/promote.py"] == "src/shop/users/promote.py"


def test_the_small_preset_has_no_layers(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="the preset minimal is too small for the layout by-layer"):
        answer(Wishes(preset="minimal", layout="by-layer"), tmp_path / "shop")

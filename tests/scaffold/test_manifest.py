"""The manifest and the templates agree, and every project they can make is whole."""

import itertools
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbrule.scaffold.answers import Answers, Wishes, answer
from plumbrule.scaffold.manifest import DATABASES, PACKAGES, PARTS, PRESETS, Part
from plumbrule.scaffold.render import TEMPLATES, parts_of, render, targets

FOLDER = Path("my-shop")


def every_part() -> list[Part]:
    return [*(preset.base for preset in PRESETS.values()), *PARTS.values(), *DATABASES.values()]


def every_project() -> Iterator[Answers]:
    """Every preset with every database and every set of parts."""
    for preset in PRESETS.values():
        for database in preset.databases or (None,):
            for size in range(len(preset.parts) + 1):
                for parts in itertools.combinations(preset.parts, size):
                    without = tuple(set(preset.parts) - set(parts))
                    yield answer(Wishes("my-shop", preset.name, None, database, parts, without), FOLDER)


def label(answers: Answers) -> str:
    return "-".join(
        [answers.preset, *([answers.database] if answers.database else []), *sorted(answers.parts)]
    )


@pytest.fixture(params=every_project(), ids=label)
def answers(request: pytest.FixtureRequest) -> Answers:
    chosen: Answers = request.param
    return chosen


def templates_of(part: Part) -> set[str]:
    """The templates that a part names, for all presets that may have it."""
    presets = [name for name, preset in PRESETS.items() if part is preset.base or part.name in preset.parts]
    return {template.format(preset=preset) for template in part.brings for preset in presets or ["service"]}


def test_every_template_is_named_in_the_manifest_and_every_name_is_a_template() -> None:
    named = {template for part in every_part() for template in templates_of(part)}
    found = {
        str(path.relative_to(TEMPLATES))
        for folder in TEMPLATES.iterdir()
        if folder.is_dir() and folder.name not in {"__pycache__", "feature"}
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert named == found


def test_every_target_is_brought_by_one_part(answers: Answers) -> None:
    brought = [target for part in parts_of(answers) for target in targets(part, answers)]
    assert len(brought) == len(set(brought))
    assert all(not Path(target).is_absolute() and ".." not in Path(target).parts for target in brought)


def test_a_part_needs_and_asks_for_what_there_is() -> None:
    for part in every_part():
        assert set(part.needs) <= PARTS.keys()
        assert {*part.packages, *part.dev_packages} <= PACKAGES.keys()
    used = {name for part in every_part() for name in (*part.packages, *part.dev_packages)}
    assert used == PACKAGES.keys()


def test_the_same_answers_give_the_same_bytes(answers: Answers) -> None:
    assert render(answers) == render(answers)


def test_nothing_of_a_template_is_left_in_a_project(answers: Answers) -> None:
    for target, text in render(answers).items():
        assert not re.search(r"\[%|%\]|\[\[ [a-z_.]+ \]\]|\[#|#\]", text), target
        assert text == "" or text.endswith("\n"), target
        assert not text.endswith("\n\n"), target
        assert "\n\n\n\n" not in text, target
        assert not re.search(r"[ \t]$", text, flags=re.MULTILINE), target


def test_python_and_toml_can_be_read(answers: Answers) -> None:
    for target, text in render(answers).items():
        if target.endswith(".py"):
            compile(text, target, "exec", dont_inherit=True)
        if target.endswith(".toml"):
            tomllib.loads(text)


def test_the_answers_are_recorded(answers: Answers) -> None:
    project = tomllib.loads(render(answers)["pyproject.toml"])
    recorded = project["tool"]["plumb"]["scaffold"]
    version = recorded.pop("version")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", version)
    expected = {"preset": answers.preset, "layout": answers.layout, "parts": sorted(answers.parts)}
    database = {"database": answers.database} if answers.database else {}
    assert {**recorded, "parts": sorted(recorded["parts"])} == {**expected, **database}


def test_what_was_not_chosen_is_not_mentioned(answers: Answers) -> None:
    everything = "\n".join(render(answers).values()).lower()
    traces = {"orders": "orders", "docker": "dockerfile", "pre-commit": "pre-commit", "ci": ".github"}
    for part, word in traces.items():
        if part not in answers.parts:
            assert word not in everything, part
    if answers.database != "sqlite":
        assert "aiosqlite" not in everything

"""The questions of `plumb init` on a terminal; what a flag has answered is not asked."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import questionary

from plumbrule.plan import Refusal
from plumbrule.scaffold.answers import Wishes, answer, package_name
from plumbrule.scaffold.manifest import DATABASES, PARTS, PRESETS, Preset
from plumbrule.scaffold.marked import COMPANIONS
from plumbrule.verbs.init import check_folder

Answer = TypeVar("Answer")


def ask(path: Path | None, wishes: Wishes) -> tuple[Path, Wishes]:
    """Complete the wishes by asking for what they leave open; gives the folder too."""
    folder = path or Path()
    if path is None and wishes.name is None:
        folder, wishes = _ask_name(wishes)
    check_folder(folder)
    answer(wishes, folder)  # what the flags say is refused before the first question
    if wishes.preset is None:
        presets = {name: preset.summary for name, preset in PRESETS.items() if _open(preset, wishes, folder)}
        wishes = replace(wishes, preset=_select("What shall it have?", presets))
    preset = PRESETS[wishes.preset or ""]
    if wishes.database is None and preset.databases:
        databases = {name: DATABASES[name].question for name in preset.databases}
        wishes = replace(wishes, database=_select("Which database?", databases))
    if not wishes.with_parts and not wishes.without_parts:
        wishes = _ask_parts(preset, wishes)
    return folder, wishes


def _ask_name(wishes: Wishes) -> tuple[Path, Wishes]:
    """A name for the folder we are in if it is empty, else for a new one in it."""
    here = Path()
    is_empty = all(path.name in COMPANIONS for path in here.iterdir())
    default = here.resolve().name if is_empty else "shop"
    question = questionary.text("Name of the project:", default=default, validate=_name_problem)
    name = _answered(question, str).strip()
    return here if is_empty else here / name, replace(wishes, name=name)


def _ask_parts(preset: Preset, wishes: Wishes) -> Wishes:
    choices = [
        questionary.Choice(f"{name:<12}{PARTS[name].question}", name, checked=name in preset.default_parts)
        for name in preset.parts
    ]
    instruction = "(space: take or leave, a: all, enter: go on)"
    chosen = _answered(questionary.checkbox("Which parts?", choices, instruction=instruction), list)
    unwanted = tuple(name for name in preset.parts if name not in chosen)
    return replace(wishes, with_parts=tuple(chosen), without_parts=unwanted)


def _select(question: str, choices: Mapping[str, str]) -> str:
    options = [questionary.Choice(name, description=meaning) for name, meaning in choices.items()]
    if len(choices) == 1:
        return next(iter(choices))
    return _answered(questionary.select(question, options, instruction="(arrow keys, enter)"), str)


def _answered(question: questionary.Question, kind: type[Answer]) -> Answer:
    value = question.unsafe_ask()
    assert isinstance(value, kind)  # noqa: S101  questionary is untyped here
    return value


def _open(preset: Preset, wishes: Wishes, folder: Path) -> bool:
    """Whether the flags that were given leave this preset open."""
    try:
        answer(replace(wishes, preset=preset.name), folder)
    except Refusal:
        return False
    return True


def _name_problem(name: str) -> bool | str:
    try:
        package_name(name)
    except Refusal as refusal:
        return str(refusal).replace("--name ", "")
    return True

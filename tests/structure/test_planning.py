"""What goes where is said with a reason; what is planned again after it was done is nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.by_layer import by_layer
from plumbrule.layouts.plan_file import read, written
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.slices import Slices
from plumbrule.model.reading import project_of, read_project
from plumbrule.plan import Refusal, apply
from plumbrule.verbs.structure.planning import LAYOUTS, Planned, planned
from plumbrule.verbs.structure.trees import Place
from structure.projects import LAYERED, Files, changed, text, write

Plan = Callable[[Files], Proposal]
GOOD = 'moves = [  # { module = "x" }\n  { module = "a", to = "b", reason = "{" },\n'


def sources(files: Files) -> dict[str, str]:
    return {path: text(source) for path, source in files.items()}


def targets(proposal: Proposal) -> dict[str, str]:
    return {
        f"{line.module}:{','.join(line.names)}".rstrip(":"): line.target or "" for line in proposal.moving
    }


def rewritten(folder: Path, proposal: Proposal) -> Planned:
    made = planned(Place(folder, ""), proposal, strict=True)
    assert not made.problems
    apply(made.plan(folder), undoable=False)
    return made


def test_layers_become_slices_and_what_is_mixed_is_split() -> None:
    proposal = by_feature(project_of(sources(LAYERED)))
    assert targets(proposal) == {
        "app.routers.items": "app.items.router",
        "app.routers.users": "app.users.router",
        "app.services.items": "app.items.service",
        "app.services.users": "app.users.service",
        "app.schemas:ItemRead": "app.items.schemas",
        "app.schemas:UserRead": "app.users.schemas",
    }
    assert all(line.reason and 0 < line.confidence <= 1 for line in proposal.moving)


@pytest.mark.parametrize("package", ["service", "api"])
def test_a_package_around_all_is_no_layer_though_it_is_called_like_one(package: str) -> None:
    files = {
        path.replace("app/", f"{package}/"): source.replace("app.", f"{package}.").replace(
            f"{package}.in", "app.in"
        )
        for path, source in LAYERED.items()
    }
    found = targets(by_feature(project_of(sources(files))))
    assert found[f"{package}.routers.items"] == f"{package}.items.router"


def test_planning_the_result_proposes_nothing(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    rewritten(folder, by_feature(read_project(folder)))
    assert not by_feature(read_project(folder)).moves


def test_there_and_back_again_is_the_same_to_the_byte(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    rewritten(folder, by_feature(read_project(folder)))
    before = {p: p.read_bytes() for p in folder.rglob("*.py")}
    rewritten(folder, by_layer(read_project(folder)))
    assert (folder / "app/services/items.py").is_file()
    rewritten(folder, by_feature(read_project(folder)))
    assert {p: p.read_bytes() for p in folder.rglob("*.py")} == before


def test_a_plan_that_was_written_reads_the_same() -> None:
    proposal = by_feature(project_of(sources(LAYERED)))
    assert read(written(proposal), "plan.toml", LAYOUTS).steps == proposal.steps


@pytest.mark.parametrize(
    ("plan", "said"),
    [
        ('layuot = "by-layer"', "plan.toml:1:1: `layuot` is none of layout, moves, stays; did you"),
        ('layout = "by-moon"\nmoves = []', "plan.toml:1:10: `layout` is one of by-feature, by-layer, thin-"),
        ("layout = [1]\nmoves = []", "plan.toml:1:10: `layout` is one of by-feature, by-layer, thin-"),
        ("layout = false", "plan.toml:1:10: `layout` is one of by-feature"),
        ("", "plan.toml:1:1: it needs `moves ="),
        ("moves = 3", "plan.toml:1:9: it needs `moves ="),
        ("moves = [", "plan.toml:1:1: this is not TOML: "),
        ("moves = [1]", "plan.toml:1:1: move 1: it is no table"),
        (GOOD + '  { module = "a", ot = "c" }]', "plan.toml:3:19: move 2: `ot` is none of module, names,"),
        (GOOD + '  { module = "a.b" }]', "plan.toml:3:3: move 2: `to` is the dotted name of a module"),
        (GOOD + '  { module = "a", to = "b...class" }]', "plan.toml:3:24: move 2: `to` is the dotted name"),
        (GOOD + '  { module = "a", to = "b.class" }]', "plan.toml:3:24: move 2: `to` is the dotted name"),
        (GOOD + '  { module = "a", to = "b", names = [1] }]', "plan.toml:3:37: move 2: `names` is a list"),
        (GOOD + '  { module = "a", to = "b", slice = 3 }]', "plan.toml:3:37: move 2: `slice` is a string"),
        (GOOD + '  { module = "a", to = "b", reason = 3 }]', "plan.toml:3:38: move 2: `reason` is a string"),
        (
            GOOD + '  { module = "a", to = "b", confidence = "high" }]',
            "plan.toml:3:42: move 2: `confidence` is a number from 0 to 1",
        ),
        (GOOD + '  { module = "a", to = "b", confidence = 7 }]', "plan.toml:3:42: move 2: `confidence`"),
        ('[[moves]]\nmodule = "a"\nto = "b"\n[[moves]]\nmodule = "c"\nto = 4', "plan.toml:6:6: move 2: `to`"),
    ],
)
def test_a_plan_with_a_mistake_is_refused_at_its_place(plan: str, said: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(plan, "plan.toml", LAYOUTS)
    assert str(refusal.value).startswith(said)


def test_a_mistake_in_a_plan_is_underlined() -> None:
    with pytest.raises(Refusal) as refusal:
        read(f'{GOOD}  {{ module = "a", to = "b", slice = 3 }}]', "plan.toml", LAYOUTS)
    assert str(refusal.value).splitlines()[2:] == [
        '3 |   { module = "a", to = "b", slice = 3 }]',
        "  |                                     ^",
        "  |",
    ]


def test_a_module_that_is_not_there_is_refused(tmp_path: Path) -> None:
    line = Line("app.nowhere", "app.items.nowhere", "", 1.0)
    with pytest.raises(Refusal, match=r"app\.nowhere"):
        planned(Place(write(tmp_path, LAYERED), ""), Proposal("", (line,)), strict=True)


def test_what_two_slices_claim_alike_belongs_to_none() -> None:
    files = changed(
        LAYERED,
        "app/services/users.py",
        "def find_user",
        "def both() -> int:\n    return 1\n\n\ndef find_user",
    )
    files = changed(files, "app/routers/users.py", "find_user\n", "both, find_user\n")
    files = changed(files, "app/routers/users.py", "return find_user", "both()\n    return find_user")
    files = changed(
        files,
        "app/routers/items.py",
        "list_items\n\nrouter",
        "list_items\nfrom app.services.users import both\n\nrouter",
    )
    files = changed(files, "app/routers/items.py", "return find_item", "both()\n    return find_item")
    slices = Slices(project_of(sources(files)), paths=False)
    found = {d.name: m for d, m in slices.memberships.items()}
    assert found["both"].slice is None
    assert found["both"].reason == "item and user have the same claim"
    assert found["find_user"].slice == "user"


def test_what_most_slices_use_stays_where_it_is() -> None:
    proposal = by_feature(project_of(sources(LAYERED)))
    stays = {line.module: line.reason for line in proposal.lines if line.target is None}
    assert stays["app.common"] == "of no slice"


def test_names_of_slices_do_not_need_the_names_of_files() -> None:
    files = {
        "app/main.py": LAYERED["app/main.py"].replace("items, users", "a as items, b as users"),
        "app/routers/a.py": LAYERED["app/routers/items.py"].replace("services.items", "services.x"),
        "app/routers/b.py": LAYERED["app/routers/users.py"].replace("services.users", "services.x"),
        "app/schemas.py": LAYERED["app/schemas.py"],
        "app/services/x.py": LAYERED["app/services/items.py"].replace(
            "from app.common import PAGE", "PAGE = 1"
        )
        + LAYERED["app/services/users.py"].replace("from app.services.items import list_items", ""),
        "app/__init__.py": "",
        "app/routers/__init__.py": "",
        "app/services/__init__.py": "",
    }
    slices = Slices(project_of(sources(files)), paths=False)
    found = {d.name: m.slice for d, m in slices.memberships.items()}
    assert {name: found[name] for name in ("find_item", "find_user", "ItemRead", "UserRead")} == {
        "find_item": "item",
        "find_user": "user",
        "ItemRead": "item",
        "UserRead": "user",
    }


USERS = {
    "main.py": "from app.routers import users, items\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    "app.include_router(users.router)\napp.include_router(items.router)\n",
    "routers/__init__.py": "",
    "routers/users.py": "from app.crud.users import find_user\nfrom app.schemas.token import Token\n"
    "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/users')\n\n\n@router.get('/')\n"
    "def read_user() -> Token:\n    return find_user()\n",
    "routers/items.py": "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/items')\n\n\n"
    "@router.get('/')\ndef read_item() -> int:\n    return 1\n",
    "crud/base.py": "class Base:\n    pass\n",
    "crud/users.py": "from app.crud.base import Base\nfrom app.schemas.token import Token\n\n\n"
    "def find_user() -> Token:\n    return Token(text=str(Base))\n",
    "schemas/token.py": "from pydantic import BaseModel\n\n\nclass Token(BaseModel):\n    text: str\n",
}


@pytest.mark.parametrize("around", ["", "users/"])
def test_what_others_are_built_on_stays_and_the_folder_around_says_nothing(around: str) -> None:
    proposal = by_feature(project_of({f"{around}app/{path}": source for path, source in USERS.items()}))
    assert targets(proposal) == {
        "app.routers.users": "app.users.router",
        "app.crud.users": "app.users.crud",
        "app.schemas.token": "app.users.schemas",
        "app.routers.items": "app.items.router",
    }


def test_a_part_does_not_take_the_name_of_a_whole_module() -> None:
    files = {f"app/{path}": source for path, source in USERS.items()}
    files["app/schemas/users.py"] = files.pop("app/schemas/token.py").replace("Token", "UserRead")
    files["app/api/schemas.py"] = files["app/schemas/users.py"].replace("UserRead", "UserIn") + (
        "\n\nclass ItemIn(BaseModel):\n    text: str\n"
    )
    for path, model in (("crud/users", "UserIn"), ("routers/items", "ItemIn")):
        files[f"app/{path}.py"] = f"from app.api.schemas import {model}\n" + files[f"app/{path}.py"]
        files[f"app/{path}.py"] += f"\n\ndef made(text: str) -> {model}:\n    return {model}(text=text)\n"
    files = {
        path: source.replace("schemas.token", "schemas.users").replace("Token", "UserRead")
        for path, source in files.items()
    }
    found = targets(by_feature(project_of(files)))
    assert found["app.schemas.users"] == "app.users.schemas"
    assert found["app.api.schemas:UserIn"] == "app.users.api_schemas"
    assert found["app.api.schemas:ItemIn"] == "app.items.schemas"

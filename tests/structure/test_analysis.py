"""What is in the way is found, ranked, and said in three formats."""

import json
from collections.abc import Callable
from itertools import combinations
from random import Random

import pytest

from plumbrule.model.cycle_cut import disjoint_cycles, smallest_cut
from plumbrule.model.import_roots import ImportRoots
from plumbrule.model.reading import project_of
from plumbrule.report import View
from plumbrule.report.structure import STRUCTURE_FORMATS
from plumbrule.verbs.structure.analysis import Analysis, analysed
from structure.projects import LAYERED, Files, changed, text

SLICED: Files = {
    "app/main.py": LAYERED["app/main.py"].replace(
        "from app.routers import items, users", "import app.items.router\n        import app.users.router"
    ),
    "app/items/router.py": LAYERED["app/routers/items.py"].replace("services.items", "items.service"),
    "app/items/service.py": LAYERED["app/services/items.py"],
    "app/users/router.py": LAYERED["app/routers/users.py"].replace("services.users", "users.service"),
    "app/users/service.py": LAYERED["app/services/users.py"].replace("services.items", "items.service"),
    "app/schemas.py": LAYERED["app/schemas.py"],
}


def analysis(files: Files) -> Analysis:
    return analysed(project_of({path: text(source) for path, source in files.items()}))


def kinds(found: Analysis) -> list[str]:
    return [trouble.kind for trouble in found.troubles]


def test_a_project_in_layers_is_by_layer_and_its_slices_are_named() -> None:
    found = analysis(LAYERED)
    assert found.style.kind == "by layer"
    assert set(found.sliced.sizes) == {"items", "users"}
    assert found.sliced.is_worth_it
    assert found.tags == {"top level": 10}


def test_a_project_in_slices_is_by_feature() -> None:
    assert analysis(SLICED).style.kind == "by feature"


def test_folders_without_init_are_seen_by_the_name_they_are_imported_by() -> None:
    files = {path: source for path, source in LAYERED.items() if not path.endswith("__init__.py")}
    project = project_of(
        {f"svc/{path}": text(source).replace("app.", "svc.app.") for path, source in files.items()}
    )
    roots = ImportRoots(project)
    names = {roots.name(module) for module in project.modules if not module.is_test}
    assert "svc.app.routers.items" in names
    assert "svc.app.main" in names


KINDS = {
    "import app.routers": "top level",
    "def f():\n    from app.routers import users": "function level",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.routers import users": "TYPE_CHECKING",
    "try:\n    from app.routers import users\nexcept ImportError:\n    users = None": "try",
    "NAME = 'app.routers.users'": "string",
}


@pytest.mark.parametrize("source", KINDS)
def test_each_edge_says_how_it_is_written(source: str) -> None:
    found = analysis({**LAYERED, "app/extra.py": source + "\n"})
    assert [edge.tag for edge in found.edges if edge.source == "app.extra"] == [KINDS[source]]


def test_a_cycle_is_found_with_the_fewest_imports_to_cut() -> None:
    files = {
        **LAYERED,
        "app/a.py": "import app.b\nimport app.c\n",
        "app/b.py": "import app.a\n",
        "app/c.py": "import app.a\n",
        "app/d.py": "import app.a\n",
    }
    found = analysis(files)
    assert found.troubles[0].kind == "import cycle"
    assert found.cycles[0].modules == ("app.a", "app.b", "app.c")
    assert len(found.cycles[0].cut) == 2
    assert found.cycles[0].sure


def test_no_smaller_cut_exists() -> None:
    random = Random(7)
    for _ in range(60):
        nodes = "abcdef"
        edges = [(a, b) for a in nodes for b in nodes if a != b and random.random() < 0.3]
        cut, sure = smallest_cut(dict.fromkeys(edges, 1))
        assert sure
        assert not disjoint_cycles([edge for edge in edges if edge not in cut])
        smaller = combinations(edges, len(cut) - 1) if cut else []
        assert all(disjoint_cycles([e for e in edges if e not in removed]) for removed in smaller)


def test_a_module_of_several_slices_is_named() -> None:
    more = "class ItemName(BaseModel): ...\n\n\nclass UserName(BaseModel): ...\n\n\nclass UserRead"
    files = changed(LAYERED, "app/schemas.py", "class UserRead", more)
    assert "mixed module" in kinds(analysis(files))


@pytest.mark.parametrize("path", ["app/config.py", "app/migrations/versions/first.py"])
def test_settings_and_migrations_may_be_of_all_slices(path: str) -> None:
    names = ("ItemSettings", "ItemLimits", "UserSettings", "UserLimits")
    classes = "\n\n".join(f"class {name}: ..." for name in names)
    assert "mixed module" in kinds(analysis({**LAYERED, "app/other.py": classes}))
    assert "mixed module" not in kinds(analysis({**LAYERED, path: classes}))


def test_the_errors_of_all_slices_may_stand_together() -> None:
    names = ("ItemMissing", "ItemTaken", "UserMissing", "UserTaken")
    errors = "\n\n".join(f"class {name}(Exception): ..." for name in names)
    modules = {**LAYERED, "app/errors.py": errors}
    assert "mixed module" not in kinds(analysis(modules))
    assert "mixed module" in kinds(analysis({**modules, "app/errors.py": errors.replace("(Exception)", "")}))


def test_a_lower_layer_that_imports_routes_is_named() -> None:
    files = changed(
        LAYERED, "app/services/users.py", "from app.schemas", "import app.routers.items\nfrom app.schemas"
    )
    trouble = next(t for t in analysis(files).troubles if t.kind == "upward import")
    assert trouble.place == "app/services/users.py:1"


def test_a_handler_with_much_work_and_a_router_nobody_includes_are_named() -> None:
    body = "".join(f"    step_{number} = {number}\n" for number in range(16))
    head = "from fastapi import APIRouter\n\nrouter = APIRouter()\n"
    extra = f"{head}\n\n@router.get('/x')\ndef work() -> None:\n{body}"
    found = analysis({**LAYERED, "app/extra.py": extra})
    assert set(kinds(found)) >= {"fat route", "unmounted router"}


def said(files: Files) -> str:
    return STRUCTURE_FORMATS["text"](analysis(files), View())


def test_a_tiny_project_is_told_nothing_about_slices() -> None:
    module = (
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n@router.get('/{0}')\ndef {0}(): ...\n"
    )
    main = "from fastapi import FastAPI\nimport cats, dogs\n\napp = FastAPI()\n"
    main += "app.include_router(cats.router)\napp.include_router(dogs.router)\n"
    report = said({"main.py": main, "cats.py": module.format("cats"), "dogs.py": module.format("dogs")})
    assert report.startswith("flat\n")
    assert "slices, by definitions: cats 2, dogs 2" in report
    assert "\nIt is too small to gain from slices.\nCompare two states" in report


def test_slices_that_are_there_are_not_recommended() -> None:
    assert "Slices are worth it: 13% of the uses cross" in said(LAYERED)
    assert "The slices are apart: " in said(SLICED)


@pytest.mark.parametrize("render", STRUCTURE_FORMATS.values(), ids=STRUCTURE_FORMATS)
def test_every_format_says_the_style(render: Callable[[Analysis, View], str]) -> None:
    assert "by layer" in render(analysis(LAYERED), View())


def test_the_json_has_all_edges() -> None:
    found = analysis(LAYERED)
    told = json.loads(STRUCTURE_FORMATS["json"](found, View()))
    assert len(told["edges"]) == len(found.edges) == 10
    assert {"from": "app.routers", "to": "app.services", "imports": 2} in told["matrix"]

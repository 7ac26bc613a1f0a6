"""What ties definitions to their module goes to a third one; what cannot move stays, and the rest goes."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from plumbrule.layouts.by_feature import by_feature
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.model.reading import read_project
from plumbrule.plan import Refusal, apply
from plumbrule.restructure import Tree
from plumbrule.verbs.structure.planning import Planned, planned
from plumbrule.verbs.structure.settling import settled
from plumbrule.verbs.structure.trees import Place
from restructure.projects import Child
from structure.projects import LAYERED, Files, write


@pytest.fixture(scope="module")
def child() -> Iterator[Child]:
    made = Child()
    yield made
    made.stop()


def arranged(folder: Path) -> Planned:
    """What can be carried out of what is proposed, done; nothing is left to propose afterwards."""
    place = Place(folder, "")
    made = planned(place, by_feature(read_project(folder)), strict=False)
    assert not [str(problem) for problem in made.problems]
    apply(made.plan(folder), undoable=False)
    again = by_feature(read_project(folder))
    assert not again.moves or not planned(place, again, strict=False).proposal.moves
    return made


ROUTERS: Files = {
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import FastAPI

        from app import crud
        from app.items import router as items
        from app.users import router as users

        crud.seed()
        app = FastAPI()
        app.include_router(items.router, prefix="/items")
        app.include_router(users.router, prefix="/users")
        """,
    "app/items/__init__.py": "",
    "app/items/router.py": """
        from fastapi import APIRouter

        from app import crud

        router = APIRouter(tags=["items"])


        @router.get("/")
        def read_items() -> list[str]:
            return crud.list_items()


        @router.post("/")
        def add_item(name: str) -> str:
            return crud.create_item(name)
        """,
    "app/users/__init__.py": "",
    "app/users/router.py": """
        from fastapi import APIRouter

        from app import crud

        router = APIRouter(tags=["users"])


        @router.get("/")
        def read_users() -> list[str]:
            return crud.list_users()


        @router.post("/")
        def add_user(name: str) -> str:
            return crud.create_user(name)
        """,
    "app/crud.py": """
        SEPARATOR = "-"
        rows: dict[str, list[str]] = {"items": [], "users": []}


        # What is stored is spelled alike.
        def cleaned(name: str) -> str:
            return name.strip().lower().replace(" ", SEPARATOR)


        def create_item(name: str) -> str:
            rows["items"].append(cleaned(name))
            return rows["items"][-1]


        def list_items() -> list[str]:
            return rows["items"]


        def create_user(name: str) -> str:
            rows["users"].append(cleaned(name))
            return rows["users"][-1]


        def list_users() -> list[str]:
            return rows["users"]


        def seed() -> None:
            create_item(cleaned("First One"))
            create_user("Ann")
        """,
}
ASKED = """
from fastapi.testclient import TestClient
from app.main import app
client = TestClient(app)
result = [client.post("/items/?name=B C").json(), client.get("/items/").json(), client.get("/users/").json(),
          app.openapi()]
"""


def test_helpers_that_tie_a_module_together_go_to_a_third_one(child: Child, tmp_path: Path) -> None:
    folder = write(tmp_path, ROUTERS)
    before = child.run(folder, ASKED)
    made = arranged(folder)
    assert not made.refused
    assert "def cleaned" in (folder / "app/shared.py").read_text()
    assert "def create_item" in (folder / "app/items/crud.py").read_text()
    assert "def create_user" in (folder / "app/users/crud.py").read_text()
    assert json.dumps(child.run(folder, ASKED)) == json.dumps(before)


MODELS: Files = {
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import FastAPI

        from app.routers import items, users

        app = FastAPI()
        app.include_router(items.router, prefix="/items", tags=["items"])
        app.include_router(users.router, prefix="/users", tags=["users"])
        """,
    "app/routers/__init__.py": "",
    "app/routers/items.py": """
        from fastapi import APIRouter

        from app.models import Item

        router = APIRouter()


        @router.get("")
        def read_items() -> str:
            return Item.__tablename__
        """,
    "app/routers/users.py": """
        from fastapi import APIRouter

        from app.models import User

        router = APIRouter()


        @router.get("")
        def read_users() -> str:
            return User.__tablename__
        """,
    "app/models/__init__.py": """
        from app.models.item import Item
        from app.models.user import User

        __all__ = ["Item", "User"]
        """,
    "app/models/base.py": """
        from sqlalchemy.orm import DeclarativeBase

        from app.models.columns import Named


        class Base(Named, DeclarativeBase):
            pass
        """,
    "app/models/columns.py": """
        from sqlalchemy.orm import Mapped, mapped_column


        class Named:
            name: Mapped[str] = mapped_column(default="")
        """,
    "app/models/item.py": """
        from sqlalchemy.orm import Mapped, mapped_column

        from app.models.base import Base


        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
    "app/models/user.py": """
        from sqlalchemy.orm import Mapped, mapped_column

        from app.models.base import Base


        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
        """,
}
TABLES = """
from app.main import app
from app.models import Item
result = [app.openapi(), sorted(Item.metadata.tables)]
"""


@pytest.mark.parametrize("above", ["app/models", "app/db"])
def test_the_base_of_tables_leaves_the_package_that_imports_all_of_them(
    child: Child, tmp_path: Path, above: str
) -> None:
    folder = write(
        tmp_path, MODELS if above == "app/models" else {**MODELS, "app/db/__init__.py": "", "app/db/x.py": ""}
    )
    before = child.run(folder, TABLES)
    made = arranged(folder)
    assert not made.refused
    base = "app/base.py" if above == "app/models" else "app/db/base.py"
    assert (folder / base).is_file()
    assert (folder / "app/items/models.py").is_file()
    assert json.dumps(child.run(folder, TABLES)) == json.dumps(before)


MUTUAL = """
    from pydantic import BaseModel


    class UserBase(BaseModel):
        name: str = ""


    class ItemRead(BaseModel):
        id: int
        owner: UserBase = UserBase()


    class UserRead(UserBase):
        id: int
        items: list[ItemRead] = []
    """


def test_what_two_slices_need_of_each_other_goes_to_a_third_module(child: Child, tmp_path: Path) -> None:
    asked = "from app.main import app; result = app.openapi()"
    folder = write(tmp_path, {**LAYERED, "app/schemas.py": MUTUAL})
    before = child.run(folder, asked)
    made = arranged(folder)
    assert not made.refused
    assert "class UserBase" in (folder / "app/shared.py").read_text()
    assert "class UserRead" in (folder / "app/users/schemas.py").read_text()
    assert "class ItemRead" in (folder / "app/items/schemas.py").read_text()
    assert json.dumps(child.run(folder, asked)) == json.dumps(before)


def test_what_cannot_move_stays_with_the_reason_and_the_rest_goes(tmp_path: Path) -> None:
    folder = write(tmp_path, LAYERED)
    lines = list(by_feature(read_project(folder)).lines)
    lines += [Line("app.nowhere", "app.items.nowhere", "", 1.0), Line("app.common", "app.routers", "", 1.0)]
    made = planned(Place(folder, ""), Proposal("by-feature", tuple(lines)), strict=False)
    assert {line.module for line, _ in made.refused} == {"app.nowhere", "app.common"}
    stays = {line.module: line.reason for line in made.proposal.lines if line.target is None}
    assert stays["app.nowhere"].startswith("cannot move: there is no module app.nowhere")
    assert len(made.proposal.moves) == 6


def test_a_folder_of_several_projects_is_refused_as_a_whole(tmp_path: Path) -> None:
    two = {f"{place}/{path}": source for place in ("one", "two") for path, source in LAYERED.items()}
    folder = write(tmp_path, two)
    with pytest.raises(Refusal, match="run on the folder of one of them"):
        planned(Place(folder, ""), by_feature(read_project(folder)), strict=False)


def test_a_slice_does_not_hide_a_package_that_the_project_imports(tmp_path: Path) -> None:
    routes = [
        f'\n\n@app.get("/stripe{name}")\ndef read{len(name)}() -> int:\n    return 1\n'
        for name in ("", "/a", "/bcd", "/recent")
    ]
    head = "import stripe\nfrom fastapi import FastAPI\n\napp = FastAPI()\n"
    folder = write(tmp_path, {"main.py": head + "".join(routes)})
    assert not by_feature(read_project(folder)).moves
    (folder / "main.py").write_text(head.replace("import stripe\n", "") + "".join(routes))
    assert by_feature(read_project(folder)).moves


def test_a_file_that_does_not_parse_keeps_what_it_uses_and_nothing_else(tmp_path: Path) -> None:
    broken = {"scripts/old.py": "from app.services.users import create_user\n\ndef (:\n"}
    made = planned(
        Place(write(tmp_path, {**LAYERED, **broken}), ""),
        by_feature(read_project(tmp_path)),
        strict=False,
    )
    assert {line.module for line, _ in made.refused} == {"app.services.users"}
    assert "app.items.router" in {line.target for line in made.proposal.moving}


def test_a_move_that_needs_another_is_not_taken_for_the_culprit() -> None:
    names = ("a", "sub", "c", "own")
    files = {f"app/{name}.py": f"{name.upper()} = 1\n" for name in names}
    files |= {"app/__init__.py": "", "main.py": "".join(f"from app import {name}\n" for name in names)}
    moves = {"app.a": "app.sub.a", "app.sub": "app.sub.core", "app.c": "app.own.c"}
    lines = tuple(Line(old, new, "by hand", 1.0) for old, new in moves.items())
    found = settled(Tree.of(files), Proposal("by-feature", lines))
    assert [line.module for line, _ in found.refused] == ["app.c"]
    assert [line.module for line in found.proposal.moving] == ["app.a", "app.sub"]

"""Handlers of one big module go to routers of their own, and every route keeps its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from restructure.projects import Files, definitions, moved, packages, rewritten

if TYPE_CHECKING:
    from restructure.projects import Lab

ORDERED = """import json
from typing import Annotated
from app import main
from fastapi.testclient import TestClient
client = TestClient(main.app)
asked = ["/items/me", "/items/5", "/items/all", "/users/me", "/users/7", "/health", "/users/all"]
result = [main.app.openapi(), [client.get(path).json() for path in asked]]
"""

MAIN = """from fastapi import Depends, FastAPI
from pydantic import BaseModel


def locked() -> None: ...


app = FastAPI(title="One", dependencies=[Depends(locked)])


class Item(BaseModel):
    id: int = 1


@app.get("/items/me", tags=["items"])
def read_my_item() -> Item:
    return Item()


@app.get("/items/{name}")
async def read_item(name: str) -> str:
    return "item " + name


@app.get("/users/me")
def read_me() -> str:
    return "me"


@app.get("/items/all")  # never reached
def read_all_items() -> str:
    return "all"


@app.get("/users/{name}", response_model=None)
def read_user(name: str) -> str:
    return "user " + name


@app.get("/health")
def health() -> str:
    return "well"
"""

ONE: Files = {**packages("app"), "app/main.py": MAIN}


def test_handlers_become_routers_at_the_place_where_they_were(lab: Lab) -> None:
    after = moved(
        ONE,
        definitions("Item read_my_item read_item read_all_items", "app.main", "app.items.router"),
        definitions("read_me read_user", "app.main", "app.users.router"),
    )
    assert after["app/items/router.py"].startswith(
        "from fastapi import APIRouter\nfrom pydantic import BaseModel\n\nrouter = APIRouter()\nrouter_2 = APIRouter()\n\n\nclass Item"
    )
    assert '@router_2.get("/items/all")  # never reached\n' in after["app/items/router.py"]
    assert (
        after["app/main.py"]
        == """from fastapi import Depends, FastAPI
from app.items.router import router as items_router
from app.users.router import router as users_router
from app.items.router import router_2 as items_router_2
from app.users.router import router_2 as users_router_2


def locked() -> None: ...


app = FastAPI(title="One", dependencies=[Depends(locked)])


app.include_router(items_router)
app.include_router(users_router)
app.include_router(items_router_2)
app.include_router(users_router_2)


@app.get("/health")
def health() -> str:
    return "well"
"""
    )
    lab.same(ONE, after, ORDERED)


def big(count: int) -> Files:
    """One module of many handlers whose order matters: `/r3/{id}` is before `/r3/special`, or after it."""
    parts = ["from fastapi import FastAPI\n\napp = FastAPI()\nSTORE: dict[str, int] = {}\n"]
    for i in range(count):
        special = f'@app.get("/r{i}/special")\ndef special_{i}() -> str:\n    return "special {i}"\n'
        any_one = f'@app.get("/r{i}/{{id}}")\ndef read_{i}(id: str) -> str:\n    return "any {i} " + id\n'
        post = f'@app.post("/r{i}", status_code=201)\nasync def create_{i}(value: int) -> int:\n    """Make {i}."""\n    return value\n'
        parts += [special, any_one, post] if i % 2 else [any_one, special, post]
    return {**packages("app"), "app/main.py": "\n\n".join(parts)}


def test_a_module_of_two_thousand_lines_is_taken_apart(lab: Lab) -> None:
    files = big(130)
    assert files["app/main.py"].count("\n") > 2000
    moves = [
        definitions(f"special_{i} read_{i} create_{i}", "app.main", f"app.part_{i % 9}.router_of_{i}")
        for i in range(130)
    ]
    after = moved(files, *moves)
    assert after["app/main.py"].count("\n") < 300
    asked = "from fastapi.testclient import TestClient; from app.main import app; c = TestClient(app)\n"
    asked += "result = [app.openapi(), [c.get(f'/r{i}/special').json() for i in range(0, 130, 9)]]"
    lab.same(files, after, asked)


def test_a_router_gives_a_part_of_itself_away(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/api.py": "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/api', tags=['api'])\n\n\n@router.get('/a')\ndef a() -> str:\n    return 'a'\n\n\n"
        "@router.get('/b', tags=['b'])\ndef b() -> str:\n    return 'b'\n",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.api import router\n\napp = FastAPI()\napp.include_router(router, prefix='/v1')\n",
    }
    after = moved(files, definitions("b", "app.api", "app.b"))
    assert "router.include_router(b_router)\n" in after["app/api.py"]
    lab.same(files, after)


def test_every_decorator_of_a_handler_reads_the_new_router(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\ninner = FastAPI()\n\n\n@app.put('/a')\n@inner.get('/b')\n@app.patch('/a')\n"
        "def a() -> int:\n    return 1\n\n\napp.mount('/inner', inner)\n",
    }
    after = moved(files, definitions("a", "app.main", "app.a"))
    assert "@router.put('/a')\n@router_2.get('/b')\n@router.patch('/a')\ndef a()" in after["app/a.py"]
    assert "app.include_router(a_router)\ninner.include_router(a_router_2)\n" in after["app/main.py"]
    lab.same(files, after, "from app.main import app, inner; result = [app.openapi(), inner.openapi()]")


def test_a_router_goes_with_all_its_handlers(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/main.py": "from fastapi import APIRouter, FastAPI\n\napp = FastAPI()\nitems = APIRouter(prefix='/items')\n\n\n@items.get('')\n"
        "def a() -> int:\n    return 1\n\n\napp.include_router(items)\n",
    }
    after = moved(files, definitions("items a", "app.main", "app.items"))
    assert "from app.items import items\n" in after["app/main.py"]
    lab.same(files, after)


def test_an_entry_is_the_application_though_handlers_left_its_module() -> None:
    files = ONE | {"Justfile": "run:\n    uvicorn app.main:app\n"}
    after = moved(files, definitions("Item read_my_item read_item", "app.main", "app.items.router"))
    assert after["Justfile"] == files["Justfile"]


REFUSED = {
    "a look at all routes": (
        "@app.get('/f')\ndef f() -> int:\n    return 1\n\n\nfor route in app.routes:\n    route.operation_id = 'x'\n",
        "`app.routes` sees other routes",
    ),
    "an empty path": ("@app.get('')\ndef f() -> int:\n    return 1\n", "an empty path cannot be included"),
    "a handler of errors": (
        "@app.exception_handler(404)\ndef f() -> int:\n    return 1\n",
        "belongs to `app`",
    ),
    "a use of the application": (
        "@app.get('/f')\ndef f() -> str:\n    return app.title\n",
        "would need `app` of app.main, which includes its router",
    ),
    "a listener": (
        "from sqlalchemy import event\n\n\n@event.listens_for(app, 'x')\ndef f() -> int:\n    return 1\n",
        "needs its module to be imported",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused(name: str) -> None:
    text, words = REFUSED[name]
    files = {**packages("app"), "app/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n" + text}
    with pytest.raises(Refusal, match=words):
        rewritten(files, definitions("f", "app.main", "app.other"))

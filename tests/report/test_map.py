"""`plumb map` for a person: what fits, what is not repeated, what no app serves."""

from __future__ import annotations

import re

from plumbrule.model.reading import project_of
from plumbrule.report.map import text
from plumbrule.report.view import View
from plumbrule.verbs.map import Kind, not_followed, rows

FILES = {
    "shop/__init__.py": "",
    "shop/auth.py": """
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer

bearer = HTTPBearer()

def user(token=Depends(bearer)):
    raise HTTPException(401)

def requires(role):
    def check(user=Depends(user)):
        raise HTTPException(403)
    return check
""",
    "shop/main.py": """
from fastapi import APIRouter, Depends, FastAPI
from shop.auth import requires, user

router = APIRouter(prefix="/orders")
lost = APIRouter(prefix="/lost")

@router.get("/{order_id}/lines/{line_id}")
def read_a_line_of_an_order(order_id: int, line_id: int, who=Depends(user)): ...

@router.delete("/{order_id}", dependencies=[Depends(requires("admin"))])
def delete_order(order_id: int): ...

@lost.get("/found")
def find(): ...

app = FastAPI()
app.include_router(router, prefix="/api", dependencies=[Depends(user)])
""",
}
SCREENED = """
from fastapi import FastAPI
from fastapi.responses import JSONResponse

app = FastAPI()

@app.middleware("http")
async def screen(request, call_next):
    if request.client.host in BANNED:
        return JSONResponse({}, 403)
    return await call_next(request)

@app.get("/orders")
def list_orders(): ...
"""


def drawn(kind: Kind, wanted: str = "", width: int | None = None) -> list[str]:
    return text(rows(project_of(FILES), kind, wanted), View(width=width)).splitlines()


def columns(line: str) -> list[str]:
    return re.split(r"\s{2,}", line)


def test_the_handler_gives_way_where_the_lines_would_not_fit() -> None:
    first = {width: columns(drawn("routes", width=width)[0])[1:-1] for width in (None, 130, 90, 70)}
    assert first == {
        None: ["shop.main.delete_order"],
        130: ["shop.main.delete_order"],
        90: ["delete_order"],
        70: [],
    }
    assert all(len(line) < 70 for line in drawn("routes", width=70))


def test_what_no_app_serves_comes_last_and_says_why() -> None:
    reason, line, count = drawn("routes")[-3:]
    assert reason == "not served: nothing includes `lost` of shop/main.py"
    assert columns(line)[1:] == ["GET /lost/found", "shop.main.find", "shop/main.py:15"]
    assert count == "3 routes, 1 served by no app"


def test_a_dependency_is_unfolded_once_a_route() -> None:
    lines = [line.strip() for line in drawn("deps", "GET /api*")]
    assert lines[1:-1] == [
        "shop.auth.user by the include  shop/main.py:18",
        "fastapi.security.HTTPBearer  shop/auth.py:7",
        "shop.auth.user  shop/main.py:9  as above",
    ]


def test_a_middleware_that_may_let_strangers_in_is_only_perhaps_a_guard() -> None:
    files = {"main.py": SCREENED}
    assert columns(text(rows(project_of(files), "auth"), View()).splitlines()[0]) == [
        "GET /orders",
        "perhaps screen (middleware)",
    ]


def test_a_guard_is_named_once_with_all_the_places_that_ask_for_it() -> None:
    assert [columns(line)[1] for line in drawn("auth")[:2]] == [
        "user (include), requires.check (route)",
        "user (include, parameter)",
    ]


def test_a_decorator_of_several_lines_is_one_line_of_the_map() -> None:
    written = """
from fastapi import FastAPI, HTTPException

app = FastAPI()

def view(roles):
    def decorate(function):
        raise HTTPException(403)
    return decorate

@app.get("/orders")
@view(
    ["admin", "clerk"]
)
def read(): ...
"""
    line = text(rows(project_of({"main.py": written}), "auth"), View()).splitlines()[0]
    assert columns(line) == ["GET /orders", 'view( ["admin", "clerk"] ) (decorator)']


def test_a_map_says_what_it_could_not_follow() -> None:
    files = {
        "main.py": """
from dockerflow.fastapi import router as checks
from fastapi import FastAPI
import plugins

app = FastAPI()
app.include_router(checks)
for plugin in plugins.load():
    app.include_router(plugin.router)
app.include_router(plugins.last())
app.include_router(plugins.other())
"""
    }
    assert not_followed(project_of(files), "routes") == (
        "not followed: main.py:7 includes `dockerflow.fastapi.router` of another package; "
        "main.py:9 includes `plugin.router`, which cannot be told; "
        "main.py:10 includes `plugins.last()`, which cannot be told, and 1 more"
    )
    assert not not_followed(project_of(files), "modules")


def test_a_map_names_what_is_mounted_from_elsewhere_and_no_app_that_is_made_here() -> None:
    files = {
        "main.py": """
from elsewhere import main as other
from elsewhere import routes
from fastapi import FastAPI

def create_app() -> FastAPI:
    app = FastAPI()
    app.mount("/other", other.app)
    app.routes.extend(routes())
    return app

def create_for_workers() -> FastAPI:
    return create_app()
"""
    }
    assert not_followed(project_of(files), "routes") == (
        "not followed: main.py:9 includes `routes()`, which cannot be told; "
        "main.py:8 mounts `elsewhere.main.app` of another package"
    )


def test_a_map_has_nothing_to_say_of_what_could_be_followed() -> None:
    assert not not_followed(project_of(FILES), "routes")


def test_a_map_says_which_routes_it_may_lack() -> None:
    files = {
        "main.py": """
from aiogram import Dispatcher
from fastapi import APIRouter, FastAPI
import elsewhere, stac

def prepare(api):
    api.add_route("/", elsewhere.root)
    api.app.include_router(APIRouter())

def create_app() -> FastAPI:
    made = stac.Api()
    prepare(made)
    return made.app

class Applet:
    def serve(self, routes):
        for path, member in routes:
            self.router.add_api_route(path, member)

def fill(box):
    @box.router.get("/orders")
    def read() -> int: ...

router = APIRouter()

def loaded(specs):
    for path, endpoint in specs():
        router.add_api_route(path, endpoint)

Dispatcher().include_router(elsewhere.bot)
loaded(elsewhere.specs)
"""
    }
    assert project_of(files).not_followed == [
        "main.py:28 registers what cannot be told",
        "main.py:10 `create_app` gives an app that cannot be followed",
        "main.py:8 adds to what cannot be told",
        "main.py:18 adds to what cannot be told",
        "main.py:21 adds to what cannot be told",
    ]

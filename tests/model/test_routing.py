"""The route table read from the text is the one FastAPI makes at run time: paths, handlers, dependencies."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, TypeAlias

import pytest

from model.discoveries import DISCOVERED, GLOBBED
from model.factories import FACTORIES, PLUGINS
from model.maps import at_run_time, by_reading
from model.marks import MARKS
from model.rearranged import REARRANGED
from model.shapes import HEAD, SHAPES
from plumbrule.model.reading import read_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.maps import Served, Way

Seen: TypeAlias = "tuple[str, str, str, tuple[Way, ...]]"

RUNTIME = Path(__file__).with_name("runtime.py")


PACKAGES = {
    "main.py": """
        from fastapi import FastAPI
        from shop import account
        from shop.api import router
        from shop.late import cart_router
        from shop import late
        import shop.users.routes as users
        app = FastAPI()
        app.include_router(router)
        app.include_router(users.router, prefix="/users")
        app.include_router(account.router)
        app.include_router(cart_router)
        app.include_router(late.stock_router)
    """,
    "shop/__init__.py": "",
    "shop/api/__init__.py": "from .all import *",
    "shop/api/all.py": """
        from ..orders import routes
        from ..orders.routes import router as orders
        router = orders
        __all__ = ["router"]
    """,
    "shop/orders/routes.py": """
        from __future__ import annotations
        from fastapi import APIRouter
        from shop.deps import Session
        router = APIRouter(prefix="/orders")
        @router.get("")
        def orders(session: Session): ...
    """,
    "shop/users/__init__.py": "",
    "shop/users/routes.py": """
        from fastapi import APIRouter
        import shop.deps
        router = APIRouter()
        @router.get("/me")
        def me(session: "shop.deps.Session"): ...
    """,
    "shop/account.py": """
        from fastapi import APIRouter, Depends
        from shop.deps import get_session
        router = APIRouter()
        @router.get("/account")
        def get_session(session=Depends(get_session)): ...
    """,
    "shop/late/__init__.py": """
        from importlib import import_module
        MADE = {"cart_router": ("shop.late.cart", "router"), "stock_router": ("shop.late.stock", "router")}
        def __getattr__(name):
            found = MADE.get(name)
            if found is None:
                raise AttributeError(name)
            module, member = found
            made = __import__(module, fromlist=[member]) if member else import_module(module)
            return getattr(made, member)
    """,
    "shop/late/cart.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/cart")
        @router.get("")
        def read_cart(): ...
    """,
    "shop/late/stock.py": """
        from fastapi import APIRouter
        router = APIRouter(prefix="/stock")
        @router.get("")
        def read_stock(): ...
    """,
    "shop/deps.py": """
        from typing import Annotated
        from fastapi import Depends
        def get_session(): ...
        Session = Annotated[int, Depends(get_session)]
    """,
}


@pytest.fixture(scope="module")
def runtime() -> Iterator[subprocess.Popen[str]]:
    child = subprocess.Popen(
        [sys.executable, str(RUNTIME)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield child
    assert child.stdin
    assert child.stdout
    child.stdin.close()
    child.wait(10)
    child.stdout.close()


def really(runtime: subprocess.Popen[str], folder: Path) -> list[Seen]:
    assert runtime.stdin
    assert runtime.stdout
    runtime.stdin.write(f"{folder}\n")
    runtime.stdin.flush()
    return seen(at_run_time(json.loads(runtime.stdout.readline())))


def read(folder: Path) -> list[Seen]:
    project = read_project(folder)
    for route in project.routes:
        assert all(route.dependencies_at(place).complete for place in route.places)
    return seen(by_reading(project))


def seen(served: list[Served]) -> list[Seen]:
    return sorted((one.method, one.path, one.handler, one.ways) for one in served)


ALL = SHAPES | FACTORIES | MARKS | REARRANGED


@pytest.mark.parametrize("shape", ALL.values(), ids=[re.sub(r"\W+", "-", name) for name in ALL])
def test_the_table_read_is_the_table_at_run_time(
    shape: str, tmp_path: Path, runtime: subprocess.Popen[str]
) -> None:
    (tmp_path / "main.py").write_text(HEAD + dedent(shape))
    assert read(tmp_path) == really(runtime, tmp_path)


@pytest.mark.parametrize(
    "files",
    [PACKAGES, DISCOVERED, GLOBBED, PLUGINS],
    ids=["passed-on", "discovered", "globbed", "entry-points"],
)
def test_routers_are_found_through_packages(
    files: dict[str, str], tmp_path: Path, runtime: subprocess.Popen[str]
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(dedent(text))
    served = [one for one in read(tmp_path) if not one[1].endswith(("secret", "/hidden"))]
    assert served == really(runtime, tmp_path)

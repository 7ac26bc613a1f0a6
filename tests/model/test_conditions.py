"""Routes that are registered only under a condition, wherever it is written."""

from __future__ import annotations

from textwrap import dedent

import pytest

from model.shapes import HEAD
from plumbrule.model.reading import project_of


@pytest.mark.parametrize(
    "text",
    [
        """
        def mount(app):
            if not settings.docs:
                return
            @app.get("/x")
            def read(): ...
        app = FastAPI()
        mount(app)
        """,
        """
        def mount(app):
            @app.get("/x")
            def read(): ...
        app = FastAPI()
        if settings.docs:
            mount(app)
        """,
        """
        def mount(app):
            @app.get("/x")
            def read(): ...
        app = FastAPI()
        for each in (mount,):
            if not settings.docs:
                continue
            each(app)
        """,
        """
        def mount(app: FastAPI, docs: bool):
            if docs:
                @app.get("/x")
                def read(): ...
        def fill(app: FastAPI):
            mount(app, docs=settings.docs)
        def serve():
            fill(load("conf:app"))
        app = FastAPI()
        """,
    ],
)
def test_a_route_is_conditional_however_the_condition_is_written(text: str) -> None:
    (route,) = project_of({"main.py": HEAD + "from conf import load, settings\n" + dedent(text)}).routes
    assert route.is_conditional


@pytest.mark.parametrize(
    "text",
    [
        """
        from prometheus_fastapi_instrumentator import Instrumentator
        app = FastAPI()
        if settings.metrics:
            Instrumentator().instrument(app).expose(app)
        """,
        """
        app = FastAPI()
        def a_model(app: FastAPI):
            router = APIRouter()
            @router.get("/model")
            def read(): ...
            app.include_router(router)
        def maybe_a_model(app: FastAPI):
            if len(settings.models) == 0:
                return
            a_model(app)
        def everything(app: FastAPI):
            app.include_router(APIRouter())
            maybe_a_model(app)
        """,
    ],
)
def test_what_is_only_called_under_a_condition_registers_under_it(text: str) -> None:
    project = project_of({"main.py": HEAD + "from conf import settings\n" + dedent(text)})
    places = [place for route in project.routes for place in route.places]
    assert places
    for place in places:
        assert place.record.conditional or any(include.record.conditional for include in place.includes)


def test_an_app_that_is_made_under_a_condition_serves_its_routes_for_sure() -> None:
    text = """
        def create():
            app = FastAPI()
            @app.get("/x")
            def read(): ...
            return app
        if __name__ == "__main__":
            app = create()
    """
    (route,) = project_of({"main.py": HEAD + dedent(text)}).routes
    assert not route.is_conditional


@pytest.mark.parametrize(
    "asked", ["None if settings.open else [Depends(user)]", "[Depends(user)] if settings.closed else None"]
)
def test_what_only_one_branch_asks_for_is_asked_for_under_a_condition(asked: str) -> None:
    text = f"""
        app = FastAPI()
        def user(): ...
        @app.get("/x", dependencies={asked})
        def read(): ...
    """
    (route,) = project_of({"main.py": HEAD + "from conf import settings\n" + dedent(text)}).routes
    assert [(d.name, d.is_conditional) for d in route.dependencies] == [("main.user", True)]


def test_what_holds_an_app_may_have_a_mount_of_its_own() -> None:
    text = """
        from fastapi_mcp import FastApiMCP
        app = FastAPI()
        FastApiMCP(app).mount()
        app.mount("/static", FastAPI())
    """
    project = project_of({"main.py": HEAD + dedent(text)})
    assert [entry.path for entry in project.apps[0].table] == ["/static"]


@pytest.mark.parametrize(
    "flag",
    [
        'os.getenv("REPORTS", os.getenv("OLD_REPORTS", "False")).lower() == "true"',
        'os.environ.get("REPORTS", "0") in ("1", "true")',
        'os.environ.get("REPORTS", "off").startswith("on")',
    ],
)
def test_what_the_environment_may_switch_on_is_served_perhaps(flag: str) -> None:
    text = f"""
import os
from fastapi import APIRouter, FastAPI
router = APIRouter()
@router.get("/reports")
def read(): ...
app = FastAPI()
REPORTS = {flag}
PREFIX = os.getenv("PREFIX", "/API").lower()
if REPORTS:
    app.include_router(router, prefix=PREFIX)
"""
    (route,) = project_of({"main.py": text}).routes
    assert [(place.path, place.app is not None) for place in route.places] == [("/api/reports", True)]


def test_of_several_objects_that_a_function_may_give_the_last_is_there_without_a_condition() -> None:
    text = """
        class Local:
            def fill(self, app: FastAPI):
                @app.get("/local")
                def local(): ...
        class Remote(Local):
            @property
            def router(self):
                router = APIRouter()
                @router.get("/remote")
                def remote(): ...
                return router
            def fill(self, app: FastAPI):
                super().fill(app)
                app.include_router(self.router)
        def choose():
            if settings.remote:
                return Remote()
            return Local()
        app = FastAPI()
        choose().fill(app)
    """
    routes = project_of({"main.py": HEAD + "from conf import settings\n" + dedent(text)}).routes
    (local,), (remote,) = (route.places[0].includes or (route,) for route in routes)
    assert not local.record.conditional
    assert remote.record.conditional

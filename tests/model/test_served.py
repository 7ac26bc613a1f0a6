"""What `plumb map` says of a generated service is what FastAPI does when the service runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from model.maps import Served, at_run_time, by_reading, compare
from plumbrule.model.reading import read_project

PLUMB = Path(sysconfig.get_path("scripts")) / "plumb"
RUNTIME = Path(__file__).with_name("runtime.py")
SERVICES = {
    "service-sqlite": ["--preset", "service"],
    "service-postgres": ["--preset", "service", "--database", "postgres"],
    "minimal": ["--preset", "minimal"],
    "with-a-resource": ["--preset", "service"],
}
PUBLIC = {"/livez", "/readyz", *(f"/api/v1/auth/{action}" for action in ("login", "refresh", "register"))}
RESOURCE = ["invoice", "number:str", "total:decimal", "status:enum(draft|sent)", "order:ref(order)"]


def run(folder: Path, *command: str | Path) -> str:
    """Run a program in a folder, without what the tests' own environment would change; it must succeed."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    database = {"SHOP_DATABASE__URL": "postgresql+asyncpg://nobody@127.0.0.1:1/shop"}  # never connected to
    environment = {**kept, **database, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(folder / "src")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module", params=list(SERVICES))
def maps(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[Served], list[Served]]:
    """The map read from the text of a service, and the one of its app at run time."""
    folder = tmp_path_factory.mktemp("served") / "shop"
    folder.mkdir()
    run(folder, PLUMB, "init", "--name", "shop", "--yes", "--no-sync", "--no-git", *SERVICES[request.param])
    if request.param == "with-a-resource":
        run(folder, PLUMB, "add", "resource", *RESOURCE)
    real = json.loads(run(folder, sys.executable, RUNTIME, "shop.main:create_app"))
    project = read_project(folder)
    places = [(route, place) for route in project.routes for place in route.places]
    assert all(route.is_authenticated_at(place) is not None for route, place in places)
    return by_reading(project), at_run_time(real)


Maps = tuple[list[Served], list[Served]]


def test_every_path_handler_and_dependency_is_the_one_at_run_time(maps: Maps) -> None:
    read, real = maps
    assert [(one.key, one.handler, one.ways) for one in read] == [
        (one.key, one.handler, one.ways) for one in real
    ]


def test_every_guard_is_really_asked_and_every_scheme_is_seen(maps: Maps) -> None:
    compared = compare(*maps)
    assert not compared.guards_invented
    # Without guards: what needs no account, and what asks for one's password or refresh token itself.
    opened = {one.path for one in maps[0] if not one.guards}
    assert opened == PUBLIC if compared.guards else opened <= {"/livez", "/api/v1/greetings/{name}"}

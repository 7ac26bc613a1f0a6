"""A file that does not parse is said once, its good parts are audited, and nothing is claimed of the rest."""

from __future__ import annotations

from textwrap import dedent

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project

MAIN = """
from fastapi import Depends, FastAPI
from app import orders
from app.auth import current_user

app = FastAPI()
app.include_router(orders.router, prefix="/orders", dependencies=[Depends(current_user)])
"""
ORDERS = """
import time
from fastapi import APIRouter

router = APIRouter()

@router.get("/")
async def list_orders():
    time.sleep(1)

@router.delete("/{order_id}")
async def delete_order(order_id: int): ...
"""
AUTH = """
from fastapi import HTTPException

def current_user(token: str):
    if token != "x":
        raise HTTPException(401)
"""
BROKEN = "\ndef half(:\n    pass\n\nx = (1,\n"


def audited(rule: str, **changes: str) -> list[tuple[str, int, str]]:
    """Where a rule finds something, and how sure it is, with some files of the project changed."""
    files = {"main": MAIN, "orders": ORDERS, "auth": AUTH, "__init__": ""} | changes
    project = project_of({f"app/{name}.py": dedent(text) for name, text in files.items()})
    outcome = audit_project(project, [one for one in rulebook() if one.name == rule])
    return [(item.finding.at.path, item.finding.at.line, item.confidence) for item in outcome.findings]


def test_a_file_that_does_not_parse_is_said_once() -> None:
    outcome = audit_project(project_of({"a.py": BROKEN + BROKEN, "b.py": "x = 1\n", "c.py": "def f(:\n"}))
    assert [span.path for span in outcome.unreadable] == ["a.py", "c.py"]


def test_its_good_parts_are_audited_a_step_less_sure() -> None:
    rule = "blocking-call-in-async"
    assert audited(rule) == [("app/orders.py", 9, "high")]
    assert audited(rule, orders=ORDERS + BROKEN) == [("app/orders.py", 9, "medium")]


def test_what_stands_in_a_statement_that_does_not_parse_is_unsure() -> None:
    half = ORDERS.replace("    time.sleep(1)\n", "    time.sleep(1)\n    x = = 2\n")
    assert audited("blocking-call-in-async", orders=half) == [("app/orders.py", 9, "low")]


def test_a_finding_whose_way_passes_what_was_not_read_is_less_sure() -> None:
    far = ORDERS.replace("time.sleep(1)", "wait()") + "from app.slow import wait\n"
    slow = "import time\ndef wait():\n    time.sleep(1)\n"
    rule = "blocking-call-in-async"
    assert audited(rule, orders=far, slow=slow) == [("app/slow.py", 3, "high")]
    assert audited(rule, orders=far, slow=slow + BROKEN) == [("app/slow.py", 3, "medium")]


UNGUARDED = MAIN.replace(", dependencies=[Depends(current_user)]", "")


@pytest.mark.parametrize(
    ("changes", "guarded"),
    [
        ({}, True),
        ({"main": UNGUARDED}, False),
        ({"auth": "def current_user(token: str:\n    raise HTTPException(401)\n"}, None),
        ({"main": UNGUARDED.replace("FastAPI()", "FastAPI(dependencies=[Depends(current_user])")}, True),
        ({"main": UNGUARDED + BROKEN}, None),
        ({"main": UNGUARDED, "orders": ORDERS.replace("order_id: int", "order_id: int = =")}, None),
        ({"main": UNGUARDED, "auth": AUTH + BROKEN}, False),
    ],
)
def test_no_route_is_called_open_when_its_guard_may_be_what_was_not_read(
    changes: dict[str, str], guarded: bool | None
) -> None:
    files = {"main": MAIN, "orders": ORDERS, "auth": AUTH, "__init__": ""} | changes
    routes = project_of({f"app/{name}.py": text for name, text in files.items()}).routes
    assert {route.is_authenticated for route in routes} == {guarded}


def test_no_router_is_called_unmounted_when_the_include_may_be_what_was_not_read() -> None:
    rule = "unmounted-router"
    include = 'app.include_router(orders.router, prefix="/orders", dependencies=[Depends(current_user)])\n'
    apart = MAIN.replace("from app import orders\n", "from app import auth\n").replace(include, "")
    apart += "app.include_router(auth.router)\n"
    routes = AUTH + "from fastapi import APIRouter\nrouter = APIRouter()\n"
    assert audited(rule, main=apart, auth=routes) == [("app/orders.py", 5, "medium")]
    assert audited(rule, main=apart, auth=routes, more="from app import orders\n" + BROKEN) == []

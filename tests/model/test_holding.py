from __future__ import annotations

import pytest

from plumbrule.model.holding import Holding
from plumbrule.model.reading import project_of

CODE = """
import httpx
from sqlalchemy.orm import Session

def read(session: Session): return session.get(int, 1)

def again(session: Session): return again(session)

def ask(session: Session, flag: bool, unknown):
    BODY
"""
WAIT = 'httpx.get("https://rates.example/")'


@pytest.mark.parametrize(
    ("body", "count"),
    [
        (f"read(session); {WAIT}", 1),
        (f"session.get(int, 1); {WAIT}; {WAIT}", 2),
        (f"{WAIT}; read(session)", 0),
        (f"read(session); session.commit(); {WAIT}", 0),
        (f"read(session); unknown(session); {WAIT}", 0),
        (f"read(session); again(session); {WAIT}", 0),
        (f"for x in unknown: {WAIT}; read(session)", 1),
        (f"if flag: read(session)\n    {WAIT}", 0),
        (f"if read(session): {WAIT}", 1),
        (f"read(session)\n    if flag:\n        session.rollback()\n        return\n    {WAIT}", 1),
        (f"with Session() as own: own.get(int, 1)\n    {WAIT}", 0),
        (f"with Session() as own: own.get(int, 1); {WAIT}", 1),
        (f"with session.begin(): read(session)\n    {WAIT}", 0),
    ],
)
def test_a_connection_is_kept_from_a_query_until_it_is_given_back(body: str, count: int) -> None:
    project = project_of({"main.py": CODE.replace("BODY", body)})
    function = project.module("main").function("ask")  # type: ignore[union-attr]
    assert function is not None
    holding = Holding(lambda call: call.name == "httpx.get", project.functions)
    assert len(list(holding.held(holding.moments(function)))) == count

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit

if TYPE_CHECKING:
    from pathlib import Path

APP = """
import time
from fastapi import FastAPI

app = FastAPI()

def wait(): time.sleep(1)

async def nobody_knows_when(): wait()

@app.get("/one")
async def one(): wait()

@app.get("/two")
async def two(): wait()
"""


def test_a_place_is_told_once_from_where_it_is_surest_with_the_other_ways_to_it(tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(dedent(APP))
    outcome = audit(tmp_path, [rule for rule in rulebook() if rule.name == "blocking-call-in-async"])
    [found] = [item.finding for item in outcome.findings]
    assert found.confidence == "high"
    assert [step.text for step in found.chain] == ["GET /one", "calls `wait`"]
    assert [step.text for step in found.also] == ["`nobody_knows_when`", "GET /two"]

"""The first finding is the one to look at first."""

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.outcome import BY_HARM, OPEN_DOORS

SHOP = """\
import time

from fastapi import FastAPI
from jose import jwt

app = FastAPI()


@app.get("/a")
async def slow() -> str:
    time.sleep(1)
    return "a"


@app.get("/files/{name:path}")
def read(name: str) -> str:
    return open("files/" + name).read()
"""


def test_what_lets_strangers_in_is_first_and_what_is_slow_is_last() -> None:
    found = [item.rule.name for item in audit_project(project_of({"main.py": SHOP})).findings]
    errors = [name for name in found if name in ("path-traversal", "jose-import", "blocking-call-in-async")]
    assert found[0] == "path-traversal"
    assert errors == ["path-traversal", "jose-import", "blocking-call-in-async"]


def test_the_order_knows_every_category_and_names_rules_that_exist() -> None:
    rules = rulebook()
    assert {rule.category for rule in rules} <= set(BY_HARM)
    assert {rule.name for rule in rules if rule.severity == "error"} >= OPEN_DOORS

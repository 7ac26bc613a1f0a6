"""What is said of guards that a setting chooses, or that may be among arguments nobody can see."""

from __future__ import annotations

import pytest

from model.shapes import HEAD
from plumbrule.model.reading import project_of
from plumbrule.verbs.map import auth_row


@pytest.mark.parametrize(("given", "guarded"), [("**elsewhere.options", None), ("**{'tags': ['x']}", False)])
@pytest.mark.parametrize("where", ["@router.get('/x'{})", "app.include_router(router{})"])
def test_arguments_that_cannot_be_told_may_bring_a_guard(
    given: str, guarded: bool | None, where: str
) -> None:
    lines = ["@router.get('/x'{})", "def read() -> int: ...", "app.include_router(router{})"]
    written = [line.format(f", {given}" if line == where else "") for line in lines]
    made = ["import elsewhere", "app, router = FastAPI(), APIRouter()", *written]
    (route,) = project_of({"main.py": HEAD + "\n".join(made)}).routes
    assert route.is_authenticated is guarded


ONE_OF = """
from conf import settings
from fastapi.security import APIKeyHeader, HTTPBearer
key, bearer = APIKeyHeader(name="k"), HTTPBearer()
def no_one() -> None: ...
def chosen():
    if settings.keys:
        return key
    return bearer
def perhaps():
    if settings.keys:
        return key
    return no_one
def asked():
    if settings.keys:
        return Depends(key)
    if settings.open:
        return None
    return Security(bearer)
def user(token = Security(chosen())): ...
def visitor(token = Depends(perhaps())): ...
app = FastAPI()
"""


@pytest.mark.parametrize(
    ("given", "asks", "guards"),
    [
        ("token=Depends(chosen())", True, ["perhaps key", "perhaps bearer"]),
        ("token=Depends(perhaps())", None, ["perhaps key"]),
        ("token=asked()", None, ["perhaps key", "perhaps bearer"]),
        ("token=Depends(user)", True, ["perhaps key", "perhaps bearer"]),
        ("token=Depends(visitor)", None, ["perhaps key"]),
    ],
)
def test_of_several_guards_of_which_a_setting_chooses_each_is_perhaps_one(
    given: str, asks: bool | None, guards: list[str]
) -> None:
    text = f"{HEAD}{ONE_OF}\n@app.get('/x')\ndef read({given}): ...\n"
    (route,) = project_of({"main.py": text}).routes
    names = {"fastapi.security.APIKeyHeader": "key", "fastapi.security.HTTPBearer": "bearer"}
    row = auth_row(route, route.places[0])
    found = [f"{'perhaps ' if one.conditional else ''}{names.get(one.name, one.name)}" for one in row.guards]
    assert (row.authenticated, found) == (asks, guards)

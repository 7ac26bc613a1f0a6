"""A finding may weigh less than its rule: what still works, or costs little, is a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.verbs.audit import audit

if TYPE_CHECKING:
    from pathlib import Path

LIFESPAN = "async def lifespan(app): yield\n"
FILE = """\
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.get("/news")
async def read() -> str:
    return open("news").read()


@app.post("/news")
async def write(file: UploadFile) -> None:
    with open("news", "wb") as news:
        news.write(file.file.read())
"""


MOTOR = """\
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient

app = FastAPI()
orders = AsyncIOMotorClient()["shop"]["orders"]


@app.post("/orders")
async def order(name: str) -> None:
    orders.insert_one({"name": name})
    if orders.find_one({"name": name}):
        print(name)
"""


SIGNING = """\
import jwt
from fastapi import FastAPI

app = FastAPI()


def sign(name: str, seconds: int) -> str:
    return jwt.encode({"sub": name, "exp": seconds}, "key", algorithm="HS256")


@app.get("/me")
async def me(token: str) -> str:
    return jwt.decode(token, "key", algorithms=["HS256"])["sub"]
"""

ASKING = """\
from fastapi import FastAPI
from sqlalchemy import select
from sqlalchemy.orm import Session

app = FastAPI()
"""


PICTURES = """\
from uuid import uuid4
from fastapi import FastAPI, UploadFile

app = FastAPI()


@app.post("/pictures")
def write(file: UploadFile) -> None:
    with open(f"NAME", "wb") as picture:
        picture.write(file.file.read())
"""


READING = """\
from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()


def GUARD(key: str = Header()) -> None:
    if key != "from the environment":
        raise HTTPException(403)


@app.get("/logs/{name:path}", dependencies=[Depends(GUARD)])
def read_log(name: str) -> str:
    return open(f"logs/{name}").read()
"""


def weights(folder: Path, rule: str, code: str, requirements: str = "fastapi") -> list[str]:
    (folder / "main.py").write_text(code)
    (folder / "requirements.txt").write_text(requirements)
    return [item.severity for item in audit(folder).findings if item.rule.name == rule]


def test_a_small_file_is_a_warning_and_what_a_client_uploads_an_error(tmp_path: Path) -> None:
    assert weights(tmp_path, "blocking-call-in-async", FILE) == ["error", "warning"]


def test_what_motor_begins_by_itself_is_a_warning_and_a_future_as_a_condition_an_error(
    tmp_path: Path,
) -> None:
    assert weights(tmp_path, "coroutine-never-awaited", MOTOR, "motor") == ["error", "warning"]


@pytest.mark.parametrize(
    ("app", "hook", "requirements", "severity"),
    [
        ("FastAPI()", "app.on_event('startup')(print)", "fastapi", "warning"),
        ("FastAPI(lifespan=lifespan)", "app.on_event('startup')(print)", "fastapi", "error"),
        ("FastAPI()", "app.add_event_handler('startup', print)", "fastapi", "error"),
        ("FastAPI()", "app.add_event_handler('startup', print)", "fastapi==0.115.12", "warning"),
        ("FastAPI()", "app.add_event_handler('startup', print)", "fastapi\nstarlette<1", "warning"),
        ("FastAPI()", "app.router.add_event_handler('startup', print)", "fastapi", "warning"),
        ("FastAPI()", "router.on_event('startup')(print)", "fastapi", "error"),
        ("FastAPI()", "router.on_event('startup')(print)", "fastapi==0.112.1", "warning"),
        ("FastAPI(lifespan=lifespan)", "router.on_event('startup')(print)", "fastapi", "warning"),
    ],
)
def test_a_hook_is_an_error_where_it_does_not_run_once(
    tmp_path: Path, app: str, hook: str, requirements: str, severity: str
) -> None:
    code = f"from fastapi import APIRouter, FastAPI\n{LIFESPAN}router = APIRouter()\napp = {app}\n{hook}\n"
    found = weights(tmp_path, "retired-startup-hook", f"{code}app.include_router(router)\n", requirements)
    assert found == [severity]


@pytest.mark.parametrize(
    ("code", "severity"), [(SIGNING, "warning"), (SIGNING.replace(', "exp": seconds', ""), "error")]
)
def test_a_decode_without_exp_is_an_error_where_a_token_may_have_none(
    tmp_path: Path, code: str, severity: str
) -> None:
    assert weights(tmp_path, "jwt-claims-not-required", code, "pyjwt") == [severity]


@pytest.mark.parametrize(
    ("code", "severity"),
    [
        ("CryptContext(schemes=['argon2'])", "warning"),
        ("CryptContext(schemes=['argon2', 'bcrypt'])", "error"),
        ("CryptContext(**settings)", "error"),
    ],
)
def test_passlib_is_an_error_where_it_may_hash_with_bcrypt(tmp_path: Path, code: str, severity: str) -> None:
    code = f"from fastapi import FastAPI\nfrom passlib.context import CryptContext\napp = FastAPI()\n{code}\n"
    assert weights(tmp_path, "passlib-import", code) == [severity]


@pytest.mark.parametrize(
    ("name", "severity"),
    [
        ("pictures/{uuid4().hex}_{file.filename}", "warning"),
        ("pictures/{uuid4().hex}/{file.filename}", "error"),
        ("pictures/{uuid4().hex}{file.filename}", "error"),
        ("{file.filename}_{file.filename}", "error"),
    ],
)
def test_a_name_glued_to_another_is_a_warning_since_no_folder_is_called_so(
    tmp_path: Path, name: str, severity: str
) -> None:
    assert weights(tmp_path, "path-traversal", PICTURES.replace("NAME", name)) == [severity]


@pytest.mark.parametrize(("asking", "severity"), [(5, "warning"), (6, "note")])
def test_a_query_in_a_handler_is_a_note_where_most_handlers_have_one(
    tmp_path: Path, asking: int, severity: str
) -> None:
    def handler(number: int) -> str:
        query = "db.execute(select(1))" if number < asking else "None"
        return f"@app.get('/{number}')\ndef read_{number}(db: Session): return {query}\n"

    found = weights(tmp_path, "query-in-route", ASKING + "".join(map(handler, range(10))), "sqlalchemy")
    assert found == [severity] * asking


@pytest.mark.parametrize(("guard", "severity"), [("require_admin", "warning"), ("get_current_user", "error")])
def test_a_path_that_administrators_name_is_a_warning(tmp_path: Path, guard: str, severity: str) -> None:
    code = READING.replace("GUARD", guard)
    assert weights(tmp_path, "path-traversal", code) == [severity]

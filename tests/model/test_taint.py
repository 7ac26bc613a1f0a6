from __future__ import annotations

import pytest

from plumbrule.model.reading import project_of

APP = """
import os
from pathlib import Path
from fastapi import Depends, FastAPI, Header, HTTPException, UploadFile, WebSocket
from pydantic import BaseModel, field_validator

app = FastAPI()

class Job(BaseModel):
    name: str
    safe: str
    count: int

    @field_validator("safe")
    @classmethod
    def is_safe(cls, value: str) -> str:
        return value

def load(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()

def below(name: str) -> str:
    return os.path.join("content", name)

FOLDER = Path("content")

class Kept:
    def __init__(self, name: str) -> None:
        self.place = below(name)

    def load(self) -> bytes:
        return load(self.place)

class Reader(BaseModel):
    folder: str

def reader(x_folder: str = Header()) -> Reader:
    return Reader(folder=x_folder)

def made(name: str) -> dict[str, str]:
    return {"name": name, "place": "content"}

def first(name: str) -> bytes:
    return second(name)

def second(name: str) -> bytes:
    return third(name)

def third(name: str) -> bytes:
    return load(name)

def check(value: object) -> object: ...
def find(value: object) -> object: ...

"""


READ = "@app.get('/')\ndef read(name: str):\n    "
SAVE = "@app.post('/')\ndef save(names: list[str]):\n    "


def kinds(route: str) -> list[tuple[str, str]]:
    project = project_of({"main.py": APP + route})
    return [(flow.kind, flow.origin.label) for flow in project.routes[0].flows]


@pytest.mark.parametrize(
    ("route", "label"),
    [
        (READ + "return load(name)", "name"),
        (READ + "return load(below(name))", "name"),
        (READ + "return first(name)", "name"),
        (
            "@app.post('/')\ndef run(job: Job):\n    path = f'{job.count}/{job.name}'\n    load(path)",
            "job.name",
        ),
        (
            "@app.post('/')\ndef save(file: UploadFile):\n    Path('a', file.filename).read_bytes()",
            "file.filename",
        ),
        (
            SAVE + "for i, one in enumerate(names):\n        load(one)",
            "names",
        ),
        (READ + "return load(Kept(name).place)", "name"),
        (READ + "kept = made(name)\n    return load(kept['name'])", "name"),
        (
            (
                "@app.websocket('/')\nasync def talk(ws: WebSocket):\n    said = await ws.receive_json()\n"
                "    load(said.get('file'))"
            ),
            "ws.receive_json()",
        ),
        (READ + "kept = Kept(name)\n    return kept.load()", "name"),
        ("@app.get('/')\ndef read(who: Reader = Depends(reader)):\n    load(who.folder)", "x_folder"),
        (
            "@app.post('/{dir}')\ndef save(dir: str, file: UploadFile):\n    Path(dir, file.filename).open()",
            "file.filename",
        ),
        ("@app.post('/')\ndef run(job: Job):\n    check(job.count)\n    load(job.name)", "job.name"),
        (READ + "path = FOLDER / name\n    if path.is_relative_to(FOLDER):\n        load(path)", "name"),
        (READ + "row = find(name)\n    load(name)\n    if not row:\n        return None", "name"),
        (READ + "place = 'a/{name}'\n    load(place.format(name=name))", "name"),
        (
            READ + "if '..' in name:\n        raise HTTPException(404)\n    (FOLDER / name).read_bytes()",
            "name",
        ),
        (READ + "if name in find('all'):\n        raise HTTPException(409)\n    load(name)", "name"),
        (READ + "if name == 'default':\n        raise HTTPException(409)\n    load(name)", "name"),
        (READ + "if name == 'default':\n        return None\n    else:\n        load(name)", "name"),
        (
            READ + "if not (name not in find('all')):\n        raise HTTPException(409)\n    load(name)",
            "name",
        ),
        (READ + "if name not in ('', '/'):\n        load(name)", "name"),
    ],
)
def test_request_data_is_followed_to_the_call_it_can_harm(route: str, label: str) -> None:
    assert ("path", label) in kinds(route)


@pytest.mark.parametrize(
    "route",
    [
        READ + "return load(os.path.basename(name))",
        READ + "kept = made(name)\n    return load(kept['place'])",
        "@app.get('/')\ndef read(number: int):\n    return load(f'{number}.txt')",
        "@app.post('/')\ndef run(job: Job):\n    load(job.safe)",
        READ + "if name not in ('a', 'b'):\n        raise HTTPException(404)\n    load(name)",
        READ + "if '..' in name:\n        raise HTTPException(404)\n    load(name)",
        READ + "if '..' in name or name.startswith('/'):\n        raise HTTPException(404)\n"
        "    (FOLDER / name).read_bytes()",
        READ + "if '..' in name:\n        raise HTTPException(404)\n    load(f'content/{name}')",
        READ + "if '/' in name:\n        raise HTTPException(404)\n    (FOLDER / name).read_bytes()",
        READ + "if name not in ('a', 'b'):\n        name = 'a'\n    load(name)",
        READ + "path = Path(name)\n    real = Path(os.path.realpath(path))\n"
        "    if FOLDER not in real.parents and FOLDER != real:\n        raise HTTPException(404)\n"
        "    load(path)",
        READ + "place = find('a')\n    load(place.format(name=name))",
        READ + "if not name in ('a', 'b'):\n        raise HTTPException(404)\n    load(name)",
        READ + "if name not in ('a', 'b'):\n        return None\n    else:\n        load(name)",
        READ + "if name == 'a':\n        load(name)",
        READ + "return load(name if name in ('a', 'b') else 'a')",
        READ + "return load('a' if name not in ('a', 'b') else name)",
        READ + "name = 'fixed'\n    load(name)",
        SAVE + "for i, one in enumerate(names):\n        load(str(i))",
        READ + "path = (FOLDER / name).resolve()\n    if path.is_relative_to(FOLDER):\n        load(path)",
        READ + "path = Path('content', name).resolve()\n    if FOLDER not in path.parents:\n"
        "        raise HTTPException(404)\n    load(path)",
        READ + "if not check(name):\n        raise HTTPException(404)\n"
        "    def lines():\n        yield load(name)\n    return list(lines())",
        READ + "kept = Kept('fixed')\n    return kept.load()",
    ],
)
def test_what_was_checked_or_is_no_text_is_harmless(route: str) -> None:
    assert kinds(route) == []

from __future__ import annotations

import pytest

from plumbrule.model.reading import project_of

APP = """
import os
from pathlib import Path
from fastapi import FastAPI, HTTPException, UploadFile
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
    ],
)
def test_request_data_is_followed_to_the_call_it_can_harm(route: str, label: str) -> None:
    assert ("path", label) in kinds(route)


@pytest.mark.parametrize(
    "route",
    [
        READ + "return load(os.path.basename(name))",
        "@app.get('/')\ndef read(number: int):\n    return load(f'{number}.txt')",
        "@app.post('/')\ndef run(job: Job):\n    load(job.safe)",
        READ + "if name not in ('a', 'b'):\n        raise HTTPException(404)\n    load(name)",
        READ + "if '..' in name:\n        raise HTTPException(404)\n    load(name)",
        READ + "name = 'fixed'\n    load(name)",
        SAVE + "for i, one in enumerate(names):\n        load(str(i))",
    ],
)
def test_what_was_checked_or_is_no_text_is_harmless(route: str) -> None:
    assert kinds(route) == []

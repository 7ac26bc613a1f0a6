"""Little applications with one handler, part of which is taken out."""

from __future__ import annotations

import ast
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.restructure import Tree
from plumbrule.restructure.extraction import Extraction, extract
from restructure.projects import Files, packages

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

HEAD = """
import json
from contextlib import asynccontextmanager, contextmanager

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel

router = APIRouter()
SEEN = []
TOTAL = 0
CLIENT = open("/dev/null")


class Answer(BaseModel):
    rows: list
    text: str


def shared(n):
    return n + 1


def other(n):
    return shared(n)


async def soon(n):
    return n + 1


async def counting(n):
    for i in range(n):
        yield i


@contextmanager
def open_door():
    yield 7


class Door:
    async def __aenter__(self):
        return "open"

    async def __aexit__(self, *_):
        SEEN.append("shut")


@router.get("/other")
async def using():
    with open_door():
        return [Answer, json, BaseModel, other(1), SEEN, TOTAL, soon, counting, Door, asynccontextmanager]
"""
MAIN = """from fastapi import FastAPI

from app.routes import router

app = FastAPI()
app.include_router(router)
"""
CALLS = """
import os, sys
from fastapi.testclient import TestClient

def answers(folder):
    sys.path.insert(0, folder)
    for name in [m for m in sys.modules if m == "app" or m.startswith("app.")]:
        del sys.modules[name]
    from app.main import app
    client = TestClient(app, raise_server_exceptions=False)
    found = [app.openapi()]
    for n in range(5):
        for limit in (0, 7):
            answer = client.get("/x", params={"n": n, "limit": limit})
            found.append([answer.status_code, answer.text])
    sys.path.remove(folder)
    return found

result = []
for name in sorted(os.listdir(), key=int):
    result.append([answers(os.path.abspath(f"{name}/{state}")) for state in ("before", "after")])
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """The body of a handler, and what is taken out: from the line that starts with `first` to the one that
    starts with `last`, or so many statements.
    """

    body: str
    first: str
    last: str | int = 1
    is_async: bool = False
    own: str = ""


def project(shape: Shape) -> Files:
    """An application whose handler has that body; what it uses lives in modules of its own."""
    head = f"{'async ' if shape.is_async else ''}def handler(n: int = 0, limit: int = 0):"
    names = [part.split("=") for part in shape.own.split(", ") if part]
    bound = "".join(f"    {name} = {value}\n" for name, value in names)
    body = textwrap.indent(textwrap.dedent(shape.body).strip("\n"), "    ")
    uses = ["SEEN", "Answer", "soon", "counting", "open_door", "Door"]
    kit = "import json\n" + HEAD.replace("router = APIRouter()\n", "").split("\n@router", 1)[0]
    own = 'TOTAL = 0\nCLIENT = open("/dev/null")\n\n\ndef shared(n):\n    return n + 1\n\n\nother = shared\n'
    imports = f"import json\n\nfrom fastapi import APIRouter, HTTPException\n\nfrom app.kit import {', '.join(uses)}\n"
    text = f"{imports}\nrouter = APIRouter()\n{own}\n\n@router.get('/x')\n{head}\n{bound}{body}\n"
    return {**packages("app"), "app/main.py": MAIN, "app/routes.py": text, "app/kit.py": kit}


def taken_out(files: Mapping[str, str], shape: Shape, target: str = "app.services.things") -> Files:
    """The files after the extraction, which the static proof has nothing against."""
    tree = Tree.of({path: text.encode() for path, text in files.items()})
    wanted = Extraction("app.routes.handler", lines(files["app/routes.py"], shape), target, "think")
    made = extract(tree, wanted)
    problems = [str(problem) for problem in made.problems]
    assert not problems, problems
    return {path: text.decode() for path, text in tree.after(made.rewrite.steps).files.items()}


def lines(text: str, shape: Shape) -> tuple[int, int]:
    """The lines of the handler that a shape speaks of; that of its `def` is 1."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    handler = next(x for x in ast.walk(ast.parse(text)) if isinstance(x, kinds) and x.name == "handler")
    every = text.splitlines()
    for node in ast.walk(handler):
        for suite in (getattr(node, field, []) for field in ("body", "orelse")):
            starts = [every[s.lineno - 1].strip() for s in suite] if isinstance(suite, list) else []
            at = next((i for i, start in enumerate(starts) if start.startswith(shape.first)), None)
            if at is not None:
                end = at + shape.last - 1 if isinstance(shape.last, int) else _last(starts, shape.last)
                return suite[at].lineno - handler.lineno + 1, suite[end].end_lineno - handler.lineno + 1
    raise LookupError(shape.first)


def _last(starts: list[str], wanted: str) -> int:
    return max(i for i, start in enumerate(starts) if start.startswith(wanted))


def written(folder: Path, files: Mapping[str, str]) -> None:
    """Write a project."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text.encode())

"""Little projects with flaws, for tests of what is said about them."""

from pathlib import Path

RATES = """\
import time

import requests
from fastapi import APIRouter, FastAPI

app = FastAPI()
router = APIRouter(prefix="/rates")


def fetch(url: str) -> str:
    return requests.get(url).text


@router.get("/{currency}")
async def latest(name: str) -> str:
    return fetch("https://example.org/" + name)


@router.get("/")
async def all_rates() -> list[str]:
    time.sleep(1)
    return []


app.include_router(router)
"""
CLEAN = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/")
def read() -> str:
    return "hello"
"""


def many(count: int) -> str:
    """An app in which one rule has many findings."""
    routes = (
        f'@app.get("/items/{{item_id}}/{n}")\nasync def read_{n}() -> int:\n    return {n}\n'
        for n in range(count)
    )
    return "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n" + "\n\n".join(routes)


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files below a folder, each at one stroke: who watches never finds half of one."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_name(f"{path.name}.new")
        new.write_text(text)
        new.replace(path)
    return folder

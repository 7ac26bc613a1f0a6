"""A recorded session of an agent with `plumb mcp`, which any client can play again."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

RECORDED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("session.json").read_text())
LATE = """\
from typing import Annotated

from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

app = FastAPI()
sessions = async_sessionmaker()


async def get_session():
    async with sessions() as session:
        yield session
        await session.commit()


@app.post("/orders")
async def create_order(session: Annotated[AsyncSession, Depends(get_session)]) -> None:
    session.add(Order())
"""

Json = Any
"""what JSON can hold"""
Ask = Callable[[str, str, dict[str, Json]], Awaitable[Json]]
"""method, name of the tool, arguments → the answer"""


def write_project(root: Path) -> Path:
    """A project with one flaw that can be mended."""
    (root / "app").mkdir(parents=True)
    (root / "app/main.py").write_text(LATE)
    (root / "pyproject.toml").write_text("")
    (root / "requirements.txt").write_text("fastapi==0.121.0\nsqlalchemy==2.0.36\n")
    return root


async def play(ask: Ask, root: Path) -> None:
    """Ask what was asked then; every answer holds what it held then."""
    known = {"$root": str(root)}
    for entry in RECORDED:
        arguments = {key: known.get(str(value), value) for key, value in entry.get("arguments", {}).items()}
        answer = await ask(entry["method"], entry.get("name", ""), arguments)
        agree(entry["answer"], answer, known, entry.get("name", entry["method"]))
    assert (root / "app/main.py").read_text() == LATE


def agree(expected: Json, actual: Json, known: dict[str, str], where: str) -> None:
    """`actual` holds all of `expected`; a `$word` is the same each time."""
    match expected:
        case dict():
            for key, value in expected.items():
                assert key in actual, f"{where} has no {key}: {actual}"
                agree(value, actual[key], known, f"{where}.{key}")
        case list():
            assert len(actual) == len(expected), f"{where}: {actual}"
            for number, (left, right) in enumerate(zip(expected, actual, strict=True)):
                agree(left, right, known, f"{where}[{number}]")
        case str() if expected.startswith("$"):
            assert actual == known.setdefault(expected, actual), where
        case _:
            assert actual == expected, f"{where}: {actual!r} instead of {expected!r}"

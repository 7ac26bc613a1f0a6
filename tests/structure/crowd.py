"""An application of one file, made by chance: routes of several slices, in an order that matters."""

import random

HEAD = '''"""Everything in one file."""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker

engine = create_engine(os.environ.get("DATABASE_URL", "sqlite://"))
SessionLocal = sessionmaker(bind=engine)
PAGE = 20
hits = 0


class Base(DeclarativeBase):
    pass


def get_db() -> Iterator[Session]:
    with SessionLocal() as session:
        yield session


Database = Annotated[Session, Depends(get_db)]


class Missing(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


def current_user(token: Annotated[str, Header()] = "") -> str:
    return token


def paged(values: list[int], page: int) -> list[int]:
    return values[page * PAGE : (page + 1) * PAGE]


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    yield


app = FastAPI(title="Crowd", lifespan=lifespan, dependencies=[Depends(current_user)])


@app.middleware("http")
async def count(request: Request, call_next):
    global hits
    hits += 1
    return await call_next(request)


@app.exception_handler(Missing)
async def missing(request: Request, error: Missing) -> JSONResponse:
    return JSONResponse({"missing": error.name}, 404)


@app.get("/")
def read_root() -> dict[str, str]:
    return {"app": "crowd"}


@app.get("/hits")
def read_hits() -> int:
    return hits
'''

TAIL = """

inner = FastAPI(title="Inner")


@inner.get("/ping")
def ping() -> str:
    return "pong"


app.mount("/inner", inner)


@app.get("/{rest:path}")
def anything_else(rest: str) -> str:
    return "else " + rest
"""

SLICES = ["item", "user", "order", "invoice", "ticket", "team", "parcel", "voucher", "warehouse"]


def models(name: str, before: str | None) -> str:
    kind = name.capitalize()
    owner = f'    {before}_id: Mapped[int] = mapped_column(ForeignKey("{before}s.id"))\n' if before else ""
    return (
        f'class {kind}(Base):\n    __tablename__ = "{name}s"\n\n'
        f"    id: Mapped[int] = mapped_column(primary_key=True)\n    name: Mapped[str]\n{owner}\n\n"
        f"class {kind}Create(BaseModel):\n    name: str\n\n\n"
        f"class {kind}Read({kind}Create):\n    id: int\n"
        + (f"    of: {before.capitalize()}Read | None = None\n" if before else "")
        + f"\n\n# How a {name} is found.\ndef find_{name}(db: Session, {name}_id: int) -> {kind}Read:\n"
        f"    found = db.get({kind}, {name}_id)\n    if found is None:\n"
        f'        raise Missing("{name}")\n    return {kind}Read(id=found.id, name=found.name)\n'
    )


def routes(name: str, number: int) -> list[str]:
    kind, at = name.capitalize(), f"/{name}s/g{number}" if number else f"/{name}s"
    tail = f"_{number}" if number else ""
    return [
        (
            f'@app.get("{at}/{{{name}_id}}", tags=["{name}s"])\n'
            f"def read_{name}{tail}({name}_id: int, db: Database) -> {kind}Read:\n"
            f"    return find_{name}(db, {name}_id)\n"
        ),
        (
            f'@app.get("{at}/search", tags=["{name}s"])  # before or after the one with the number\n'
            f"async def search_{name}s{tail}(q: str, page: int = 0) -> list[int]:\n"
            f'    """Find by name."""\n    return paged([len(q)], page)\n'
        ),
        (
            f'@app.post("{at}", status_code=201, tags=["{name}s"], dependencies=[Depends(current_user)])\n'
            f"def create_{name}{tail}(body: {kind}Create, db: Database) -> {kind}Read:\n"
            f"    made = {kind}(name=body.name)\n    db.add(made)\n    db.flush()\n"
            f"    return {kind}Read(id=made.id, name=made.name)\n"
        ),
        (
            f'@app.put("{at}/{{{name}_id}}", tags=["{name}s"])\n'
            f'@app.patch("{at}/{{{name}_id}}", tags=["{name}s"])\n'
            f"def change_{name}{tail}({name}_id: int, body: {kind}Create) -> {kind}Read:\n"
            f"    return {kind}Read(id={name}_id, name=body.name)\n"
        ),
        (
            f'@app.get("{at}/{{rest:path}}", include_in_schema=False)\n'
            f"def rest_of_{name}s{tail}(rest: str) -> str:\n    return rest\n"
        ),
        (
            f'@app.websocket("{at}/watch")\nasync def watch_{name}s{tail}(socket: WebSocket) -> None:\n'
            f"    await socket.accept()\n    await socket.close()\n"
        ),
    ]


def crowd(seed: int, slices: int, groups: int) -> str:
    """A module; with the same numbers, the same one."""
    chance = random.Random(seed)
    names = SLICES[:slices]
    parts = [models(name, names[at - 1] if at else None) for at, name in enumerate(names)]
    rest: list[str] = []
    for name in names:
        for number in range(groups):
            chance.shuffle(made := routes(name, number))
            rest += made
    for _ in range(slices):
        at = chance.randrange(len(rest))
        rest.insert(chance.randrange(len(rest)), rest.pop(at))
    return "\n\n".join([HEAD, *parts, *rest]) + TAIL

"""Little projects that are analysed, moved about and compared."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

Files = Mapping[str, str]

SHOP: Files = {
    "pyproject.toml": """
        [project]
        name = "shop"
        version = "1"
        """,
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import Depends, FastAPI, Request
        from fastapi.responses import JSONResponse
        from starlette.middleware.cors import CORSMiddleware
        from starlette.middleware.gzip import GZipMiddleware

        from app.errors import Missing
        from app.items import router as items
        from app.users import current_user
        from app.users import router as users

        app = FastAPI(title="Shop")
        app.add_middleware(GZipMiddleware, minimum_size=500)
        app.add_middleware(CORSMiddleware, allow_origins=["https://example.com"])
        app.include_router(items, prefix="/items", dependencies=[Depends(current_user)])
        app.include_router(users, prefix="/users")


        @app.exception_handler(Missing)
        async def missing(request: Request, error: Missing) -> JSONResponse:
            return JSONResponse({"detail": "missing"}, 404)
        """,
    "app/errors.py": """
        class Missing(Exception):
            pass
        """,
    "app/items.py": """
        from fastapi import APIRouter
        from pydantic import BaseModel

        from app.models import Item

        router = APIRouter(tags=["items"])


        class ItemRead(BaseModel):
            id: int
            name: str


        @router.get("/latest")
        def latest_item() -> ItemRead:
            return ItemRead(id=1, name=Item.__tablename__)


        @router.get("/{item_id}")
        def read_item(item_id: str) -> ItemRead:
            return ItemRead(id=1, name=item_id)
        """,
    "app/users.py": """
        from fastapi import APIRouter, Header

        from app.models import User

        router = APIRouter(tags=["users"])


        def current_user(token: str = Header()) -> str:
            return token


        @router.get("/me")
        def read_me() -> str:
            return User.__tablename__
        """,
    "app/models.py": """
        from sqlalchemy import ForeignKey
        from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


        class Base(DeclarativeBase):
            pass


        class User(Base):
            __tablename__ = "users"
            id: Mapped[int] = mapped_column(primary_key=True)
            items: Mapped[list["Item"]] = relationship(back_populates="owner")


        class Item(Base):
            __tablename__ = "items"
            id: Mapped[int] = mapped_column(primary_key=True)
            owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
            owner: Mapped[User] = relationship(back_populates="items")
        """,
}

MIGRATED: Files = {
    **SHOP,
    "alembic.ini": """
        [alembic]
        script_location = %(here)s/migrations
        """,
    "migrations/script.py.mako": "",
    "migrations/versions/.keep": "",
    "migrations/env.py": """
        from alembic import context

        from app.models import Base

        context.configure(url="postgresql://", target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
        """,
}

TINY: Files = {
    "pyproject.toml": """
        [project]
        name = "tiny"
        version = "1"
        """,
    "main.py": """
        from fastapi import FastAPI

        app = FastAPI(title="Tiny")


        @app.get("/")
        def read_root() -> int:
            return 1
        """,
}


def text(source: str) -> str:
    """Source as it stands in a file."""
    return textwrap.dedent(source).lstrip("\n")


def write(folder: Path, files: Files) -> Path:
    """Write a project; gives its folder."""
    for name, source in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text(source), encoding="utf-8")
    return folder


def changed(files: Files, path: str, old: str, new: str) -> dict[str, str]:
    """A project with one text replaced by another, which must be there."""
    source = text(files[path])
    assert old in source, f"{path} has no {old!r}"
    return {**files, path: source.replace(old, new)}


LAYERED: Files = {
    "pyproject.toml": """
        [project]
        name = "shop"
        version = "1"
        """,
    "README.md": "Start it with `uvicorn app.main:app`.\n",
    "app/__init__.py": "",
    "app/main.py": """
        from fastapi import FastAPI

        from app.routers import items, users

        app = FastAPI(title="Shop")
        app.include_router(items.router, prefix="/items", tags=["items"])
        app.include_router(users.router, prefix="/users", tags=["users"])
        """,
    "app/common.py": """
        PAGE = 20
        """,
    "app/routers/__init__.py": "",
    "app/routers/items.py": """
        from fastapi import APIRouter

        from app.schemas import ItemRead
        from app.services.items import find_item, list_items

        router = APIRouter()


        @router.get("")
        def read_items() -> list[ItemRead]:
            return list_items()


        @router.get("/{item_id}")
        def read_item(item_id: int) -> ItemRead:
            return find_item(item_id)
        """,
    "app/routers/users.py": """
        from fastapi import APIRouter

        from app.schemas import UserRead
        from app.services.users import find_user

        router = APIRouter()


        @router.get("/{user_id}")
        def read_user(user_id: int) -> UserRead:
            return find_user(user_id)
        """,
    "app/schemas.py": """
        from pydantic import BaseModel


        class ItemRead(BaseModel):
            id: int


        class UserRead(BaseModel):
            id: int
            items: list[ItemRead] = []
        """,
    "app/services/__init__.py": "",
    "app/services/items.py": """
        from app.schemas import ItemRead
        from app.common import PAGE


        def list_items() -> list[ItemRead]:
            return [ItemRead(id=number) for number in range(PAGE)]


        def find_item(item_id: int) -> ItemRead:
            return ItemRead(id=item_id)
        """,
    "app/services/users.py": """
        from app.schemas import UserRead
        from app.services.items import list_items


        def find_user(user_id: int) -> UserRead:
            return UserRead(id=user_id, items=list_items())
        """,
    "tests/test_items.py": """
        from unittest.mock import patch

        from app.main import app


        def test_an_item_is_found() -> None:
            with patch("app.routers.items.find_item") as find:
                assert app and not find.called
        """,
}
"""a little service by layer"""

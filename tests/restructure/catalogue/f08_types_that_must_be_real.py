"""Annotations that a library reads when the class is made: behind TYPE_CHECKING, or as text, they mean nothing to it."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, packages

PYDANTIC = """from pydantic import BaseModel


class Item(BaseModel):
    id: int = 1


class User(BaseModel):
    items: list[Item] = []
    friend: "User | None" = None
"""
MAPPED = """from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    items: Mapped[list["Item"]] = relationship(back_populates="owner")


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped["User"] = relationship(back_populates="items")
"""
# What SQLModel does with annotations, in a few lines: it evaluates them while the class is made.
SQLMODEL = '''"""Tables whose relationships are read from the annotations, which are evaluated as they are."""

import sys
import typing


class SQLModel:
    registry: typing.ClassVar[dict] = {}
    __sqlmodel_relationships__: typing.ClassVar[dict] = {}

    def __init_subclass__(cls, table: bool = False, **kwargs):
        super().__init_subclass__(**kwargs)
        if table:
            SQLModel.registry[cls.__name__] = cls
            cls.__sqlmodel_relationships__ = {
                name: target(annotation) for name, annotation in cls.__annotations__.items() if name in vars(cls)
            }


def target(annotation):
    if isinstance(annotation, str):
        raise TypeError(f"{annotation} is text: `from __future__ import annotations` hides the relationship")
    (inner,) = [a for a in typing.get_args(annotation) if a is not type(None)] or [annotation]
    return inner.__forward_arg__ if isinstance(inner, typing.ForwardRef) else getattr(inner, "__name__", inner)


def Relationship(**_):
    return None


def configured():
    """Every relationship leads to a table that is there."""
    return {
        name: {field: SQLModel.registry[to].__name__ for field, to in cls.__sqlmodel_relationships__.items()}
        for name, cls in sorted(SQLModel.registry.items())
    }
'''
TABLES = """from typing import Optional

from sqlmodel import Relationship, SQLModel


class User(SQLModel, table=True):
    id: int
    items: list["Item"] = Relationship(back_populates="owner")


class Item(SQLModel, table=True):
    id: int
    owner: Optional[User] = Relationship(back_populates="items")
"""

CASES = {
    "pydantic": Case(
        {
            **packages("app"),
            "app/schemas.py": PYDANTIC,
            "app/main.py": "from fastapi import FastAPI\n\nfrom app.schemas import User\n\napp = FastAPI()\n\n\n"
            "@app.get('/')\ndef read() -> User:\n    return User()\n",
        },
        (
            definitions("Item", "app.schemas", "app.items.schemas"),
            definitions("User", "app.schemas", "app.users.schemas"),
        ),
        wrong=(
            (
                "app/users/schemas.py",
                "from app.items.schemas import Item\n",
                "from __future__ import annotations\nfrom typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from app.items.schemas import Item\n",
            ),
        ),
    ),
    "SQLAlchemy": Case(
        {
            **packages("app"),
            "app/models.py": MAPPED,
            "app/main.py": "from sqlalchemy.orm import configure_mappers\n\nfrom app.models import Item, User\n\n"
            "configure_mappers()\nresult = [str(User.items.property.mapper), str(Item.owner.property.mapper)]\n"
            "result = [text.rpartition('.')[2] for text in result]\n",
        },
        (
            definitions("User", "app.models", "app.users.models"),
            definitions("Item", "app.models", "app.items.models"),
        ),
        RESULT,
        wrong=(("app/users/models.py", '"Item"', '"Thing"'),),
    ),
    "SQLModel": Case(
        {
            **packages("app"),
            "sqlmodel.py": SQLMODEL,
            "app/models.py": TABLES,
            "app/main.py": "from sqlmodel import configured\n\nfrom app.models import Item, User\n\nresult = configured()\n",
        },
        (
            definitions("User", "app.models", "app.users.models"),
            definitions("Item", "app.models", "app.items.models"),
        ),
        RESULT,
        has=(
            ("app/users/models.py", 'items: list["Item"] = Relationship'),
            ("app/items/models.py", "owner: Optional[User]"),
        ),
        wrong=(("app/items/models.py", "from typing", "from __future__ import annotations\n\nfrom typing"),),
    ),
}

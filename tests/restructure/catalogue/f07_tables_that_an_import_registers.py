"""A class is a table because its module was imported, and `relationship("Item")` finds it by name in the registry."""

from restructure.catalogue import RESULT, Case
from restructure.projects import definitions, packages

MODELS = """from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    items = relationship("Item", back_populates="owner")


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner = relationship("User", back_populates="items")
"""

CASES = {
    "who asks for one table has the other": Case(
        {
            **packages("app"),
            "app/models.py": MODELS,
            "app/main.py": "from sqlalchemy.orm import configure_mappers\n\nfrom app.models import User\n\n"
            "configure_mappers()\nresult = [sorted(User.metadata.tables), str(User.items)]\n",
        },
        (
            definitions("Base", "app.models", "app.database"),
            definitions("User", "app.models", "app.users.models"),
            definitions("Item", "app.models", "app.items.models"),
        ),
        RESULT,
        wrong=(("app/main.py", "from app import models  # noqa: F401\n", ""),),
    )
}

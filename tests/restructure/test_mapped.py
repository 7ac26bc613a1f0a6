"""Tables that a relationship names by the end of their module: the mapper finds them afterwards as before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.restructure import Tree, check_static, restructure
from restructure.projects import Files, definitions, module, moved, packages

if TYPE_CHECKING:
    from plumbrule.restructure import Move
    from restructure.projects import Lab

TABLE = "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import Mapped, mapped_column, relationship\n\nfrom app.base import Base\n"
PROJECT: Files = {
    **packages("app", "app/models"),
    "app/base.py": "from sqlalchemy.orm import DeclarativeBase\n\n\nclass Base(DeclarativeBase): ...\n",
    "app/models/__init__.py": "from .service import Service\nfrom .user import User\n",
    "app/models/user.py": f"{TABLE}from . import service\n\n\nclass User(Base):\n    __tablename__ = 'users'\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    '    services: Mapped[list["service.Service"]] = relationship(\n        back_populates="user"\n    )\n'
    "    named = relationship(\n        'models.service.Service', order_by='service.Service.id.desc()', viewonly=True,\n"
    "        primaryjoin='and_(User.id == service.Service.user_id, app.models.service.Service.id > 2)')\n",
    "app/models/service.py": f"{TABLE}\n\nclass Service(Base):\n    __tablename__ = 'services'\n"
    "    id: Mapped[int] = mapped_column(primary_key=True)\n"
    "    user_id: Mapped[int] = mapped_column(ForeignKey('users.id'))\n"
    "    user: Mapped['user.User'] = relationship(back_populates='services')\n",
    "app/main.py": "from sqlalchemy.orm import configure_mappers\n\nfrom app.models import Service, User\n\nconfigure_mappers()\n"
    "joined = User.__mapper__.relationships\nresult = [[r.key, r.mapper.class_.__name__, str(r.primaryjoin), [str(x) for x in r.order_by or []], r.uselist]\n"
    "          for cls in (User, Service) for r in cls.__mapper__.relationships]\n",
}
SEEN = "from app.main import result"
MOVES: dict[str, list[Move]] = {
    "one": [module("app.models.service", "app.services.models")],
    "the other": [module("app.models.user", "app.users.models")],
    "both": [module("app.models.service", "app.services.models"), module("app.models.user", "app.users.models")],
    "both into one folder": [module("app.models.service", "app.db.one"), module("app.models.user", "app.db.two")],
    "a definition": [definitions("Service", "app.models.service", "app.services.models")],
    "the folder of both": [module("app.models", "app.tables")],
}  # fmt: skip


@pytest.mark.parametrize("name", MOVES)
def test_relationships_lead_to_the_same_tables(name: str, lab: Lab) -> None:
    lab.same(PROJECT, moved(PROJECT, *MOVES[name]), SEEN)


def test_a_name_is_as_short_as_tells_its_module_from_others_and_from_tables() -> None:
    users = moved(PROJECT, *MOVES["both into one folder"])["app/db/two.py"]
    assert 'Mapped[list["service.Service"]] = relationship(\n        "one.Service", back_populates' in users
    assert "'one.Service', order_by='one.Service.id.desc()'" in users
    assert "User.id == one.Service.user_id, app.db.one.Service.id > 2" in users
    after = moved(PROJECT, *MOVES["both"])
    assert "'app.services.models.Service', order_by='app.services." in after["app/users/models.py"]
    assert "Mapped['app.users.models.User'] = relationship(back" in after["app/services/models.py"]


def test_the_proof_sees_a_name_that_leads_nowhere_any_more() -> None:
    before = Tree.of(PROJECT)
    rewrite = restructure(before, MOVES["both"])
    after = before.after(rewrite.steps).files
    wrong = after["app/services/models.py"].replace(b"'app.users.models.User'", b"'user.User'")
    problems = check_static(before, Tree.of({**after, "app/services/models.py": wrong}), rewrite)
    assert any("`user.User` named app.models.user.User" in str(problem) for problem in problems), problems


def test_a_name_that_still_fits_stays() -> None:
    after = moved(PROJECT, *MOVES["the folder of both"])
    changed = PROJECT["app/models/user.py"].replace("models.service.", "tables.service.")
    assert after["app/tables/user.py"] == changed
    assert after["app/tables/service.py"] == PROJECT["app/models/service.py"]

"""Definitions leave a module with what they need; what stays still finds them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from restructure.projects import Files, definitions, module, moved, packages, rewritten

if TYPE_CHECKING:
    from restructure.projects import Lab

CRUD = '''"""All there is."""

import json
import logging
from datetime import (
    datetime,
    timezone,
)

from app import settings
from app.db import session as db

logger = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime(2020, 1, 1, tzinfo=timezone.utc)


# Who asks for a user

# gets one.
def get_user(name: str) -> str:  # noqa: D103
    """Get one."""
    logger.info("get %s", name)
    return f"{name} {_now().year} {db.URL}"


LIMIT = 10  # at most


@settings.traced
def get_items() -> str:
    logger.info("items")
    return json.dumps([LIMIT, settings.NAME])
'''

PROJECT: Files = {
    **packages("app", "app/db"),
    "app/settings.py": "NAME = 'n'\n\n\ndef traced(f):\n    return f\n",
    "app/db/session.py": "URL = 'sqlite://'\n",
    "app/crud.py": CRUD,
    "app/main.py": "from app import crud\nfrom app.crud import LIMIT, get_items, get_user\n\n"
    "result = [crud.get_user('a'), crud.get_items(), get_user('b'), get_items(), LIMIT]\n",
}
RESULT = "from app.main import result"


def test_a_function_takes_its_imports_its_comments_and_what_only_it_uses(lab: Lab) -> None:
    after = moved(PROJECT, definitions("get_user", "app.crud", "app.users.repository"))
    assert (
        after["app/users/repository.py"]
        == '''import logging
from datetime import datetime, timezone

from app.db import session as db

logger = logging.getLogger(__name__)


def _now() -> datetime:
    return datetime(2020, 1, 1, tzinfo=timezone.utc)


# gets one.
def get_user(name: str) -> str:  # noqa: D103
    """Get one."""
    logger.info("get %s", name)
    return f"{name} {_now().year} {db.URL}"
'''
    )
    left = after["app/crud.py"]
    assert left.startswith('"""All there is."""\n\nimport json\nimport logging\n\nfrom app import settings\n')
    assert "datetime" not in left
    assert "session" not in left
    assert "# Who asks for a user\n" in left
    lab.same(PROJECT, after, RESULT)


def test_a_module_whose_all_has_left_is_gone_and_its_readers_read_the_new_ones(lab: Lab) -> None:
    after = moved(
        PROJECT,
        definitions("get_user", "app.crud", "app.users.repository"),
        definitions("get_items LIMIT", "app.crud", "app.items.repository"),
        definitions("logger", "app.crud", "app.logs"),
    )
    assert "app/crud.py" not in after
    assert "users_repository.get_user('a'), items_repository.get_items()" in after["app/main.py"]
    lab.same(PROJECT, after, RESULT)


def test_all_uses_that_go_to_one_module_keep_the_local_name(lab: Lab) -> None:
    files = PROJECT | {"app/main.py": "from app import crud\n\nresult = [crud.get_items(), crud.LIMIT]\n"}
    after = moved(files, definitions("get_items LIMIT", "app.crud", "app.items.repository"))
    assert (
        after["app/main.py"]
        == "from app.items import repository as crud\n\nresult = [crud.get_items(), crud.LIMIT]\n"
    )
    lab.same(files, after, RESULT)


def test_definitions_come_to_a_module_that_is_there(lab: Lab) -> None:
    files = PROJECT | {
        "app/users/__init__.py": "",
        "app/users/repository.py": "import json\n\n\ndef count() -> int:\n    return len(json.dumps([]))\n",
    }
    after = moved(files, definitions("get_items LIMIT", "app.crud", "app.users.repository"))
    assert after["app/users/repository.py"].startswith(
        "import json\nimport logging\n\nfrom app import settings\n\n\ndef count() -> int:"
    )
    lab.same(files, after, RESULT)


def test_a_face_keeps_what_it_offers(lab: Lab) -> None:
    files = PROJECT | {"app/crud.py": CRUD + "\n\n__all__ = ['get_items', 'get_user']\n"}
    after = moved(
        files,
        definitions(
            "get_items LIMIT",
            "app.crud",
            "app.items.repository",
        ),
    )
    assert "from app.items.repository import get_items\n" in after["app/crud.py"]
    files_of_stars = "from app.crud import *\n\nresult = get_items()\n"
    assert lab.run(after | {"app/main.py": files_of_stars}, RESULT) == lab.run(
        files | {"app/main.py": files_of_stars}, RESULT
    )


def test_two_modules_that_would_import_each_other_are_refused() -> None:
    files = {
        **packages("app"),
        "app/a.py": "def low() -> int:\n    return 1\n\n\ndef high() -> int:\n    return low() + middle()\n\n\ndef middle() -> int:\n    return low()\n",
        "app/main.py": "from app.a import high, low, middle\n",
    }
    with pytest.raises(
        Refusal, match=r"app\.b would need `low` of app\.a, which uses `middle`; move `low` as well"
    ):
        rewritten(files, definitions("middle", "app.a", "app.b"))


MODELS = '''from datetime import datetime, timezone
from typing import Optional

from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All tables."""


def now() -> datetime:
    return datetime.now(timezone.utc)


class User(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=now)
    items: Mapped[list["Item"]] = relationship(back_populates="owner")


class Item(Base):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    owner: Mapped[Optional[User]] = relationship(back_populates="items")
'''

TABLES: Files = {
    **packages("app"),
    "app/models.py": MODELS,
    "app/db.py": "from app.models import User\n\n\ndef first() -> str:\n    return str(User.items)\n",
    "app/main.py": "from app.db import first\nfrom app.models import Item\n\nresult = [first(), str(Item.owner)]\n",
    "app/initial_data.py": "from app.db import first\n\nresult = first()\n",
    "alembic/env.py": "from app.models import Base\n\ntarget_metadata = Base.metadata\n",
}
SPLIT = (
    definitions("Base now", "app.models", "app.database"),
    definitions("User", "app.models", "app.users.models"),
    definitions("Item", "app.models", "app.items.models"),
)
METADATA = "import sys; sys.path.append('alembic'); import env; result = sorted(env.target_metadata.tables)"


def test_tables_are_split_and_whoever_loaded_them_all_still_does(lab: Lab) -> None:
    after = moved(TABLES, *SPLIT)
    users = after["app/users/models.py"]
    assert "if TYPE_CHECKING:\n    from app.items.models import Item\n" in users
    assert '    items: Mapped[list["Item"]] = relationship(back_populates="owner")\n' in users
    assert "from app.users.models import User\n" in after["app/items/models.py"]
    lab.same(TABLES, after, RESULT)
    lab.same(TABLES, after, "from app.initial_data import result")
    lab.same(TABLES, after, METADATA)
    mappers = "import app.main; from sqlalchemy.orm import configure_mappers; configure_mappers(); result = 1"
    lab.run(after, mappers)


def test_tables_that_leave_beside_their_base_are_loaded_by_who_needs_them(lab: Lab) -> None:
    after = moved(TABLES, *SPLIT[1:])
    assert "class Base(DeclarativeBase):" in after["app/models.py"]
    for code in (RESULT, "from app.initial_data import result", METADATA):
        lab.same(TABLES, after, code)


def test_annotations_that_are_texts_stay_texts() -> None:
    files = PROJECT | {
        "app/crud.py": CRUD.replace(
            '"""All there is."""\n', '"""All there is."""\n\nfrom __future__ import annotations\n'
        )
    }
    after = moved(files, definitions("get_user", "app.crud", "app.users.repository"))
    assert after["app/users/repository.py"].startswith(
        "from __future__ import annotations\n\nimport logging\n"
    )


def test_one_dependency_stays_one(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/deps.py": "def get_db() -> str:\n    return 'real'\n\n\ndef get_user() -> str:\n    return 'u'\n",
        "app/main.py": "from typing import Annotated\n\nfrom fastapi import Depends, FastAPI\n\nfrom app.deps import get_db\n\napp = FastAPI()\n\n\n"
        "@app.get('/')\ndef read(db: Annotated[str, Depends(get_db)]) -> str:\n    return db\n",
        "tests/test_app.py": "from app import deps\nfrom app.main import app\n\n\ndef test() -> None:\n"
        "    app.dependency_overrides[deps.get_db] = lambda: 'fake'\n"
        "    keys = list(app.dependency_overrides)\n    assert app.routes[-1].dependant.dependencies[0].call in keys\n",
    }
    after = moved(files, definitions("get_db", "app.deps", "app.database"))
    assert "from app import database as deps\n" in after["tests/test_app.py"]
    lab.run(after, "import sys; sys.path.append('tests'); import test_app; test_app.test(); result = 1")


def test_settings_made_once_are_made_once(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/core.py": "from functools import lru_cache\n\nMADE = []\n\n\n@lru_cache\ndef get_settings() -> object:\n    MADE.append(1)\n    return object()\n\n\n"
        "settings = get_settings()\nNAME = 'x'\n",
        "app/main.py": "from app.core import MADE, NAME, get_settings, settings\n\nresult = [len(MADE), settings is get_settings(), NAME]\n",
    }
    after = moved(files, definitions("get_settings settings MADE", "app.core", "app.settings"))
    lab.same(files, after, RESULT)


def test_modules_move_while_their_parts_leave(lab: Lab) -> None:
    after = moved(
        PROJECT,
        module("app.crud", "app.items.repository"),
        definitions("get_user", "app.crud", "app.users.repository"),
    )
    assert "logger = logging.getLogger(__name__)\n" in after["app/users/repository.py"]
    lab.same(PROJECT, after, RESULT)


def test_what_the_face_of_a_package_loaded_is_loaded_still(lab: Lab) -> None:
    base = "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n\n\nclass Base(DeclarativeBase): ...\n"
    table = "from app.base import Base\nfrom sqlalchemy.orm import Mapped, mapped_column\n\n\nclass {0}(Base):\n    __tablename__ = '{0}'\n    id: Mapped[int] = mapped_column(primary_key=True)\n"
    files = {
        **packages("app"),
        "app/base.py": base,
        "app/models/__init__.py": "from .item import Item\nfrom .user import User\n",
        "app/models/item.py": table.format("Item"),
        "app/models/user.py": table.format("User"),
        "app/script.py": "from app.models.user import User\n\nresult = sorted(User.metadata.tables)\n",
    }
    after = moved(files, module("app.models.user", "app.users.models"))
    assert "from app import models  # noqa: F401\n" in after["app/script.py"]
    lab.same(files, after, "from app.script import result")


def test_what_a_module_did_when_it_was_imported_is_done_still(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/bus.py": "HANDLERS = []\n\n\ndef subscribe(f):\n    HANDLERS.append(f.__name__)\n",
        "app/events.py": "from app.bus import subscribe\n\n\ndef name() -> str:\n    return 'x'\n\n\ndef handle() -> None: ...\n\n\nsubscribe(handle)\n",
        "app/main.py": "from app.bus import HANDLERS\nfrom app.events import name\n\nresult = [name(), *HANDLERS]\n",
    }
    after = moved(files, definitions("name", "app.events", "app.names"))
    lab.same(files, after, RESULT)


def test_middleware_and_handlers_stay_in_their_order(lab: Lab) -> None:
    parts = "from fastapi import FastAPI\nfrom starlette.middleware.gzip import GZipMiddleware\nfrom starlette.middleware.cors import CORSMiddleware\n"
    files = {
        **packages("app"),
        "app/core.py": parts
        + "\n\ndef dress(app: FastAPI) -> None:\n    app.add_middleware(GZipMiddleware)\n    app.add_middleware(CORSMiddleware)\n\n\ndef wrong() -> None: ...\n",
        "app/main.py": "from fastapi import FastAPI\n\nfrom app.core import dress, wrong\n\napp = FastAPI()\ndress(app)\n"
        "app.add_exception_handler(KeyError, wrong)\nresult = [str(m.cls) for m in app.user_middleware] + [e.__name__ for e in app.exception_handlers if isinstance(e, type)]\n",
    }
    after = moved(
        files,
        definitions("dress", "app.core", "app.middleware"),
        definitions("wrong", "app.core", "app.errors"),
    )
    lab.same(files, after, RESULT)

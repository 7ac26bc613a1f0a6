"""Imports follow, local names stay, and no other byte changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.restructure import Tree, check_static, restructure
from restructure.projects import definitions, module, moved, packages, rewritten

if TYPE_CHECKING:
    from restructure.projects import Files, Lab

ROUTER = """from fastapi import APIRouter

router = APIRouter(prefix="/{name}", tags=["{name}"])


@router.get("/")
def read_{name}() -> list[str]:
    return ["{name}"]
"""

MAIN = """from fastapi import FastAPI

from app.api import items, users

app = FastAPI()
app.include_router(items.router)
app.include_router(users.router)
"""

SMALL = {
    **packages("app", "app/api"),
    "app/main.py": MAIN,
    "app/api/items.py": ROUTER.format(name="items"),
    "app/api/users.py": ROUTER.format(name="users"),
}


def test_modules_of_the_same_name_keep_the_names_they_had(lab: Lab) -> None:
    after = moved(
        SMALL, module("app.api.items", "app.items.router"), module("app.api.users", "app.users.router")
    )
    assert (
        "from app.items import router as items\nfrom app.users import router as users\n"
        in after["app/main.py"]
    )
    assert "app.include_router(items.router)\napp.include_router(users.router)\n" in after["app/main.py"]
    assert {"app/items/__init__.py", "app/users/__init__.py"} <= after.keys()
    assert "app/api/__init__.py" not in after
    lab.same(SMALL, after)


def test_the_package_app_is_not_taken_for_the_object_app(lab: Lab) -> None:
    files = {
        **SMALL,
        "tests/test_app.py": "from app.main import app\nfrom app.api import items as subject\n\n\n"
        "def test() -> None:\n    assert app.title\n    assert subject.router\n",
    }
    after = moved(files, module("app.api.items", "app.items.router"))
    assert after["tests/test_app.py"].splitlines()[1] == "from app.items import router as subject"
    lab.run(after, "import sys; sys.path.append('tests'); import test_app; test_app.test(); result = 1")


def test_relative_imports_stay_relative_and_dots_are_counted_anew(lab: Lab) -> None:
    files = {
        **packages("app", "app/api", "app/db"),
        "app/main.py": "from fastapi import FastAPI\n\nfrom .api import items\nfrom .api.items import router as again\n\n"
        "app = FastAPI()\napp.include_router(items.router)\nassert again is items.router\n",
        "app/api/items.py": "from fastapi import APIRouter\n\nfrom ..db import session\nfrom ..db.session import URL\n"
        "from . import shared\n\nrouter = APIRouter()\nassert session.URL == URL == shared.URL\n",
        "app/api/shared.py": "from ..db.session import URL\n",
        "app/db/session.py": "URL = 'sqlite://'\n",
    }
    after = moved(
        files, module("app.api.items", "app.shop.items.router"), module("app.db.session", "app.database")
    )
    assert "from .shop.items import router as items\n" in after["app/main.py"]
    assert "from .shop.items.router import router as again\n" in after["app/main.py"]
    router = after["app/shop/items/router.py"]
    assert (
        "from ... import database as session\nfrom ...database import URL\nfrom ...api import shared\n"
        in router
    )
    lab.same(files, after)


def test_plain_imports_and_what_is_read_through_them_are_spelled_anew(lab: Lab) -> None:
    files = {
        **packages("app", "app/crud", "app/core"),
        "app/main.py": "import app.crud.users\nimport app.core.config as config\nimport app.core.log, app.crud.items\n\n"
        "result = [app.crud.users.get(), config.NAME, app.core.log.LEVEL, app.crud.items.get()]\n",
        "app/crud/users.py": "def get() -> str:\n    return 'user'\n",
        "app/crud/items.py": "def get() -> str:\n    return 'item'\n",
        "app/core/config.py": "NAME = 'n'\n",
        "app/core/log.py": "LEVEL = 'l'\n",
    }
    after = moved(
        files, module("app.crud.users", "app.users.repository"), module("app.core.config", "app.settings")
    )
    main = after["app/main.py"]
    assert "import app.users.repository\nimport app.settings as config\n" in main
    assert "app.users.repository.get(), config.NAME, app.core.log.LEVEL, app.crud.items.get()" in main
    lab.same(files, after, "from app.main import result")


def test_one_file_of_a_package_can_become_a_package(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/users.py": "def get() -> int:\n    return 1\n",
        "app/main.py": "from app import users\nfrom app.users import get\n\nresult = [users.get(), get()]\n",
    }
    after = moved(files, module("app.users", "app.users.service"))
    assert after["app/main.py"].startswith(
        "from app.users import service as users\nfrom app.users.service import get\n"
    )
    lab.same(files, after, "from app.main import result")


def test_a_package_moves_with_its_data() -> None:
    files = {
        **packages("app"),
        "app/emails/__init__.py": "from .render import render\n",
        "app/emails/render.py": "from pathlib import Path\n\nFOLDER = Path(__file__).parent / 'templates'\n\n\n"
        "def render() -> str:\n    return (FOLDER / 'a.txt').read_text()\n",
        "app/emails/templates/a.txt": "hello",
        "app/main.py": "from app.emails import render\nfrom app.emails import render as again\n",
    }
    after, rewrite = rewritten(files, module("app.emails", "app.mail.emails"))
    assert after["app/mail/emails/templates/a.txt"] == "hello"
    assert after["app/mail/emails/render.py"] == files["app/emails/render.py"]
    assert rewrite.names("app.emails.render.render") == "app.mail.emails.render.render"


def test_the_order_the_parentheses_and_the_comments_of_a_list_stay() -> None:
    files = {
        **packages("app", "app/api"),
        "app/main.py": "from app.api import (\n    items,  # noqa: F401\n    login,\n    users,  # the people\n)  # all\n",
        "app/api/items.py": "",
        "app/api/login.py": "",
        "app/api/users.py": "",
    }
    after = moved(files, module("app.api.users", "app.users.router"))
    assert after["app/main.py"] == (
        "from app.api import (\n    items,  # noqa: F401\n    login,\n)  # all\n"
        "from app.users import router as users  # the people\n"
    )


def test_what_speaks_to_a_tool_is_said_of_both_statements() -> None:
    files = {
        **packages("app", "app/api"),
        "app/main.py": "from app.api import items, users  # noqa: F401\n",
        "app/api/items.py": "",
        "app/api/users.py": "",
    }
    after = moved(files, module("app.api.users", "app.users.router"))
    assert after["app/main.py"] == (
        "from app.api import items  # noqa: F401\nfrom app.users import router as users  # noqa: F401\n"
    )


def test_imports_in_functions_conditions_and_attempts_stay_where_they_are(lab: Lab) -> None:
    files = {
        **packages("app", "app/db"),
        "app/db/session.py": "class Session: ...\n\n\ndef get() -> Session:\n    return Session()\n",
        "app/main.py": "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from app.db.session import Session\n\n"
        "try:\n    from app.db.session import get as found\nexcept ImportError:\n    found = None\n\n\n"
        "def read() -> 'Session':\n    from app.db import session; x = 1\n    return session.get()\n\n\n"
        "result = [read().__class__.__name__, found is None]\n",
    }
    after = moved(files, module("app.db.session", "app.database"))
    main = after["app/main.py"]
    assert "if TYPE_CHECKING:\n    from app.database import Session\n" in main
    assert "try:\n    from app.database import get as found\n" in main
    assert "    from app import database as session; x = 1\n" in main
    lab.same(files, after, "from app.main import result")


def test_several_roots_keep_their_own_spelling(lab: Lab) -> None:
    files = {
        **packages("src", "src/app", "src/app/crud"),
        "src/app/crud/users.py": "NAME = 'u'\n",
        "src/app/main.py": "from app.crud.users import NAME\n",
        "tests/test_users.py": "from src.app.crud import users\nfrom src.app.crud.users import NAME\n",
    }
    after, rewrite = rewritten(files, module("app.crud.users", "app.users.repository"))
    assert after["src/app/main.py"] == "from app.users.repository import NAME\n"
    assert after["tests/test_users.py"] == (
        "from src.app.users import repository as users\nfrom src.app.users.repository import NAME\n"
    )
    assert rewrite.names("src.app.crud.users.NAME") == "src.app.users.repository.NAME"
    lab.run(after, "import sys; sys.path.append('tests'); import test_users; result = test_users.users.NAME")


TWO_ROOTS: Files = {
    **packages("src", "src/app", "src/app/models", "src/scripts"),
    "src/app/models/user.py": "class User:\n    name = 'u'\n",
    "src/app/models/post.py": "from ..models.user import User\n\nOWNER = User.name\n",
    "src/app/main.py": "from app.models import post\n\nresult = post.OWNER\n",
    "src/scripts/seed.py": "from ..app.models.user import User\n\nresult = User.name\n",
    "tests/test_users.py": "from src.app.models.user import User\n",
}
"""the service starts in `src`, the script and the tests above it"""


def test_dots_stay_dots_where_a_package_lies_in_a_root(lab: Lab) -> None:
    after = moved(
        TWO_ROOTS,
        module("app.models.user", "app.users.models"),
        module("app.models.post", "app.posts.models"),
    )
    assert after["src/scripts/seed.py"].startswith("from ..app.users.models import User\n")
    assert after["src/app/posts/models.py"].startswith("from ..users.models import User\n")
    lab.same(TWO_ROOTS, after, "from src.scripts.seed import result")
    lab.same(TWO_ROOTS, after, "import sys; sys.path.insert(0, 'src'); from app.main import result")


@pytest.mark.parametrize(
    ("path", "right", "wrong"),
    [
        ("src/scripts/seed.py", "..app.users", "app.users"),
        ("src/app/posts/models.py", "..users", "src.app.users"),
        ("tests/test_users.py", "src.app.users", "app.users"),
    ],
)
def test_a_name_from_another_root_is_seen_without_running_it(path: str, right: str, wrong: str) -> None:
    before = Tree.of(TWO_ROOTS)
    moves = module("app.models.user", "app.users.models"), module("app.models.post", "app.posts.models")
    rewrite = restructure(before, moves)
    files = before.after(rewrite.steps).files
    assert right.encode() in files[path]
    broken = Tree.of(files | {path: files[path].replace(right.encode(), wrong.encode())})
    assert [problem.kind for problem in check_static(before, broken, rewrite)] == ["root"]


def test_folders_without_init_get_none(lab: Lab) -> None:
    files = {
        "svc/main.py": "from svc.apis.api_a import mainmod\n\nresult = mainmod.run()\n",
        "svc/apis/api_a/mainmod.py": "from svc.apis.api_a.sub import VALUE\n\n\ndef run() -> int:\n    return VALUE\n",
        "svc/apis/api_a/sub.py": "VALUE = 3\n",
    }
    after = moved(files, module("svc.apis.api_a.mainmod", "svc.features.a"))
    assert not [path for path in after if path.endswith("__init__.py")]
    assert after["svc/main.py"].startswith("from svc.features import a as mainmod\n")
    lab.same(files, after, "from svc.main import result")


def test_stars_and_faces_of_packages_keep_what_they_offer(lab: Lab) -> None:
    files = {
        **packages("app"),
        "app/schemas/__init__.py": "from .item import *\nfrom .user import User as User\n\n__all__ = ['Item', 'User']\n",
        "app/schemas/item.py": "__all__ = ['Item']\n\n\nclass Item: ...\n",
        "app/schemas/user.py": "class User: ...\n",
        "app/main.py": "from app.schemas import *\n\nresult = [Item.__name__, User.__name__]\n",
    }
    after = moved(
        files,
        module("app.schemas.item", "app.items.schemas"),
        module("app.schemas.user", "app.users.schemas"),
    )
    face = after["app/schemas/__init__.py"]
    assert "from ..items.schemas import *\nfrom ..users.schemas import User as User\n" in face
    assert after["app/main.py"] == files["app/main.py"]
    lab.same(files, after, "from app.main import result")


def test_line_ends_tabs_marks_and_odd_encodings_stay() -> None:
    files = {
        **packages("app", "app/api"),
        "app/api/users.py": "def f() -> None:\r\n\tpass\r\n",
        "app/main.py": "\ufefffrom app.api import users\r\nfrom app.api import items, users as people\r\n\r\nif users:\r\n\tpass\r\n",
        "app/latin.py": b"# -*- coding: latin-1 -*-\nfrom app.api import users\nNAME = '\xe9'\n".decode(
            "utf-8", "surrogateescape"
        ),
        "app/api/items.py": "",
    }
    after = moved(files, module("app.api.users", "app.users.router"))
    assert after["app/users/router.py"] == files["app/api/users.py"]
    assert after["app/main.py"] == (
        "\ufefffrom app.users import router as users\r\nfrom app.api import items\r\n"
        "from app.users import router as people\r\n\r\nif users:\r\n\tpass\r\n"
    )
    assert after["app/latin.py"] == files["app/latin.py"].replace(
        "from app.api import users", "from app.users import router as users"
    )


def test_a_name_of_python_or_of_a_package_is_not_taken_for_a_module_of_the_project() -> None:
    files = {
        **packages("app"),
        "app/cache/redis.py": "import redis\n\nCLIENT = redis.Redis()\n",
        "app/cache/client.py": "import redis\nimport logging\n\nfrom app.cache.redis import CLIENT\n",
        "app/logging.py": "import logging\n\nlog = logging.getLogger()\n",
        "app/main.py": "from app.cache.client import CLIENT\nfrom app.logging import log\n",
    }
    after = moved(
        files, module("app.cache.redis", "app.storage.connection"), module("app.logging", "app.observability")
    )
    assert after["app/cache/client.py"].startswith(
        "import redis\nimport logging\n\nfrom app.storage.connection import"
    )
    assert after["app/observability.py"] == files["app/logging.py"]


def test_a_module_read_through_its_package_is_found(lab: Lab) -> None:
    files = {
        **packages("app", "app/crud"),
        "app/crud/users.py": "def get() -> int:\n    return 1\n",
        "app/crud/items.py": "def get() -> int:\n    return 2\n",
        "app/other.py": "import app.crud.users\nimport app.crud.items\n",
        "app/main.py": "import app.other\nfrom app import crud\n\nresult = [crud.users.get(), crud.items.get()]\n",
    }
    after = moved(files, module("app.crud.users", "app.users.repository"))
    assert "result = [repository.get(), crud.items.get()]" in after["app/main.py"] or (
        "result = [users_repository.get(), crud.items.get()]" in after["app/main.py"]
    )
    lab.same(files, after, "from app.main import result")


def test_modules_and_definitions_move_in_one_batch(lab: Lab) -> None:
    files = {
        **SMALL,
        "app/crud.py": "def get_user() -> str:\n    return 'user'\n\n\ndef get_item() -> str:\n    return 'item'\n",
        "app/api/items.py": ROUTER.format(name="items").replace(
            "from fastapi import APIRouter\n", "from fastapi import APIRouter\n\nfrom app import crud\n"
        )
        + "\n\nCHECK = [crud.get_item(), crud.get_user()]\n",
    }
    after = moved(
        files,
        module("app.api.items", "app.items.router"),
        definitions("get_item", "app.crud", "app.items.repository"),
        definitions("get_user", "app.crud", "app.users.repository"),
    )
    assert "app/crud.py" not in after
    router = after["app/items/router.py"]
    assert "CHECK = [items_repository.get_item(), users_repository.get_user()]" in router
    lab.same(files, after)

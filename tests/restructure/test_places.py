"""What is computed from `__file__` or from a module's own name is the same before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Refusal
from restructure.projects import definitions, module, moved, packages, rewritten

if TYPE_CHECKING:
    from restructure.projects import Lab

SHOW = "from app.main import result"

SPELLINGS = {
    "parent": (
        "Path(__file__).parent / 'templates'",
        "Path(__file__).parent.parent.parent / \"core\" / 'templates'",
    ),
    "resolved": ("Path(__file__).resolve().parent.parent", "Path(__file__).resolve().parent.parent.parent"),
    "counted": (
        "Path(__file__).resolve().parents[1] / 'main.py'",
        "Path(__file__).resolve().parents[2] / 'main.py'",
    ),
    "a call on it": (
        "Path(__file__).parent.joinpath('x')",
        "(Path(__file__).parent.parent.parent / \"core\").joinpath('x')",
    ),
    "dirname": (
        "os.path.join(os.path.dirname(os.path.abspath(__file__)), 'x')",
        "os.path.join(os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))), \"core\"), 'x')",
    ),
    "dirname of dirname": (
        "os.path.dirname(os.path.dirname(os.path.realpath(__file__)))",
        "os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))",
    ),
    "up by dots": ("os.path.normpath(os.path.join(os.path.dirname(__file__), '..'))", None),
}


def project(expression: str) -> dict[str, str]:
    return {
        **packages("app", "app/core"),
        "app/core/config.py": f"import os\nfrom pathlib import Path\n\nHERE = {expression}\n",
        "app/main.py": "import os\nfrom app.core.config import HERE\n\nresult = os.path.relpath(os.path.normpath(HERE))\n",
    }


@pytest.mark.parametrize("name", SPELLINGS)
def test_a_path_from_the_file_leads_where_it_led(lab: Lab, name: str) -> None:
    old, new = SPELLINGS[name]
    files = project(old)
    after = moved(files, module("app.core.config", "app.settings.base.config"))
    if new is not None:
        assert f"HERE = {new}\n" in after["app/settings/base/config.py"]
    lab.same(files, after, SHOW)


def test_a_shorter_way_up_is_written_shorter(lab: Lab) -> None:
    files = project("Path(__file__).parent.parent.parent / 'data'")
    after = moved(files, module("app.core.config", "app.settings"))
    assert "HERE = Path(__file__).parent.parent / 'data'\n" in after["app/settings.py"]
    lab.same(files, after, SHOW)


def test_a_definition_takes_its_path_along(lab: Lab) -> None:
    files = project("1") | {
        "app/core/config.py": "from pathlib import Path\n\nHERE = 'x'\n\n\ndef folder() -> Path:\n    return Path(__file__).parent\n",
        "app/main.py": "import os\nfrom app.core.config import folder\n\nresult = os.path.relpath(folder())\n",
    }
    after = moved(files, definitions("folder", "app.core.config", "app.places"))
    assert 'return Path(__file__).parent / "core"' in after["app/places.py"]
    lab.same(files, after, SHOW)


def test_a_use_of_the_file_that_is_not_understood_is_refused() -> None:
    files = project("1") | {"app/core/config.py": "HERE = open(__file__).read()\n"}
    with pytest.raises(
        Refusal, match=r"app/core/config\.py:1:13: what `__file__` is used for here would change"
    ):
        rewritten(files, module("app.core.config", "app.settings"))


def test_resources_of_a_package_stay_in_it(lab: Lab) -> None:
    files = {
        **packages("app", "app/mail"),
        "app/mail/text.txt": "hello",
        "app/mail/send.py": "from importlib.resources import files\n\nTEXT = files(__package__).joinpath('text.txt').read_text()\n",
        "app/main.py": "from app.mail.send import TEXT as result\n",
    }
    after = moved(files, module("app.mail.send", "app.notifications"))
    assert 'files("app.mail").joinpath' in after["app/notifications.py"]
    lab.same(files, after, SHOW)


WALK = {
    **packages("app"),
    "app/models/__init__.py": "",
    "app/models/user.py": "TABLES = ['user']\n",
    "app/env.py": "import importlib\nimport pkgutil\n\n\ndef load(name: str) -> list[str]:\n    package = importlib.import_module(name)\n"
    "    walked = pkgutil.walk_packages(package.__path__, name + '.')\n"
    "    return [importlib.import_module(found.name).__name__ for found in walked]\n\n\nloaded = load('app.models')\n",
}


def test_a_module_does_not_leave_a_folder_that_is_searched() -> None:
    with pytest.raises(
        Refusal, match=r"app/env\.py:7:14 imports what it finds in app/models: app\.models\.user would be"
    ):
        rewritten(WALK, module("app.models.user", "app.users.models"))


def test_it_may_leave_if_the_package_imports_it(lab: Lab) -> None:
    files = WALK | {"app/models/__init__.py": "from .user import TABLES\n"}
    after = moved(files, module("app.models.user", "app.users.models"))
    assert after["app/models/__init__.py"] == "from ..users.models import TABLES\n"
    assert lab.run(after, "import app.env, sys; result = 'app.users.models' in sys.modules") is True


def test_a_searched_package_that_moves_is_searched_at_its_new_place(lab: Lab) -> None:
    after = moved(WALK, module("app.models", "app.db.models"))
    assert "load('app.db.models')" in after["app/env.py"]
    assert lab.run(after, "from app.env import loaded as result") == ["app.db.models.user"]


SAME_NAMES = {
    **packages("app", "app/items", "app/users"),
    "app/items/schemas.py": "from pydantic import BaseModel\n\n\nclass Out(BaseModel):\n    item: int = 1\n",
    "app/users/schemas.py": 'from pydantic import BaseModel\n\n\nclass Out(BaseModel):\n    """A person."""\n\n    name: str = "x"\n',
    "app/main.py": "from fastapi import FastAPI\n\nfrom app.items import schemas as items\nfrom app.users import schemas as users\n\n"
    "app = FastAPI()\n\n\n@app.get('/items')\ndef read_items() -> items.Out:\n    return items.Out()\n\n\n"
    "@app.get('/users')\ndef read_users() -> users.Out:\n    return users.Out()\n",
}


def test_schemas_of_one_name_keep_their_keys_in_the_document(lab: Lab) -> None:
    after, rewrite = rewritten(
        SAME_NAMES,
        module("app.items.schemas", "app.shop.items"),
        module("app.users.schemas", "app.people.schemas"),
    )
    assert (
        'class Out(BaseModel):\n    __module__ = "app.items.schemas"\n    item: int = 1\n'
        in after["app/shop/items.py"]
    )
    assert "app__items__schemas__Out" in lab.run(after)["components"]["schemas"]
    lab.same(SAME_NAMES, after)
    assert {v.before for v in rewrite.visible if v.pinned} == {
        "app__items__schemas__Out",
        "app__users__schemas__Out",
    }


def test_a_key_that_cannot_be_pinned_is_listed(lab: Lab) -> None:
    files = SAME_NAMES | {
        "app/items/schemas.py": "from pydantic import BaseModel\n\n\nclass Out(BaseModel):\n    item: 'int' = 1\n"
    }
    _, rewrite = rewritten(files, module("app.items.schemas", "app.shop.items"))
    assert [(v.before, v.after, v.pinned) for v in rewrite.visible] == [
        ("app__items__schemas__Out", "app__shop__items__Out", False)
    ]
    assert lab.run(files)["components"]["schemas"].keys() == {
        "app__items__schemas__Out",
        "app__users__schemas__Out",
    }

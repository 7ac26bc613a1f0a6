"""What is taken out finds its module, its imports and its callers; what tests replace is still replaced."""

from __future__ import annotations

import pytest

from plumbrule.plan import Refusal
from restructure.extractions import MAIN, Shape, taken_out
from restructure.projects import Files, packages

ROUTES = '''import json
import logging

from fastapi import APIRouter, HTTPException

from app.store import fetch, save

router = APIRouter()
logger = logging.getLogger(__name__)
LIMIT = 3


def _label(n: int) -> str:
    return f"{n}/{LIMIT}"


# Who is asked
@router.get("/x")
def handler(n: int) -> dict[str, str]:
    """Think."""
    logger.info("thinking")
    found = fetch(n)
    save(found)
    text = json.dumps([_label(n), found])
    return {"text": text}


@router.get("/y")
def another(n: int) -> int:
    logger.info("other")
    return fetch(n)
'''
PROJECT: Files = {
    **packages("app"),
    "app/main.py": MAIN,
    "app/routes.py": ROUTES,
    "app/store.py": "def fetch(n):\n    return n\n\n\ndef save(n):\n    return None\n",
}
WHOLE = Shape("", "logger.info", "text =")
SAVING = Shape("", "save(found)", "text =")


def with_file(path: str, text: str) -> Files:
    return {**PROJECT, path: text}


THIN_SERVICE = """import json
import logging

from app.store import fetch, save

logger = logging.getLogger(__name__)
LIMIT = 3


def _label(n: int) -> str:
    return f"{n}/{LIMIT}"


def think(n: int):
    logger.info("thinking")
    found = fetch(n)
    save(found)
    text = json.dumps([_label(n), found])
    return text
"""

THIN_ROUTES = '''import logging

from fastapi import APIRouter, HTTPException

from app.services import things as things_service
from app.store import fetch

router = APIRouter()
logger = logging.getLogger(__name__)


# Who is asked
@router.get("/x")
def handler(n: int) -> dict[str, str]:
    """Think."""
    text = things_service.think(n)
    return {"text": text}


@router.get("/y")
def another(n: int) -> int:
    logger.info("other")
    return fetch(n)
'''


@pytest.mark.parametrize("name", ["__name__", '"app.api"'])
def test_it_takes_along_what_only_it_uses_and_imports_the_rest(name: str) -> None:
    after = taken_out(with_file("app/routes.py", ROUTES.replace("__name__", name)), WHOLE)
    assert after["app/services/things.py"] == THIN_SERVICE.replace("__name__", name)
    assert after["app/services/__init__.py"] == ""
    assert after["app/routes.py"] == THIN_ROUTES.replace("__name__", name)


def test_a_logger_with_another_name_is_another_logger() -> None:
    files = with_file("app/routes.py", ROUTES.replace("__name__", '"app.api"'))
    files |= {
        "app/services/__init__.py": "",
        "app/services/things.py": THIN_SERVICE.split("LIMIT", maxsplit=1)[0],
    }
    with pytest.raises((Refusal, AssertionError)):
        taken_out(files, WHOLE)


def test_a_module_that_is_there_is_called_as_the_handler_calls_it_already() -> None:
    files = with_file("app/services/__init__.py", "")
    files["app/services/things.py"] = (
        '"""Ours."""\n\nimport os\n\n\ndef known() -> str:\n    return os.name\n'
    )
    files["app/routes.py"] = ROUTES.replace(
        "from app.store", "from app.services.things import known\nfrom app.store"
    ).replace("return fetch(n)", "return [fetch(n), known()]")
    after = taken_out(files, WHOLE)
    assert "from app.services.things import known, think\n" in after["app/routes.py"]
    assert "    text = think(n)\n" in after["app/routes.py"]
    assert after["app/services/things.py"].startswith(
        '"""Ours."""\n\nimport json\nimport logging\nimport os\n\nfrom app.store import fetch, save\n'
    )


def test_a_module_names_what_is_its_own_without_itself() -> None:
    files = with_file("app/crud.py", "def find(n: int) -> int:\n    return n\n")
    files["app/routes.py"] = ROUTES.replace("from app.store", "from app import crud\nfrom app.store").replace(
        "save(found)", "save(crud.find(n))"
    )
    after = taken_out(files, WHOLE, "app.crud")
    assert "    save(find(n))\n" in after["app/crud.py"]
    assert "    text = crud.think(n)\n" in after["app/routes.py"]


@pytest.mark.parametrize(
    ("test", "why"),
    [
        (
            "from unittest.mock import patch\n\n\n@patch('app.routes.fetch')\ndef test_it(fake): ...\n",
            "tests replace",
        ),
        (
            "import app.routes\n\n\ndef test_it(monkeypatch):\n    monkeypatch.setattr(app.routes, 'fetch', 1)\n",
            "tests replace",
        ),
        ("from app import routes\n\nroutes.save = None\n", "replaces `save`"),
        (
            "from unittest.mock import patch\n\nROUTES = 'app.routes'\n\n\ndef test_it():\n    patch(f'{ROUTES}.save')\n",
            "replaces `save`",
        ),
        ("from unittest.mock import patch\n\npatch.multiple('app.routes', save=None)\n", "replaces `save`"),
        (
            (
                "import importlib\n\n\ndef test_it(mocker):\n    routes = importlib.import_module('app.routes')\n"
                "    mocker.patch.object(routes, 'save')\n"
            ),
            "replaces `save`",
        ),
    ],
)
def test_a_name_that_tests_replace_and_that_would_be_read_elsewhere_is_refused(test: str, why: str) -> None:
    with pytest.raises(Refusal) as refusal:
        taken_out(with_file("tests/test_it.py", test), WHOLE)
    assert why in str(refusal.value)


def test_a_replaced_name_that_only_moves_is_replaced_where_it_is_read() -> None:
    test = "from unittest.mock import patch\n\n\n@patch('app.routes.save')\ndef test_it(fake): ...\n"
    after = taken_out(with_file("tests/test_it.py", test), SAVING)
    assert "@patch('app.services.things.save')" in after["tests/test_it.py"]


@pytest.mark.parametrize(
    ("service", "why"),
    [
        ("def think(): ...\n", "uses `think` for something already"),
        ("from app.routes import router\n", "would import each other"),
        ("from somewhere import *\n", "nobody can tell what `*` brings"),
        ("json = 1\n", "`json` means something else there"),
    ],
)
def test_a_module_with_no_room_for_it_is_refused(service: str, why: str) -> None:
    with pytest.raises(Refusal) as refusal:
        taken_out({**PROJECT, "app/services/things.py": service, "app/services/__init__.py": ""}, WHOLE)
    assert why in str(refusal.value)


def test_a_name_of_pythons_own_that_is_another_one_there_is_refused() -> None:
    files = with_file("app/services/things.py", "def sorted(x): ...\n")
    files["app/routes.py"] = ROUTES.replace("save(found)", "save(sorted([found]))")
    with pytest.raises(Refusal, match="`sorted` is not Python's own there"):
        taken_out(files, WHOLE)


def test_an_import_whose_moment_counts_is_refused() -> None:
    files = with_file("app/routes.py", ROUTES.replace("from app.store", "print('first')\nfrom app.store"))
    with pytest.raises(Refusal, match="is imported after `print` was called"):
        taken_out(files, WHOLE)


def test_a_type_over_several_lines_keeps_its_parentheses_where_it_needs_them() -> None:
    many = "-> (\n    dict[str, str]\n    | list[dict[str, str] | None]\n    | None\n):\n"
    files = with_file("app/routes.py", ROUTES.replace("-> dict[str, str]:\n", many))
    whole = Shape("", "logger.info", "return")
    made = taken_out(files, whole)["app/services/things.py"]
    assert "def think(n: int) -> dict[str, str] | list[dict[str, str] | None] | None:\n" in made
    files["pyproject.toml"] = "[tool.ruff]\nline-length = 40\n"
    assert f"def think(\n    n: int\n) {many}" in taken_out(files, whole)["app/services/things.py"]


def test_files_with_other_line_ends_and_tabs_keep_them() -> None:
    text = ROUTES.replace("    ", "\t").replace("\n", "\r\n")
    after = taken_out(with_file("app/routes.py", text), WHOLE)
    made = after["app/services/things.py"]
    assert "\r\n\tlogger.info" in made
    assert "\n" not in made.replace("\r\n", "")
    assert "\n" not in after["app/routes.py"].replace("\r\n", "")

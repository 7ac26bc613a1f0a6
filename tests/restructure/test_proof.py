"""The static proof sees each kind of break: a wrong tree never passes."""

from __future__ import annotations

import pytest

from plumbrule.restructure import Tree, check_static, restructure
from restructure.projects import Files, definitions, module, packages

PROJECT: Files = {
    **packages("app", "app/api"),
    "app/api/users.py": "from pathlib import Path\n\nHERE = Path(__file__).parent / 'x'\n\n\ndef read() -> int:\n    # one\n    return 1\n\n\n"
    "def count() -> int:\n    return read()\n",
    "app/other.py": "def read() -> int:\n    return 2\n",
    "app/main.py": "from app.api import users\nfrom app.api.users import read\n\n\ndef run() -> int:\n    return read() + users.count()\n",
    "tests/test_main.py": "from unittest.mock import patch\n\n\ndef test() -> None:\n    patch('app.api.users.read')\n",
}
MOVE = module("app.api.users", "app.users.service")

BREAKS = {
    "an import of what is not there": (
        "app/main.py",
        "from app.users import service",
        "from app.users import services",
    ),
    "a name of the wrong module": (
        "app/main.py",
        "from app.users.service import read",
        "from app.other import read",
    ),
    "another call": ("app/main.py", "return read() + ", "return read() + read() + "),
    "a changed definition": ("app/users/service.py", "# one", "# two"),
    "a lost definition": ("app/users/service.py", "def count", "def counts"),
    "a path that leads elsewhere": ("app/users/service.py", "parent.parent", "parent"),
    "text that does not parse": ("app/main.py", "def run()", "def run("),
    "text that only Python itself does not take": (
        "app/main.py",
        "run() -> int:",
        "run() -> int\n    | str:",
    ),
    "a return that is in no function": ("app/main.py", "\n\n\ndef run", "\nreturn\n\ndef run"),
    "a cycle": ("app/users/service.py", "from pathlib", "from app import main\nfrom pathlib"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_proof_sees(name: str) -> None:
    path, right, wrong = BREAKS[name]
    before = Tree.of(PROJECT)
    rewrite = restructure(before, [MOVE])
    after = before.after(rewrite.steps)
    assert check_static(before, after, rewrite) == []
    assert right.encode() in after.files[path]
    broken = Tree.of(after.files | {path: after.files[path].replace(right.encode(), wrong.encode())})
    assert check_static(before, broken, rewrite)


def test_what_does_not_parse_is_named_with_its_line() -> None:
    before = Tree.of(PROJECT)
    rewrite = restructure(before, [MOVE])
    after = before.after(rewrite.steps)
    text = after.files["app/main.py"].replace(b"run() -> int:", b"run() -> int\n    | str:")
    said = [str(p) for p in check_static(before, Tree.of(after.files | {"app/main.py": text}), rewrite)]
    assert any(one.startswith("app/main.py:5: would not parse any more: ") for one in said), said


def test_what_this_python_cannot_read_is_judged_by_the_facts_alone() -> None:
    newer = PROJECT["app/main.py"] + "\n\ntype Many[T] = list[T]\n"
    before = Tree.of({**PROJECT, "app/main.py": newer})
    rewrite = restructure(before, [MOVE])
    assert check_static(before, before.after(rewrite.steps), rewrite) == []


def test_a_file_that_nobody_touched_still_has_to_find_its_imports() -> None:
    files = PROJECT | {"app/late.py": "from app.other import read\n"}
    before = Tree.of(files)
    rewrite = restructure(before, [MOVE])
    after = dict(before.after(rewrite.steps).files)
    del after["app/other.py"]
    problems = check_static(before, Tree.of(after), rewrite)
    assert [problem.path for problem in problems] == ["app/late.py"]


def test_a_string_that_leads_to_nothing_is_seen() -> None:
    before = Tree.of(PROJECT)
    rewrite = restructure(before, [definitions("read", "app.api.users", "app.users.service")])
    after = before.after(rewrite.steps)
    assert "app.users.service" not in str(after.files["tests/test_main.py"])
    assert check_static(before, after, rewrite) == []

"""What cannot be done safely is refused in one line, and nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from plumbrule.plan import Plan, Refusal, apply, undo
from plumbrule.restructure import Tree, check_static, restructure
from restructure.projects import Files, definitions, module, packages

if TYPE_CHECKING:
    from pathlib import Path

    from plumbrule.restructure import Move

PROJECT: Files = {
    **packages("app", "app/api", "app/users"),
    "app/api/users.py": "def read() -> int:\n    return 1\n",
    "app/api/items.py": "A = B = 1\nC, D = 1, 2\n\nif A:\n    E = 1\n\n\nclass F: ...\n",
    "app/users/router.py": "",
    "app/shop.py": "",
    "app/main.py": "from app.api import items, users\nfrom app.users import router\nimport app.shop\n",
}

REFUSED: dict[str, tuple[Move, str]] = {
    "a module that is not there": (module("app.api.user", "app.x"), "there is no module app.api.user"),
    "a target that exists": (
        module("app.api.users", "app.users.router"),
        "app/users/router.py exists already",
    ),
    "a target that differs by capitals": (
        module("app.api.users", "app.users.Router"),
        "app/users/router.py exists already",
    ),
    "a target below a file": (
        module("app.api.users", "app.shop.users"),
        "app/shop.py and the folder app/shop",
    ),
    "a target beside a folder": (
        module("app.api.items", "app.users"),
        "app/users.py and the folder app/users",
    ),
    "a target that is no name": (module("app.api.users", "app.users.my-router"), "`my-router` is no name"),
    "a target that is a keyword": (module("app.api.users", "app.class.router"), "`class` is no name"),
    "a target that hides Python's own": (module("app.api.users", "json.router"), "hide Python's own `json`"),
    "a move to where it is": (module("app.api.users", "app.api.users"), "where it is to go already"),
    "a package into itself": (module("app.api", "app.api.inner"), "cannot go into itself"),
    "a name that is not defined": (
        definitions("Z", "app.api.items", "app.x"),
        "app/api/items.py defines no `Z`",
    ),
    "half of an assignment": (definitions("A", "app.api.items", "app.x"), "A, B are made together"),
    "one of two": (definitions("C", "app.api.items", "app.x"), "C, D are made together"),
    "a conditional definition": (
        definitions("E", "app.api.items", "app.x"),
        "`E` is defined inside a condition",
    ),
    "an arrival that is there": (
        definitions("read", "app.api.users", "app.api.users2"),
        "defines `read` already",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_one_line(name: str) -> None:
    move, words = REFUSED[name]
    files = PROJECT | {"app/api/users2.py": "def read() -> int:\n    return 2\n"}
    with pytest.raises(Refusal) as refusal:
        restructure(Tree.of(files), [move])
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_two_moves_to_one_place_are_refused() -> None:
    moves = [module("app.api.users", "app.x"), module("app.api.items", "app.x")]
    with pytest.raises(Refusal, match=r"both become app/x\.py"):
        restructure(Tree.of(PROJECT), moves)


def test_modules_that_take_each_others_place_are_refused() -> None:
    moves = [module("app.api.users", "app.api.items"), module("app.api.items", "app.api.users")]
    with pytest.raises(Refusal, match="take each other's places"):
        restructure(Tree.of(PROJECT), moves)


def test_a_file_that_does_not_parse_is_refused_if_it_has_to_be_edited() -> None:
    files = PROJECT | {"app/broken.py": "from app.api import users\n\ndef (:\n"}
    with pytest.raises(Refusal, match=r"app/broken\.py:3:\d+ does not parse; .* moving app\.api\.users$"):
        restructure(Tree.of(files), [module("app.api.users", "app.people")])
    restructure(Tree.of(files), [module("app.shop", "app.store")])


def test_new_syntax_is_understood() -> None:
    files = PROJECT | {
        "app/new.py": "from app.api import users\n\ntype X[T] = list[T]\n\n\ndef f[T: users.read](x: T) -> T:\n    try:\n"
        "        return x\n    except TypeError, ValueError:\n        return f'{x!r:>{users.read()}}'\n"
    }
    rewrite = restructure(Tree.of(files), [module("app.api.users", "app.people")])
    assert not check_static(Tree.of(files), Tree.of(files).after(rewrite.steps), rewrite)


def write(root: Path, files: Files) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def content(root: Path) -> Files:
    return {str(p.relative_to(root)): p.read_text() for p in sorted(root.rglob("*")) if p.is_file()}


def test_a_file_that_may_not_be_written_is_refused(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    (tmp_path / "app/main.py").chmod(0o444)
    with pytest.raises(Refusal, match=r"app/main\.py is read-only"):
        restructure(Tree.read(tmp_path), [module("app.api.users", "app.people")])
    assert content(tmp_path) == PROJECT


def test_a_tree_that_changes_after_the_plan_is_refused_and_left_alone(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    rewrite = restructure(Tree.read(tmp_path), [module("app.api.users", "app.people")])
    (tmp_path / "app/main.py").write_text("from app.api import users\n")
    before = content(tmp_path)
    with pytest.raises(Refusal, match=r"app/main\.py has changed since the plan was made"):
        apply(Plan(tmp_path, rewrite.steps))
    assert content(tmp_path) == before


def test_the_plan_on_disk_is_the_tree_that_was_proved_and_can_be_undone(tmp_path: Path) -> None:
    write(tmp_path, PROJECT)
    tree = Tree.read(tmp_path)
    moves: list[Move] = [
        module("app.api.users", "app.users.service"),
        definitions("F", "app.api.items", "app.shop.parts"),
        module("app.shop", "app.shop.main"),
    ]
    rewrite = restructure(tree, moves)
    apply(Plan(tmp_path, rewrite.steps))
    expected = {path: text.decode() for path, text in tree.after(rewrite.steps).files.items()}
    assert Tree.read(tmp_path).files == tree.after(rewrite.steps).files
    assert "app/shop/main.py" in expected
    undo(tmp_path)
    assert content(tmp_path) == PROJECT


def test_a_conftest_and_a_migration_stay_where_their_tools_look() -> None:
    files = PROJECT | {"tests/conftest.py": "", "alembic/env.py": "", "alembic/versions/first.py": ""}
    with pytest.raises(Refusal, match="serves the tests of its folder"):
        restructure(Tree.of(files), [module("tests.conftest", "tests.unit.conftest")])
    with pytest.raises(Refusal, match="Alembic finds by its place"):
        restructure(Tree.of(files), [module("alembic.versions.first", "alembic.first")])


def test_a_name_that_would_be_hidden_is_refused() -> None:
    files = PROJECT | {
        "tool/__init__.py": "",
        "tool/x.py": "",
        "app/main.py": "import tool.x\n\nstore = 1\nprint(tool.x)\n",
    }
    with pytest.raises(Refusal, match="`store` means something else"):
        restructure(Tree.of(files), [module("tool", "store")])


FACE = {
    **packages("app"),
    "app/cache/__init__.py": "from .base import Base\nfrom .manager import Manager\n",
    "app/cache/base.py": "class Base: ...\n",
    "app/cache/manager.py": "from app.cache import Base\n\n\nclass Manager(Base): ...\n",
    "app/main.py": "from app.cache.manager import Manager\n\nresult = Manager.__name__\n",
}


def test_a_module_that_its_package_has_to_load_first_cannot_leave_it() -> None:
    with pytest.raises(
        Refusal, match=r"`Manager` of app\.managers, asked for by app/cache/__init__\.py, would not be"
    ):
        restructure(Tree.of(FACE), [module("app.cache.manager", "app.managers")])


def test_it_can_leave_if_every_entry_loads_the_package_first() -> None:
    files = FACE | {"app/main.py": "from app.cache import Manager\n\nresult = Manager.__name__\n"}
    rewrite = restructure(Tree.of(files), [module("app.cache.manager", "app.managers")])
    assert [m.why for m in rewrite.mentions] == [
        "can no longer be the first import of a process: `Manager` of app.managers, asked for by app/cache/__init__.py"
    ]


def test_what_completes_a_definition_is_part_of_its_knot() -> None:
    pair = (
        "class A:\n    def b(self): return B()\n\n\nclass B:\n    def a(self): return A()\n\n\nA.note = 1\n"
    )
    tree = Tree.of({"pair.py": pair, "main.py": "import pair\n"})
    with pytest.raises(Refusal, match="need `B` and `A` of each other; move `A`, `B` to a third module"):
        restructure(tree, [definitions("A", "pair", "one"), definitions("B", "pair", "two")])

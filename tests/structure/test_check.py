"""Two trees that behave the same are equal; of a broken twin the thing that broke is named."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from plumbrule.proof.compare import Comparison
from plumbrule.proof.moved import moved
from plumbrule.proof.snapshot import Permissions, migrations
from plumbrule.proof.subject import read
from plumbrule.proof.verdict import Check, Verdict
from plumbrule.restructure import MoveMap
from plumbrule.verbs.structure.check import Base, Terms, base_of, check, prove
from structure.projects import MIGRATED, SHOP, TINY, Files, changed, text, write

TERMS = Terms(Path(sys.executable), types=False)
Prove = Callable[[Files], Verdict]


def silent(_: str) -> None:
    """Nobody watches."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Base:
    """The shop, of which two snapshots are taken once."""
    folder = write(tmp_path_factory.mktemp("shop"), SHOP)
    return base_of(read(folder), Path(sys.executable), TERMS, silent)


@pytest.fixture
def against_shop(shop: Base, tmp_path: Path) -> Prove:
    def against(files: Files) -> Verdict:
        after = read(write(tmp_path, files))
        return prove(shop, after, moved(shop.subject, after), TERMS, silent)

    return against


def named(verdict: Verdict, name: str) -> Check:
    return next(check for check in verdict.checks if check.name == name)


def test_a_tree_is_equal_to_itself(against_shop: Prove) -> None:
    verdict = against_shop(SHOP)
    assert verdict.status == "equal"
    assert {check.name for check in verdict.checks} == {
        "OpenAPI",
        "routes",
        "middleware",
        "exception handlers",
        "lifespan",
        "settings",
        "tables",
        "mappers",
        "imports",
    }
    assert not verdict.volatile


def test_a_definition_that_only_moved_is_the_same(against_shop: Prove) -> None:
    files = {name.replace("app/users.py", "app/users/router.py"): source for name, source in SHOP.items()}
    files["app/users/__init__.py"] = ""
    files = changed(files, "app/main.py", "app.users import", "app.users.router import")
    verdict = against_shop(files)
    assert verdict.status == "equal", verdict.obstacles


def test_a_route_of_another_router_is_the_same_code(tmp_path: Path) -> None:
    router = (
        "from fastapi import APIRouter\n\nrouter = APIRouter()\n\n\n"
        '@router.get("/")\ndef read_root() -> int:\n    {}\n'
    )
    main = (
        "from fastapi import FastAPI\nfrom root import router\n\n"
        "app = FastAPI()\napp.include_router(router)\n"
    )
    before = read(write(tmp_path / "before", TINY))
    same = read(write(tmp_path / "same", {"main.py": main, "root.py": router.format("return 1")}))
    other = read(write(tmp_path / "other", {"main.py": main, "root.py": router.format("return 2")}))
    assert not moved(before, same).changed
    assert moved(before, other).changed == ("main.read_root",)


def swapped(source: str, start: str, one: int, other: int, must: str = "") -> str:
    """Source with two of the parts that begin with a word at the start of a line in each other's place."""
    parts = [part if part.endswith("\n") else f"{part}\n" for part in source.split(f"\n{start}")]
    assert must in parts[one]
    assert must in parts[other]
    parts[one], parts[other] = parts[other], parts[one]
    return f"{start}".join(parts)


LOST_ROUTE = changed(SHOP, "app/main.py", 'app.include_router(users, prefix="/users")\n', "")
REORDERED = {**SHOP, "app/items.py": swapped(text(SHOP["app/items.py"]), "@router.get", 1, 2)}
OPEN = changed(SHOP, "app/main.py", ", dependencies=[Depends(current_user)]", "")
RELATION = '    items: Mapped[list["Item"]] = relationship(back_populates="owner")\n'

# Each twin is a process of its own: what shows in different checks breaks in one.
TWINS: dict[str, tuple[Files, dict[str, str]]] = {
    "a lost route and another column": (
        changed(LOST_ROUTE, "app/models.py", "owner_id: Mapped[int]", "owner_id: Mapped[int | None]"),
        {"routes": "GET /users/me: lost", "OpenAPI": "/users/me: lost", "tables": "items"},
    ),
    "routes in another order and a lost relationship": (
        changed(REORDERED, "app/models.py", RELATION, ""),
        {"routes": "GET /items/latest: `GET /items/{item_id}` is tried in its place", "mappers": "items"},
    ),
    "a lost dependency, a lost handler, a module that cannot be imported": (
        {
            **changed(OPEN, "app/main.py", "@app.exception_handler(Missing)\n", ""),
            "app/report.py": "import app.nowhere\n",
        },
        {
            "routes": "GET /items/latest: dependencies > dependencies > app.users.current_user: lost",
            "exception handlers": "app.errors.Missing: lost",
            "imports": "app.report: ModuleNotFoundError: No module named 'app.nowhere'",
        },
    ),
    "another order of middleware": (
        {**SHOP, "app/main.py": swapped(text(SHOP["app/main.py"]), "app.", 1, 2, "add_middleware")},
        {"middleware": "GZipMiddleware"},
    ),
    "an app that does not start": (
        changed(SHOP, "app/main.py", "from app.errors import Missing", "from app.errors import Lost"),
        {"start": "cannot import name 'Lost'"},
    ),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_twin_differs_and_what_broke_is_named(against_shop: Prove, twin: str) -> None:
    files, said = TWINS[twin]
    verdict = against_shop(files)
    assert verdict.status == "differs"
    for name, words in said.items():
        assert words in "\n".join(named(verdict, name).details)


def test_a_table_that_only_alembic_misses_is_named(tmp_path: Path) -> None:
    head, middle, tail = text(SHOP["app/models.py"]).partition("class User")
    imports = (
        "from sqlalchemy import ForeignKey\nfrom sqlalchemy.orm import Mapped, mapped_column, relationship\n"
    )
    tables = f"{imports}\nfrom app.models import Base\n\n\n{middle}{tail}"
    files = {**MIGRATED, "app/models.py": head, "app/tables.py": tables}
    files = changed(files, "app/users.py", "app.models", "app.tables")
    files = changed(files, "app/items.py", "app.models", "app.tables")
    before = write(tmp_path / "before", MIGRATED)
    verdict = check(write(tmp_path / "after", files), str(before), None, TERMS, silent)
    assert [check.name for check in verdict.obstacles] == ["migrations"]
    assert "users: lost" in "\n".join(named(verdict, "migrations").details)


def test_a_type_of_the_projects_own_is_written_into_the_migration(tmp_path: Path) -> None:
    own = "class Name(String): ...\n\n\nclass Base("
    files = changed(MIGRATED, "app/models.py", "import ForeignKey", "import ForeignKey, String")
    files = changed(files, "app/models.py", "class Base(", own)
    column = "name: Mapped[str] = mapped_column(Name)\n    owner: Mapped"
    files = changed(files, "app/models.py", "owner: Mapped", column)
    files = changed(files, "migrations/env.py", "url=", 'user_module_prefix="own.", url=')
    (seen,) = migrations(read(write(tmp_path, files)), Path(sys.executable), Permissions()).values()
    assert "own.Name()" in "\n".join(seen["value"]["operations"]), seen


def test_what_changes_by_itself_is_left_out_and_named(tmp_path: Path) -> None:
    files = changed(
        TINY, "main.py", 'title="Tiny"', 'title="Tiny", version=str(__import__("time").time_ns())'
    )
    verdict = check(write(tmp_path, files), str(tmp_path), None, TERMS, silent)
    assert verdict.status == "equal"
    assert [pointer for pointer in verdict.volatile if pointer.endswith("info/version")]


def test_a_default_that_is_drawn_by_chance_is_left_out_of_migrations_too(tmp_path: Path) -> None:
    drawn = "mapped_column(default=uuid4().hex, server_default=uuid4().hex)"
    files = changed(
        MIGRATED, "app/models.py", "import ForeignKey", "import ForeignKey\nfrom uuid import uuid4"
    )
    files = changed(
        files, "app/models.py", "owner: Mapped", f"name: Mapped[str] = {drawn}\n    owner: Mapped"
    )
    verdict = check(write(tmp_path, files), str(tmp_path), None, TERMS, silent)
    assert verdict.status == "equal", verdict.obstacles
    assert any(pointer.startswith("migrations/operations/") for pointer in verdict.volatile)
    assert any(pointer.startswith("migrations/tables/") for pointer in verdict.volatile)


def test_other_code_in_a_function_is_never_called_equal(tmp_path: Path) -> None:
    before = write(tmp_path / "before", TINY)
    after = write(tmp_path / "after", changed(TINY, "main.py", "return 1", "return 2"))
    verdict = check(after, str(before), None, TERMS, silent)
    assert verdict.status == "not run"
    assert "main.read_root" in named(verdict, "code").details[0]


def test_a_long_error_is_seen_to_go_on(tmp_path: Path) -> None:
    raising = "app = FastAPI()\nraise RuntimeError('word ' * 99)"
    folder = write(tmp_path, changed(TINY, "main.py", 'app = FastAPI(title="Tiny")', raising))
    details = named(check(folder, str(folder), None, TERMS, silent), "start").details
    assert "word word… (" in details[0], details


def test_a_base_that_does_not_start_is_not_compared(tmp_path: Path) -> None:
    files = changed(TINY, "main.py", "app = FastAPI", 'open("nowhere.txt")\napp = FastAPI')
    verdict = check(write(tmp_path, files), str(tmp_path), None, TERMS, silent)
    assert verdict.status == "not run"
    assert "nowhere.txt" in named(verdict, "start").details[0]


def test_nothing_connects_while_a_snapshot_is_taken(tmp_path: Path) -> None:
    files = changed(
        TINY,
        "main.py",
        "app = FastAPI",
        'import socket\nsocket.create_connection(("127.0.0.1", 9))\napp = FastAPI',
    )
    verdict = check(write(tmp_path, files), str(tmp_path), None, TERMS, silent)
    assert "lets nothing connect" in named(verdict, "start").details[0]


def test_what_fails_before_too_may_be_done_without_but_no_difference(tmp_path: Path) -> None:
    folder = write(tmp_path, {**MIGRATED, "migrations/env.py": "import nowhere\n"})
    verdict = check(folder, str(folder), None, replace(TERMS, unproved=("migrations",)), silent)
    assert verdict.status == "equal"
    assert named(verdict, "migrations") == replace(
        named(verdict, "migrations"), status="not run", needed=False
    )
    assert Verdict((Check("migrations", "differs"),)).without(("migrations",)).status == "differs"
    several = Verdict((Check("routes", "equal"), Check("migrations of one/alembic.ini", "not run")))
    assert several.without(("migrations",)).status == "equal"


def test_alembic_finds_the_code_of_its_own_root_and_of_no_other_copy(tmp_path: Path) -> None:
    files = {f"src/{path}": source for path, source in MIGRATED.items()} | {"tool.py": TINY["main.py"]}
    tree = read(write(tmp_path / "tree", files))
    assert len(tree.groups) == 2
    (seen,) = migrations(tree, Path(sys.executable), Permissions()).values()
    assert seen["value"]["tables"], seen
    copy = write(tmp_path / "copy", files)
    elsewhere = (
        f"import sys\nsys.path.insert(0, {str(copy / 'src')!r})\n{text(files['src/migrations/env.py'])}"
    )
    stray = read(write(tmp_path / "stray", {**files, "src/migrations/env.py": elsewhere}))
    (seen,) = migrations(stray, Path(sys.executable), Permissions()).values()
    assert "was loaded from another copy" in seen["error"]


def test_alembic_is_asked_for_each_database_and_sees_no_module_beside_its_file_first(tmp_path: Path) -> None:
    files = {**MIGRATED, "app/types.py": "import nowhere\n"}
    del files["alembic.ini"]
    section = "[{}]\nscript_location = %(here)s/../migrations\n"
    files["app/alembic.ini"] = section.format("core") + section.format("tenant")
    seen = migrations(read(write(tmp_path, files)), Path(sys.executable), Permissions())
    assert seen.keys() == {"app/alembic.ini [core]", "app/alembic.ini [tenant]"}
    assert all(answer["value"]["tables"] for answer in seen.values()), seen


def test_a_name_that_a_library_makes_of_a_moved_one_moves_with_it() -> None:
    comparison = Comparison(MoveMap({"app.models": "app.shop.models"}))
    before, after = "list[tortoise.creator.app.models.Item]", "list[tortoise.creator.app.shop.models.Item]"
    assert comparison.same(before, after)
    assert not comparison.same(before, after.replace("Item", "User"))

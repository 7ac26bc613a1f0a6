"""`new` writes what a careful engineer would, asks what only a person knows, and writes nothing else."""

import ast
import hashlib
import sys
from pathlib import Path

import pexpect
import pytest

from migrate.project import Little, refusal, rehearsed, run
from servers.database import Kind

MODELS = """
import enum

from sqlalchemy import Enum, ForeignKey, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Status(enum.Enum):
    open = "open"
    paid = "paid"


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(100), unique=True)
    points: Mapped[int] = mapped_column(default=3)
    age: Mapped[int]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    status: Mapped[Status]
    kind: Mapped[Status] = mapped_column(Enum(Status, native_enum=False, create_constraint=True, name="kind"))
"""
RENAME, FILL = ("--rename", "users.name:title"), ("--fill", "users.age=18")


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".plumb" not in path.parts
    }


def names_in(path: Path) -> set[object]:
    tree = ast.parse(path.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}


async def test_a_migration_names_fills_renames_and_reverses(little: Little, kind: Kind) -> None:
    assert little.run("up").returncode == 0
    await little.database.run("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    (little.folder / "models.py").write_text(MODELS)
    before = files(little.folder)

    assert little.refuses("new", "orders") == (
        "users.name goes and users.title comes, of the same type; "
        "say --rename users.name:title, or --no-rename"
    )
    assert little.refuses("new", "orders", *RENAME) == (
        "users.age is required, and rows that exist have no value; "
        "give the model a default, or say --fill users.age=VALUE"
    )
    assert "new_column_name" in little.says("new", "orders", *RENAME, *FILL, "--dry-run")
    assert files(little.folder) == before

    said = little.says("new", "orders", *RENAME, *FILL)
    path = little.versions / "0002_orders.py"
    assert said.startswith("Wrote migrations/versions/0002_orders.py\n")
    assert "  rename column users.name to title\n" in said
    assert files(little.folder).keys() - before.keys() == {"migrations/versions/0002_orders.py"}
    assert {"pk_orders", "uq_orders_number", "fk_orders_user_id_users"} <= names_in(path)
    assert ("DROP TYPE status" in names_in(path)) == (kind == "postgres")

    assert rehearsed(little).faults == ()
    assert little.run("up").returncode == 0
    assert await little.database.rows("SELECT title, points, age FROM users") == [("Ada", 3, 18)]
    assert little.says("check").endswith(" is what the models say, at 0002\n")
    assert little.refuses("new", "again") == (
        "the database is what the models say; there is nothing to migrate"
    )
    await a_label_more(little, kind)


async def a_label_more(little: Little, kind: Kind) -> None:
    """Alembic sees neither the labels of an enum type nor those of a check; `new` and `check` do."""
    (little.folder / "models.py").write_text(
        MODELS.replace('paid = "paid"', 'paid = "paid"\n    gone = "gone"')
    )
    type_ = "  change enum type status: +gone\n" if kind == "postgres" else ""
    assert little.says("check", code=1).startswith(f"{type_}  change check kind on orders: +gone\n")
    little.says("new", "more states")
    added = "ALTER TYPE status ADD VALUE 'gone'" in names_in(little.versions / "0003_more_states.py")
    assert added == (kind == "postgres")
    assert rehearsed(little).faults == ()
    assert little.run("up").returncode == 0
    await little.database.run(
        "INSERT INTO orders (id, number, user_id, status, kind) VALUES (1, '1', 1, 'gone', 'gone')"
    )
    assert little.says("check").endswith(" is what the models say, at 0003\n")


RANKS = """
import enum

from sqlalchemy import Enum, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Rank(str, enum.Enum):
    LOW = "low rank"
    HIGH = "high rank"


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    rank: Mapped[Rank] = mapped_column(
        Enum(Rank, native_enum=False, create_constraint=True, values_callable=VALUES, name="rank"),
        default=Rank.LOW,
    )
"""


@pytest.mark.parametrize("values", ["list", "lambda ranks: [rank.value for rank in ranks]"])
async def test_an_enum_that_is_kept_by_its_values_is_written_and_filled_by_them(
    little: Little, kind: Kind, values: str
) -> None:
    assert little.run("up").returncode == 0
    await little.database.run("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    (little.folder / "models.py").write_text(RANKS.replace("VALUES", values))
    little.says("new", "ranks")
    assert {"low rank", "high rank"} <= names_in(little.versions / "0002_ranks.py")
    if kind == "postgres":  # on SQLite, Alembic cannot drop a column that a check speaks of
        assert rehearsed(little).faults == ()
    assert little.run("up").returncode == 0
    assert await little.database.rows("SELECT rank FROM users") == [("low rank",)]


@pytest.mark.parametrize(
    ("flag", "word", "said"),
    [
        ("--rename", "users.nme:title", "no users.nme goes; did you mean `users.name`?"),
        ("--rename", "users.name:titel", "no users.titel comes; did you mean `users.title`?"),
        ("--fill", "users.agge=3", "no users.agge comes; did you mean `users.age`?"),
        ("--fill", "users.age=old", "a column of Integer() cannot hold it"),
        ("--fill", "users.note=3", "only a required column without a default is filled"),
        ("--fill", "users.born=1815", "a column of Date() cannot hold it"),
        ("--fill", "users.mood=sad", "a column of Enum('glad', 'calm', name='mood') cannot hold it"),
    ],
)
def test_a_decision_about_what_is_not_there_is_refused(lite: Little, flag: str, word: str, said: str) -> None:
    assert lite.run("up").returncode == 0
    models = lite.folder / "models.py"
    columns = (
        "    age: Mapped[int]\n    born: Mapped[date]\n    note: Mapped[int | None]\n"
        "    mood: Mapped[str] = mapped_column(Enum('glad', 'calm', name='mood'))\n"
    )
    text = models.read_text().replace("    name:", "    title:").replace("import ", "import Enum, ", 1)
    models.write_text(f"from datetime import date\n{text}{columns}")
    assert lite.refuses("new", "x", flag, word) == f"{flag} {word}: {said}"


async def test_a_rename_brings_a_new_type_along(little: Little) -> None:
    assert little.run("up").returncode == 0
    await little.database.run("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    models = little.folder / "models.py"
    text = models.read_text().replace("    name: Mapped[str]", "    title: Mapped[str | None]")
    models.write_text(text.replace("String(100)", "String(200)"))
    assert "rename column users.name to title" in little.says("new", "title", "--rename", "users.name:title")
    assert rehearsed(little).faults == ()
    assert little.run("up").returncode == 0
    assert little.says("check").endswith(" is what the models say, at 0002\n")
    assert await little.database.rows("SELECT title FROM users") == [("Ada",)]
    assert little.run("down").returncode == 0
    assert await little.database.rows("SELECT name FROM users") == [("Ada",)]


def test_a_terminal_is_asked_whether_it_is_a_rename(lite: Little) -> None:
    assert lite.run("up").returncode == 0
    models = lite.folder / "models.py"
    models.write_text(models.read_text().replace("    name:", "    title:"))
    command = [str(word) for word in lite.command("new", "title")]
    child = pexpect.spawn(command[0], command[1:], cwd=str(lite.folder), encoding="utf-8", timeout=60)
    child.expect("users.name goes and users.title comes. Is that a rename?")
    child.sendline("y")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert "new_column_name" in (lite.versions / "0002_title.py").read_text()


def test_a_database_that_is_behind_needs_no_care_on_a_scratch_one(lite: Little) -> None:
    assert lite.run("up").returncode == 0
    lite.add(
        "0002", 'op.add_column("users", sa.Column("age", sa.Integer()))', 'op.drop_column("users", "age")'
    )
    models = lite.folder / "models.py"
    models.write_text(models.read_text() + "    age: Mapped[int | None]\n    size: Mapped[int | None]\n")
    assert lite.refuses("new", "size").endswith(
        "has 1 pending; plumb migrate up first, "
        "or --scratch, which compares the models with the migrations alone"
    )
    assert "  add column users.size\n" in lite.says("new", "size", "--scratch")


def test_words_that_are_no_decision_are_refused(lite: Little) -> None:
    assert (
        lite.refuses("new", "x", "--rename", "name:title") == "--rename name:title: write it as TABLE.OLD:NEW"
    )
    assert lite.refuses("new", "x", "--fill", "age=1") == "--fill age=1: write it as TABLE.COLUMN=VALUE"
    assert lite.refuses("new", " ").startswith("say what the migration does: plumb migrate new ")


def test_a_project_without_an_environment_gets_an_async_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "bare"
    monkeypatch.setenv("DATABASE_URL", "sqlite+aiosqlite:///bare.db")
    (folder / "shop").mkdir(parents=True)
    (folder / "requirements.txt").write_text("sqlalchemy\naiosqlite\n")
    (folder / "shop" / "__init__.py").touch()
    (folder / "shop" / "models.py").write_text(MODELS)
    (folder / "shop" / "database.py").write_text(
        "import os\n\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\n"
        'main_engine = create_async_engine(os.environ["DATABASE_URL"])\n'
    )
    python = ["--python", sys.executable]
    before = files(folder)
    assert refusal(run(["migrate", "new", "first", *python], folder, DATABASE_URL="nonsense"))
    assert files(folder) == before

    done = run(["migrate", "new", "first", *python], folder)
    assert done.returncode == 0, done.stderr
    assert "The database is that of shop.database.main_engine\n" in done.stdout
    (path,) = (folder / "migrations" / "versions").glob("*_first.py")
    assert files(folder).keys() - before.keys() == {
        "alembic.ini",
        "migrations/env.py",
        "migrations/script.py.mako",
        path.relative_to(folder).as_posix(),
    }
    assert not (folder / "bare.db").exists()
    assert run(["migrate", "up", *python], folder).returncode == 0
    assert run(["migrate", "check", *python], folder).returncode == 0
    assert "CREATE TABLE users" in run(["migrate", "sql", "--from", "base", *python], folder).stdout


@pytest.mark.parametrize("missing", ["models", "base"])
def test_a_project_without_models_gets_none(missing: str, tmp_path: Path) -> None:
    if missing == "base":
        (tmp_path / "models.py").write_text("class User:\n    __tablename__ = 'users'\n")
    assert refusal(run(["migrate", "new", "x", "--python", sys.executable], tmp_path)) == (
        f"no tables of SQLAlchemy in {tmp_path}; write a DeclarativeBase and a model first"
    )
    assert {path.name for path in tmp_path.iterdir()} <= {"models.py", ".plumb_cache"}

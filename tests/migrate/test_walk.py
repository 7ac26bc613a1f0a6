"""Up, down, status, check and sql, on SQLite and on PostgreSQL, in projects laid out in any way."""

import shutil
import sys
from pathlib import Path

import pytest

from migrate.project import Little
from plumbrule.plan import Refusal
from plumbrule.verbs.migrate.place import find

AGE = 'op.add_column("users", sa.Column("age", sa.Integer(), nullable=True))'
BACK = 'with op.batch_alter_table("users") as batch_op:\n    batch_op.drop_column("age")'


async def test_a_database_goes_up_and_down_and_is_compared_with_the_models(little: Little) -> None:
    little.add("0002", AGE, BACK, title="the age of users")
    status = little.says("status").splitlines()
    assert status[0].endswith("at the beginning, 2 pending")
    assert status[1:] == [
        "  pending  0001            users",
        "  pending  0002            (head) the age of users",
    ]

    assert little.says("up", "0001").splitlines()[-1].endswith(": 1 migration, now at 0001")
    assert "is not up to date (1 pending); plumb migrate up first" in little.refuses("check")
    assert "ALTER TABLE users ADD COLUMN age INTEGER" in little.says("sql")
    assert await little.database.rows("SELECT version_num FROM alembic_version") == [("0001",)]

    assert little.says("up").splitlines()[-1].endswith(": 1 migration, now at 0002")
    assert little.says("up").endswith(": nothing to do, at 0002\n")
    assert little.run("sql").stderr == "nothing is pending\n"
    assert little.says("check", code=1).splitlines()[0] == "  drop column users.age"

    assert "no such option: --all" in little.refuses("down", "--all")
    assert little.says("down", "-1").splitlines()[-1].endswith(": 1 migration, now at 0001")
    assert "is what the models say" not in little.refuses("check")
    assert await little.database.rows("SELECT name FROM users") == []


def test_an_engine_may_live_longer_than_a_run_of_its_environment(little: Little) -> None:
    (little.folder / "db.py").write_text(
        "import os\n\nfrom sqlalchemy.ext.asyncio import create_async_engine\n\n"
        'engine = create_async_engine(os.environ["DATABASE_URL"], pool_size=1, max_overflow=0)\n'
    )
    env = little.folder / "migrations" / "env.py"
    made = 'engine = create_async_engine(os.environ["DATABASE_URL"])'
    text = env.read_text().replace(f"    {made}\n", "").replace("    await engine.dispose()\n", "")
    env.write_text(text.replace("from models import Base", "from db import engine\nfrom models import Base"))
    little.add("0002", AGE, BACK)
    assert little.says("up").splitlines()[-1].endswith(": 2 migrations, now at 0002")


def test_looking_makes_no_file(lite: Little) -> None:
    status = lite.says("status")
    assert status.startswith("little.db, not there yet: at the beginning, 1 pending\n")
    assert "CREATE TABLE users" in lite.says("sql", "--from", "base")
    assert lite.run("rehearse", "--rows", "0").returncode == 0
    assert not (lite.folder / "little.db").exists()


def test_sql_says_what_cannot_be_said_without_a_database(lite: Little) -> None:
    lite.add("0002", BACK, "pass")
    assert lite.refuses("sql", "--from", "0001") == (
        "SQLite alters a table by copying it, which needs its rows: there is no SQL to show"
    )


def test_an_environment_is_found_around_and_below(lite: Little, tmp_path: Path) -> None:
    python = Path(sys.executable)
    ini = lite.folder / "alembic.ini"
    assert find(lite.versions, python=python).ini == ini
    assert find(tmp_path, python=python).ini == ini
    assert find(tmp_path, config=ini, python=python).root == lite.folder


def test_a_relative_location_counts_from_where_alembic_is_started(lite: Little) -> None:
    inner = lite.folder / "deploy" / "alembic.ini"
    inner.parent.mkdir()
    shutil.move(lite.folder / "alembic.ini", inner)
    inner.write_text("[alembic]\nscript_location = migrations\nprepend_sys_path = .\npath_separator = os\n")
    assert find(lite.folder, python=Path(sys.executable)).root == lite.folder
    assert "0001" in lite.says("status")


def test_pyproject_describes_an_environment_too(lite: Little) -> None:
    (lite.folder / "alembic.ini").unlink()
    (lite.folder / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "%(here)s/migrations"\nprepend_sys_path = ["."]\n'
    )
    assert "0001" in lite.says("status")


def test_the_interpreter_of_the_environment_is_found(
    lite: Little, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    own = lite.folder / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.symlink_to(sys.executable)
    assert find(lite.folder).python == own
    own.unlink()
    other = tmp_path / "other"
    (other / "bin").mkdir(parents=True)
    (other / "bin" / "python").symlink_to(sys.executable)
    monkeypatch.setenv("VIRTUAL_ENV", str(other))
    assert find(lite.folder).python == other / "bin" / "python"
    with pytest.raises(Refusal, match="no such interpreter"):
        find(lite.folder, python=Path("no/such/python"))

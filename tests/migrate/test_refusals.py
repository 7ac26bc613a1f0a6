"""Whatever is wrong gets one line that names the thing, the place and the way out, and nothing is lost."""

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from migrate.project import Little, refusal, run
from plumbrule.verbs.migrate.refusals import Failed, sentence
from servers.child import unused_port
from servers.database import PostgresServer

BAD = """
op.execute("CREATE TABLE half (id integer)")
op.execute("INSERT INTO users VALUES (7, 'half')")
op.drop_table("nothing")
"""


def test_no_environment(tmp_path: Path) -> None:
    for command in ("up", "lint"):
        assert refusal(run(["migrate", command], tmp_path)) == (
            "no alembic.ini here and no [tool.alembic] in pyproject.toml; "
            "plumb migrate new MESSAGE makes one, --config FILE names one"
        )


def test_no_such_configuration(lite: Little) -> None:
    assert lite.refuses("status", "--config", "other.ini") == "--config other.ini: no such file"


def test_several_environments(lite: Little) -> None:
    for name in ("one", "two"):
        shutil.copytree(lite.folder / "migrations", lite.folder / "all" / name / "migrations")
        shutil.copy(lite.folder / "alembic.ini", lite.folder / "all" / name)
    (lite.folder / "alembic.ini").unlink()
    assert lite.refuses("status") == (
        "2 Alembic environments here (all/one/alembic.ini, all/two/alembic.ini); name one by --config FILE"
    )


def test_no_alembic_in_the_interpreter(lite: Little) -> None:
    bare = lite.folder / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    line = lite.refuses("status", python=bare)
    assert line.startswith(("no alembic in ", "no sqlalchemy in "))
    assert line.endswith("; install it there, or name the project's interpreter by --python")


def test_no_interpreter(lite: Little) -> None:
    assert lite.refuses("status", python="no/python") == "--python no/python: no such interpreter"


def test_settings_that_lack_a_value(lite: Little) -> None:
    env = lite.folder / "migrations" / "env.py"
    settings = "class Settings(BaseModel):\n    url: str\n    key: str\n\n\nSettings(**{})\n"
    env.write_text(f"from pydantic import BaseModel\n\n\n{settings}{env.read_text()}")
    line = lite.refuses("status")
    assert line.startswith("migrations/env.py:9: ValidationError: url: Field required (and 1 more)"), line


def test_no_database_file(lite: Little) -> None:
    there = "the file of the database is not there yet; plumb migrate up makes it"
    assert lite.refuses("down") == there
    assert "is not up to date (not there yet); plumb migrate up first" in lite.refuses("check")
    assert not Path(lite.folder / "little.db").exists()


def test_no_database_on_the_server(lite: Little, postgres: PostgresServer) -> None:
    url = postgres.database("nobody").url
    line = lite.refuses("status", DATABASE_URL=url)
    assert line == (f"no database `nobody` at {url.replace('+asyncpg', '')}; create it, or correct the URL")


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "ArgumentError: Could not parse SQLAlchemy URL"),
        ("postgre+asyncpg://x@127.0.0.1/y", "NoSuchModuleError: Can't load plugin"),
        ("sqlite:///x.db", "InvalidRequestError: The asyncio extension requires an async driver"),
        ("sqlite+aiosqlite:////nowhere/at/all.db", "unable to open database file"),
    ],
)
def test_a_wrong_url(url: str, reason: str, lite: Little) -> None:
    line = lite.refuses("up", DATABASE_URL=url)
    assert reason in line
    assert line.startswith(("migrations/env.py:", "cannot reach the database /nowhere/at/all.db"))


def test_a_url_that_is_not_set(lite: Little, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    line = lite.refuses("status")
    assert line.startswith("migrations/env.py:")
    assert line.endswith("KeyError: 'DATABASE_URL'")


def test_a_package_that_the_environment_lacks(lite: Little) -> None:
    environment = lite.folder / "migrations" / "env.py"
    environment.write_text(f"import nowhere_to_be_found\n{environment.read_text()}")
    line = lite.refuses("status")
    assert line.startswith(
        "migrations/env.py:1: ModuleNotFoundError: No module named 'nowhere_to_be_found'; "
    )
    assert line.endswith("install it, or name the project's interpreter by --python")


def test_a_database_that_is_down(lite: Little) -> None:
    url = f"postgresql+asyncpg://shop:secret@127.0.0.1:{unused_port()}/shop"
    shown = url.replace("+asyncpg", "").replace(":secret", "")
    for command in ("up", "rehearse"):
        line = lite.refuses(command, DATABASE_URL=url)
        assert line.startswith(f"cannot reach the database {shown}: ")
        assert line.endswith("; start it, or correct the URL")
        assert "secret" not in line


def test_a_reason_that_is_a_sentence_goes_on_in_ours() -> None:
    failed = Failed({"kind": "connection", "type": "Gone", "reason": "It is gone.", "at": "x", "name": "y"})
    assert sentence(failed) == "cannot reach the database x: Gone: It is gone; start it, or correct the URL"


def test_an_unknown_revision(lite: Little) -> None:
    assert lite.refuses("up", "0009") == "no revision `0009`; did you mean `0001`?"
    assert lite.refuses("rehearse", "--from", "zzz") == "no revision `zzz`; plumb migrate status lists them"


def test_a_database_that_is_at_an_unknown_revision(lite: Little) -> None:
    assert lite.run("up").returncode == 0
    with sqlite3.connect(lite.folder / "little.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'abc'")
    connection.close()
    for command in ("status", "up"):
        assert lite.refuses(command) == (
            "the database is at `abc`, which no file of this project has; "
            "check out the branch that brought it"
        )


def test_two_heads(lite: Little) -> None:
    lite.add("0002", "pass", "pass")
    lite.add("0003", "pass", "pass")
    for command in (("up",), ("new", "more")):
        assert lite.refuses(*command) == (
            "the migrations have more than one head; join them by alembic merge heads"
        )


def test_a_dirty_tree(lite: Little) -> None:
    for arguments in (("init", "-q"), ("add", "."), ("commit", "-qm", "first")):
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.com")
        subprocess.run(["git", *identity, *arguments], cwd=lite.folder, check=True)
    lite.add("0002", 'op.execute("SELECT 1")', "pass")
    assert lite.run("up").returncode == 0
    path = lite.versions / "0001.py"
    path.write_text(path.read_text() + "\n# changed\n")
    for command in (("down",), ("new", "more")):
        assert lite.refuses(*command) == (
            "migrations/versions/0001.py has uncommitted changes; "
            "commit them, take them back, or pass --allow-dirty"
        )
    assert lite.run("down", "--allow-dirty").returncode == 0


async def test_a_migration_that_raises_halfway_leaves_what_was_before_it(little: Little) -> None:
    little.add("0002", 'op.create_table("whole", sa.Column("id", sa.Integer()))', 'op.drop_table("whole")')
    little.add("0003", BAD, "pass", down="0002")
    line = little.refuses("up")
    assert line.startswith("0003 failed going up at migrations/versions/0003.py:13: ")
    assert line.endswith("; the database is at 0002, as it was before this migration")
    assert await little.database.rows("SELECT id FROM users") == []
    assert await little.database.rows("SELECT id FROM whole") == []
    with pytest.raises(Exception, match="half"):
        await little.database.rows("SELECT id FROM half")
    assert "pending  0003" in little.says("status")

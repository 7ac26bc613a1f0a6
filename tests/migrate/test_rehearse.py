"""A rehearsal finds what is wrong with a migration, and nothing else; the real database is not touched."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from migrate.faults import FAULTS, add_all, revision_of
from migrate.project import Little, rehearsed
from plumbrule.verbs.migrate.place import find
from plumbrule.verbs.migrate.rehearse import rehearse
from servers.database import Database, Kind, PostgresDatabase, PostgresServer
from servers.service import Project

# Says by which process it runs, and waits for somebody to open the other end, which nobody does.
BLOCKING = """
import os
op.add_column("users", sa.Column("age", sa.Integer(), nullable=True))
with open({pid!r}, "w") as file:
    file.write(str(os.getpid()))
open({pipe!r}).read()
"""
FOREIGN_KEYS = """
    from sqlalchemy import event
    event.listen(
        engine.sync_engine, "connect", lambda c, _: c.execute("PRAGMA foreign_keys=ON").close()
    )
"""
PETS = """
op.create_table(
    "pets",
    sa.Column("weight", sa.Float(), nullable=False),
    sa.Column("user_id", sa.Integer(), sa.ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
)
"""
CONTENTS = {
    "sqlite": "SELECT sql FROM sqlite_schema",
    "postgres": "SELECT relname::text, relfilenode::text FROM pg_class WHERE relnamespace = 2200 ORDER BY 1",
}


def test_every_fault_is_found_where_it_can_happen_and_nothing_else(little: Little, kind: Kind) -> None:
    add_all(little)
    found = rehearsed(little)
    expected = {(revision_of(name), f.rule) for name, f in FAULTS.items() if f.only in ("", kind)}
    assert {(fault.revision, fault.rule) for fault in found.faults} == expected, found.faults
    assert len(found.faults) == len(expected)
    assert found.left == 0


def test_rows_that_a_copied_table_takes_along_are_a_fault(lite: Little) -> None:
    """SQLite deletes what refers to a table that a batch drops and makes anew."""
    env = lite.folder / "migrations" / "env.py"
    env.write_text(env.read_text().replace("    async with", FOREIGN_KEYS + "    async with"))
    lite.add("0002", PETS, 'op.drop_table("pets")')
    column = '"name", existing_type=sa.String(100), nullable='
    batch = 'with op.batch_alter_table("users") as batch_op:\n    batch_op.alter_column('
    lite.add("0003", f"{batch}{column}True)", f"{batch}{column}False)", down="0002")
    found = rehearsed(lite)
    assert [(fault.revision, fault.rule) for fault in found.faults] == [("0003", "data-losing-migration")]
    assert "up deletes 5 of 5 rows of pets" in found.faults[0].message


def test_two_heads_are_found_and_both_are_rehearsed(lite: Little) -> None:
    lite.add("0002", 'op.execute("SELECT 1")', "pass")
    lite.add("0003", 'op.execute("SELECT 1")', "pass")
    found = rehearsed(lite, rows=0)
    assert [fault.rule for fault in found.faults] == ["divided-migrations"]
    assert found.steps[0].revision == "0001"
    assert {step.revision for step in found.steps} == {"0001", "0002", "0003"}


def test_the_migrations_of_a_generated_project_have_no_fault(
    project: Project, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(project.folder / "src"))
    monkeypatch.setenv("SHOP_DATABASE__URL", database.url)
    found = rehearse(find(project.folder, python=Path(sys.executable)), 5, None, lambda _: None)
    assert (found.faults, found.notes, found.left) == ((), (), 0)
    assert [step.revision for step in found.steps] == ["0001", "0002"]


def test_a_downgrade_that_refuses_on_purpose_is_no_fault(lite: Little) -> None:
    lite.add("0002", 'op.drop_table("users")', 'raise NotImplementedError("the users are gone")')
    found = rehearsed(lite)
    assert found.faults == ()
    assert [note.text for note in found.notes] == ["cannot be taken back, and says so: the users are gone"]


def test_what_comes_after_a_migration_that_always_fails_is_not_reached(lite: Little) -> None:
    lite.add("0002", 'op.drop_table("nothing")', "pass")
    lite.add("0003", "pass", "pass", down="0002")
    done = lite.run("rehearse")
    assert done.returncode == 1
    assert "0002: error[failing-migration]: up fails on tables that have rows" in done.stdout
    assert (
        done.stdout.endswith(
            "Rehearsed 2 migrations on a scratch SQLite file with 10 rows a table: 1 fault; "
            "1 migration not reached\nWhy: plumb explain failing-migration\n"
        )
        or "1 migration not reached" in done.stdout
    )


async def test_a_rehearsal_that_is_killed_leaves_the_real_database_as_it_was(
    little: Little, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert little.run("up").returncode == 0
    await little.database.run("INSERT INTO users (id, name) VALUES (1, 'Ada')")
    before = await everything(little.database)
    code, _, guest = stop_in_the_middle(little, tmp_path, signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert await everything(little.database) == before
    (left,) = await scratches(little.database, guest, request)

    found = rehearsed(little)
    assert left in found.swept
    assert found.faults == ()
    assert await scratches(little.database, guest, request) == []
    assert await everything(little.database) == before


async def test_a_rehearsal_that_is_interrupted_leaves_nothing(
    lite: Little, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    code, said, guest = stop_in_the_middle(lite, tmp_path, signal.SIGINT)
    assert (code, said.splitlines()[-1]) == (130, "plumb: interrupted; nothing was left behind")
    assert await scratches(lite.database, guest, request) == []


def stop_in_the_middle(project: Little, folder: Path, how: signal.Signals) -> tuple[int, str, int]:
    """Begin a rehearsal, stop it while a migration runs; gives the process that it ran in too."""
    pipe, pid = folder / "pipe", folder / "pid"
    os.mkfifo(pipe)
    path = project.add("0002", BLOCKING.format(pid=str(pid), pipe=str(pipe)), "pass")
    process = subprocess.Popen(
        project.command("rehearse"),
        cwd=project.folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (pid.exists() and pid.read_text()):
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.05)
        assert process.returncode is None, process.communicate()
    guest = int(pid.read_text())
    process.send_signal(how)
    if how == signal.SIGKILL:
        os.kill(guest, signal.SIGKILL)
    said = process.communicate(timeout=60)[1]
    path.unlink()
    return process.returncode, said, guest


async def everything(database: Database) -> object:
    """A SQLite database byte for byte; of one on PostgreSQL the files it lies in, and its rows."""
    if isinstance(database, PostgresDatabase):
        files = await database.rows(CONTENTS["postgres"])
        rows = await database.rows("SELECT u.*, u.xmin::text, v.* FROM users u, alembic_version v")
        return files, rows
    return Path(database.url.partition(":///")[2]).read_bytes()


async def scratches(database: Database, guest: int, request: pytest.FixtureRequest) -> list[str]:
    """The scratch databases that a process has made."""
    if not isinstance(database, PostgresDatabase):
        return [path.name for path in Path(tempfile.gettempdir()).glob(f"plumb_rehearsal_*_{guest}")]
    server: PostgresServer = request.getfixturevalue("postgres")
    query = "SELECT datname::text FROM pg_database WHERE datname LIKE 'plumb_rehearsal_%'"
    names = [str(name) for (name,) in await server.database("postgres").rows(query)]
    return [name for name in names if name.endswith(f"_{guest}")]

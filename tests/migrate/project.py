"""A little async project with Alembic, as others have it: an alembic.ini, an env.py, a table or two."""

import contextlib
import io
import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

from plumbrule.cli.errors import guarded
from plumbrule.verbs.migrate.place import Place, find
from plumbrule.verbs.migrate.rehearsal import Rehearsed
from plumbrule.verbs.migrate.rehearse import rehearse
from servers.database import Database

Done = subprocess.CompletedProcess[str]

INI = """
[alembic]
script_location = %(here)s/migrations
file_template = %%(rev)s_%%(slug)s
prepend_sys_path = .
path_separator = os
"""

ENV = """
import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine

from models import Base


def migrate(connection):
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_server_default=True,
        render_as_batch=connection.dialect.name == "sqlite",
    )
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(os.environ["DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


if context.is_offline_mode():
    context.configure(url=context.config.get_main_option("sqlalchemy.url"), literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    asyncio.run(main())
"""

TEMPLATE = '''
"""${message}"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
'''

MODELS = """
from sqlalchemy import MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"})


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
"""

REVISION = '''
"""{title}"""

import sqlalchemy as sa
from alembic import op

revision = {revision!r}
down_revision = {down!r}


def upgrade() -> None:
{up}


def downgrade() -> None:
{back}
'''

USERS = """
op.create_table(
    "users",
    sa.Column("id", sa.Integer(), nullable=False),
    sa.Column("name", sa.String(100), nullable=False),
    sa.PrimaryKeyConstraint("id", name="pk_users"),
)
"""


def indented(code: str) -> str:
    return textwrap.indent(textwrap.dedent(code).strip() or "pass", "    ")


@dataclass(frozen=True, slots=True)
class Little:
    """The project in a folder, and its database."""

    folder: Path
    database: Database

    @property
    def place(self) -> Place:
        return find(self.folder, python=Path(sys.executable))

    @property
    def versions(self) -> Path:
        return self.folder / "migrations" / "versions"

    def add(self, revision: str, up: str, back: str, *, down: str | None = "0001", title: str = "") -> Path:
        """Write a migration."""
        path = self.versions / f"{revision}.py"
        words = {"title": title or f"step {revision}", "revision": revision, "down": down}
        path.write_text(REVISION.format(**words, up=indented(up), back=indented(back)).lstrip())
        return path

    def command(self, *arguments: str, python: str | Path = sys.executable) -> list[str | Path]:
        return [Path(sys.executable).with_name("plumb"), "migrate", *arguments, "--python", python]

    def run(self, *arguments: str, python: str | Path = sys.executable, **environment: str) -> Done:
        """`plumb migrate ARGUMENTS…` in this process: only the project's interpreter is another one."""
        words = ["migrate", *arguments, *(() if arguments[0] == "lint" else ("--python", str(python)))]
        return run(words, self.folder, **environment)

    def says(self, *arguments: str, code: int = 0) -> str:
        """What `plumb migrate` answers."""
        done = self.run(*arguments)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def refuses(self, *arguments: str, python: str | Path = sys.executable, **environment: str) -> str:
        """The one line with which `plumb migrate` refuses."""
        return refusal(self.run(*arguments, python=python, **environment))


def run(arguments: list[str], folder: Path, **environment: str) -> Done:
    """What `plumb` does with its arguments, without a terminal; a start of Python is spared."""
    out, err = io.StringIO(), io.StringIO()
    before, handler = os.environ.copy(), signal.getsignal(signal.SIGTERM)
    os.environ.update(environment, COLUMNS="80")
    try:
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = guarded(arguments)
    finally:
        os.environ.clear()
        os.environ.update(before)
        signal.signal(signal.SIGTERM, handler)
    return Done(arguments, code, out.getvalue(), err.getvalue())


def refusal(done: Done) -> str:
    """The last line of what was said, which has to be one of ours, with exit code 2."""
    said = [line for line in done.stderr.splitlines() if line.startswith("plumb: ")]
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1:] == said, done.stderr
    return said[0].removeprefix("plumb: ")


def write(folder: Path, database: Database) -> Little:
    """Write the project with its first migration."""
    project = Little(folder, database)
    project.versions.mkdir(parents=True)
    for name, text in {
        "alembic.ini": INI,
        "models.py": MODELS,
        "requirements.txt": "aiosqlite\nasyncpg\n",
        "migrations/env.py": ENV,
        "migrations/script.py.mako": TEMPLATE,
    }.items():
        (folder / name).write_text(text.lstrip())
    project.add("0001", USERS, 'op.drop_table("users")', down=None, title="users")
    return project


def rehearsed(project: Little, rows: int = 5) -> Rehearsed:
    """Rehearse in this process; the project's code runs in a child all the same."""
    return rehearse(project.place, rows, None, lambda _: None)

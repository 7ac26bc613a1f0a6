"""What can be asked: a method a request."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Any

import alembic
import sqlalchemy

from . import autogenerate, rows, schema
from .connections import Line, Reached, Switch
from .failures import Unsupported
from .project import Project
from .scratch import Scratch
from .wishes import Wishes

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

Answer = dict[str, Any]
PLACEHOLDER = "driver://"
UNSEEN = "env.py opens no connection through SQLAlchemy, so its database is not known"


class Desk:
    """One project, and the database that its env.py connects to, or a scratch one in its place."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.project: Project = None  # type: ignore[assignment]  # `open` comes first
        self.scratch: Scratch | None = None
        self.version_tables: list[str] = []

    def open(self, ini: str | None, toml: str | None, reading: bool) -> Answer:
        """Find the revisions; `reading` keeps a SQLite file from being made."""
        self.switch.mode = "reading" if reading else "real"
        self.project = Project(ini, toml, self.switch)
        return {
            "python": sys.version.split()[0],
            "alembic": alembic.__version__,
            "sqlalchemy": sqlalchemy.__version__,
        }

    def history(self) -> Answer:
        """The revisions, each after those it builds on, and the heads."""
        found = [
            {
                "revision": script.revision,
                "follows": list(script._all_down_revisions),
                "title": (script.doc or "").splitlines()[0] if script.doc else "",
                "path": str(script.path),
            }
            for script in self.project.revisions
        ]
        return {"revisions": found, "heads": list(self.project.scripts.get_heads())}

    def current(self) -> Answer:
        """Where the database is; nothing if there is none yet."""
        heads = self.project.current()
        return {"heads": heads, "database": self.line.description, "kind": self.line.kind}

    def target(self) -> Answer:
        """Which database env.py connects to, without connecting."""
        before, self.switch.mode = self.switch.mode, "probe"
        try:
            self.project.current()
        except Reached:
            return {"database": self.line.description, "kind": self.line.kind}
        finally:
            self.switch.mode = before
        raise Unsupported(UNSEEN)

    def resolve(self, revision: str) -> Answer:
        """The whole names of what a word such as `head` or an abbreviation means."""
        scripts = self.project.scripts.get_revisions(revision)
        return {"revisions": [script.revision for script in scripts if script is not None]}

    def way(self, destination: str, up: bool) -> Answer:
        """The revisions to take one by one from where the database is to `destination`."""
        scripts = self.project.scripts
        current: Any = tuple(self.project.current())
        steps = scripts._upgrade_revs if up else scripts._downgrade_revs
        found = steps(destination, current)
        return {"revisions": [step.revision.revision for step in found]}

    def step(self, revision: str, up: bool) -> Answer:
        """Take one migration; gives the time and the statements."""
        self.switch.statements.clear()
        started = time.perf_counter()
        self.project.step(revision, up=up)
        seconds = time.perf_counter() - started
        return {"seconds": seconds, "statements": [s[:500] for s in self.switch.statements]}

    def sql(self, start: str, end: str) -> Answer:
        """The script from one revision to another."""
        config = self.project.config
        url = config.get_main_option("sqlalchemy.url") or PLACEHOLDER
        if url.startswith(PLACEHOLDER):  # env.py has another URL when it connects; here its dialect is enough
            config.set_main_option("sqlalchemy.url", f"{self.line.kind}+{self.line.dialect.driver}://")
        return {"sql": self.project.sql(start, end)}

    def differences(self) -> Answer:
        """How the models and the database differ."""
        return {"differences": autogenerate.differences(self.project)}

    def generate(self, message: str, revision: str | None, **decided: Any) -> Answer:
        """A new revision as text, or the questions that come before."""
        return autogenerate.generate(self.project, message, revision, Wishes(**decided))

    def rehearse(self) -> Answer:
        """Make the scratch database, and lead every connection there from now on."""
        self.target()
        self.scratch = Scratch(self.line)
        self.switch.mode = "real"
        swept = self.scratch.sweep()
        self.scratch.make()
        self.switch.scratch = self.scratch.database
        if self.line.kind == "sqlite" and not self.line.is_memory:
            self.switch.forbid(self.line.database)
        self.switch.mode = "scratch"
        self.find_version_tables()
        return {"database": self.line.description, "kind": self.line.kind, "swept": swept}

    def find_version_tables(self) -> None:
        """Learn what Alembic calls its own table here."""

        def look(_: Any, context: MigrationContext) -> list[Any]:
            self.version_tables.append(context.version_table)
            return []

        self.project.run(look, dont_mutate=True)

    def restart(self, revisions: list[str]) -> Answer:
        """Empty the scratch database, and take some migrations up."""
        assert self.scratch is not None
        self.switch.mode = "real"
        self.scratch.make()
        self.switch.mode = "scratch"
        for revision in revisions:
            self.project.step(revision, up=True)
        return {}

    def schema(self) -> Answer:
        """What the scratch database looks like, and in which files its tables lie."""
        tables = self.version_tables
        return self.own.run(lambda c: {"facts": schema.schema_of(c, tables), "files": schema.files_of(c)})

    def fill(self, count: int) -> Answer:
        """Give every table rows."""
        return {"refused": self.own.run(lambda c: rows.fill(c, self.version_tables, count))}

    def contents(self) -> Answer:
        """What the tables hold."""
        return {"tables": self.own.run(lambda c: rows.contents(c, self.version_tables))}

    @property
    def line(self) -> Line:
        """How the project connects to its real database."""
        if self.switch.line is None:
            raise Unsupported(UNSEEN)
        return self.switch.line

    @property
    def own(self) -> Line:
        """How to connect to the scratch database."""
        assert self.scratch is not None
        return self.scratch.line

    def close(self) -> None:
        """Leave nothing behind."""
        if self.scratch is not None:
            self.switch.mode = "real"
            self.scratch.drop()

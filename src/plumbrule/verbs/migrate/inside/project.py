"""The Alembic environment of the project: its revisions, and its env.py run with work of ours."""

from __future__ import annotations

import io
import sys
from typing import Any, Callable

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext, MigrationStep
from alembic.script import Script, ScriptDirectory

from .connections import Reached, Switch
from .failures import ConnectionFailure, StepFailure

Work = Callable[[tuple[str, ...], MigrationContext], list[MigrationStep]]


class Project:
    """What its alembic.ini or pyproject.toml describes."""

    def __init__(self, ini: str | None, toml: str | None, switch: Switch) -> None:
        more: dict[str, Any] = {"toml_file": toml} if toml else {}
        self.config = Config(ini, stdout=sys.stderr, **more)
        self.scripts = ScriptDirectory.from_config(self.config)
        self.switch = switch

    def run(self, work: Work, **options: Any) -> None:
        """Run env.py, which connects and then calls `work` with the heads that the database is at."""
        self.switch.connecting = None
        try:
            with EnvironmentContext(self.config, self.scripts, fn=work, **options):
                self.scripts.run_env()
        except (KeyboardInterrupt, Reached, StepFailure):
            raise
        except BaseException as error:
            line = self.switch.connecting
            if isinstance(error, Exception) and line is not None:
                raise ConnectionFailure(line) from error
            raise

    @property
    def revisions(self) -> list[Script]:
        """All of them, each after those it builds on."""
        return list(reversed(list(self.scripts.walk_revisions())))

    def current(self) -> list[str]:
        """The heads that the database is at."""
        found: list[str] = []

        def look(heads: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
            found.extend(head for head in heads if head not in found)
            return []

        self.run(look, dont_mutate=True)
        return found

    def step(self, revision: str, *, up: bool) -> None:
        """Take one migration up or down, in a run of its own."""
        script = self.scripts.get_revision(revision)
        assert script is not None
        kind = MigrationStep.upgrade_from_script if up else MigrationStep.downgrade_from_script
        step = kind(self.scripts.revision_map, script)
        function = step.migration_fn

        def guarded(**arguments: Any) -> None:
            try:
                function(**arguments)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                raise StepFailure from error

        step.migration_fn = guarded
        self.run(lambda *_: [step], destination_rev=revision)

    def sql(self, start: str, end: str) -> str:
        """What `start` → `end` would run, as a script; nothing is connected."""
        buffer = io.StringIO()
        self.config.output_buffer = buffer
        steps = self.scripts._upgrade_revs

        def work(heads: tuple[str, ...], _: MigrationContext) -> list[MigrationStep]:
            return list(steps(end, heads))  # type: ignore[arg-type]

        self.run(work, as_sql=True, starting_rev=start, destination_rev=end)
        return buffer.getvalue()

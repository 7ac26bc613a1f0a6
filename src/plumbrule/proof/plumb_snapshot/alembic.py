"""What Alembic would write into the next migration, without a database."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

from .describe import value
from .tables import described

KEPT = (
    "include_object",
    "include_name",
    "include_schemas",
    "compare_type",
    "compare_server_default",
    "render_item",
    "render_as_batch",
    "user_module_prefix",
    "sqlalchemy_module_prefix",
    "alembic_module_prefix",
    "process_revision_directives",
    "version_table",
    "version_table_schema",
)
PREFIXES = {"alembic_module_prefix": "op.", "sqlalchemy_module_prefix": "sa.", "user_module_prefix": None}
"""what Alembic takes where `env.py` says nothing"""


def migrations(request: dict[str, Any]) -> dict[str, Any]:
    """The revisions, the target tables and the operations that make them, as `env.py` configures them.

    `env.py` runs in offline mode, in which Alembic connects to nothing; the function that would run the
    migrations runs none. Where it fails before it configures anything, its `target_metadata` is taken.
    """
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    named = (
        {"toml_file": request["file"]} if request["file"].endswith(".toml") else {"file_": request["file"]}
    )
    config = Config(stdout=io.StringIO(), ini_section=request["section"], **named)
    script = ScriptDirectory.from_config(config)
    sys.path[:0] = [p for p in (config.get_main_option("prepend_sys_path") or "").split(os.pathsep) if p]
    options, targets = configured(config, script)
    several = list(targets) if isinstance(targets, (list, tuple)) else [targets]
    return {
        "revisions": [[r.revision, r.down_revision, r.doc] for r in script.walk_revisions()],
        "tables": [described(target) for target in several if target is not None],
        "operations": operations(options, targets),
        "options": {name: value(options[name]) for name in KEPT if options.get(name) is not None},
    }


def configured(config: Any, script: Any) -> tuple[dict[str, Any], Any]:
    """The options and the metadata that `env.py` gives to Alembic."""
    from alembic.runtime.environment import EnvironmentContext

    environment = EnvironmentContext(
        config, script, fn=lambda *_: [], as_sql=True, destination_rev="head", output_buffer=io.StringIO()
    )
    path = os.path.join(script.dir, "env.py")
    scope: dict[str, Any] = {"__name__": "env_py", "__file__": path}
    try:
        with open(path, "rb") as file, environment:
            exec(compile(file.read(), path, "exec"), scope)  # noqa: S102  what Alembic does with it
    except BaseException:
        if "target_metadata" not in environment.context_opts and "target_metadata" not in scope:
            raise
    options = environment.context_opts
    targets = options.get("target_metadata")
    return options, targets if targets is not None else scope.get("target_metadata")


def operations(options: dict[str, Any], targets: Any) -> list[str]:
    """The first migration that autogenerate would write for an empty SQLite database in memory.

    It is written operation by operation: what writes it whole forgets the options, and in older versions
    of Alembic fails for a type that is not of SQLAlchemy.
    """
    from alembic.autogenerate import produce_migrations
    from alembic.autogenerate.api import AutogenContext
    from alembic.autogenerate.render import render_op_text
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import create_engine

    if targets is None:
        return []
    kept = {name: options[name] for name in KEPT if options.get(name) is not None}
    with create_engine("sqlite://").connect() as connection:
        opts = {**PREFIXES, **kept, "target_metadata": targets}
        context = MigrationContext.configure(connection, opts=opts)
        made: Any = produce_migrations(context, targets)
        groups = made.upgrade_ops_list if isinstance(targets, (list, tuple)) else [made.upgrade_ops]
        writing = AutogenContext(context)
        texts = [render_op_text(writing, operation) for group in groups for operation in group.ops]
        return [line for text in texts for line in text.splitlines()]

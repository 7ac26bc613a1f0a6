"""The CHECK that lists the values of an enum where the database has no type for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from alembic import __version__
from alembic.autogenerate import renderers
from alembic.operations import ops
from sqlalchemy import CheckConstraint, inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.autogenerate.api import AutogenContext
    from alembic.runtime.migration import MigrationContext

QUOTED = re.compile(r"'((?:[^']|'')*)'")
COPIES_CHECKS = (1, 20)
"""the first Alembic that keeps the checks of a table of SQLite when it alters it"""


class ChangedCheck(ops.MigrateOperation):
    """Other values in the models than in the database; as an operation, it lists those of the models."""

    def __init__(self, table: Any, name: str, column: str, old: list[str], new: list[str]) -> None:
        self.table = table
        self.name = name
        self.column = column
        self.old = old
        self.new = new

    @property
    def description(self) -> str:
        """In words."""
        added = [f"+{value}" for value in self.new if value not in self.old]
        gone = [f"-{value}" for value in self.old if value not in self.new]
        return f"change check {self.name} on {self.table.fullname}: {', '.join([*added, *gone])}"

    def reverse(self) -> ChangedCheck:
        """List the old values again."""
        return ChangedCheck(self.table, self.name, self.column, self.new, self.old)


def changed(context: MigrationContext) -> list[ChangedCheck]:
    """The checks whose values differ; Alembic itself does not look."""
    version = tuple(int(part) for part in __version__.split(".")[:2])
    if context.connection is None or (context.dialect.name == "sqlite" and version < COPIES_CHECKS):
        return []
    inspector = inspect(context.connection)
    return [change for table in tables(context) for change in changed_in(context, inspector, table)]


def tables(context: MigrationContext) -> list[Any]:
    """The tables of the models."""
    metadata = context.opts.get("target_metadata")
    several = metadata if isinstance(metadata, (list, tuple)) else [metadata]
    return [table for one in several if one is not None for table in one.sorted_tables]


def changed_in(context: MigrationContext, inspector: Any, table: Any) -> Iterator[ChangedCheck]:
    """The checks of one table whose values differ."""
    wanted = dict(listing(context, table))
    if not wanted or not inspector.has_table(table.name, schema=table.schema):
        return
    for check in inspector.get_check_constraints(table.name, schema=table.schema):
        column = wanted.get(check["name"])
        old = [value.replace("''", "'") for value in QUOTED.findall(str(check["sqltext"]))]
        new = [str.__str__(value) for value in column.type.enums] if column is not None else []
        if column is not None and old and set(old) != set(new):
            yield ChangedCheck(table, check["name"], column.name, old, new)


def listing(context: MigrationContext, table: Any) -> Iterator[tuple[str, Any]]:
    """The checks that enums bring along, by their names in the database, each with its column."""
    for constraint in table.constraints:
        columns = list(constraint.columns) if isinstance(constraint, CheckConstraint) else []
        if len(columns) == 1 and getattr(columns[0].type, "create_constraint", False):
            name = context.dialect.identifier_preparer.format_constraint(constraint)
            if name and getattr(columns[0].type, "enums", None):
                yield name.strip('"`'), columns[0]


def complete(script: Any, changes: list[ChangedCheck]) -> None:
    """Bring the new values with a revision."""
    for change in changes:
        altered = ops.ModifyTableOps(change.table.name, [change], schema=change.table.schema)
        script.upgrade_ops.ops.append(altered)


@renderers.dispatch_for(ChangedCheck)
def rendered(context: AutogenContext, change: ChangedCheck) -> list[str]:
    """Drop the check, and make it again under its name."""
    batch, schema = context.opts.get("render_as_batch"), change.table.schema
    prefix = "batch_op." if batch else context.opts["alembic_module_prefix"]
    name = f"{prefix}f({change.name!r})"
    where = [name] if batch else [name, repr(change.table.name)]
    values = f"{context.opts['sqlalchemy_module_prefix']}column({change.column!r}).in_({change.new!r})"
    rest = [f"schema={schema!r}"] if schema and not batch else []
    return [
        f"{prefix}drop_constraint({', '.join([*where, *rest])}, type_='check')",
        f"{prefix}create_check_constraint({', '.join([*where, values, *rest])})",
    ]

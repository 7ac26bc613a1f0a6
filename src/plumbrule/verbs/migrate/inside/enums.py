"""Enum types of PostgreSQL, which live beside the tables and which Alembic forgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import Column, Enum, inspect
from sqlalchemy.dialects.postgresql import ENUM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.runtime.migration import MigrationContext


class Changed:
    """An enum type that has other labels in the models than in the database."""

    def __init__(
        self, name: str, old: list[str], new: list[str], columns: list[tuple[str, Column[Any]]]
    ) -> None:
        self.name = name
        self.old = old
        self.new = new
        self.columns = columns

    @property
    def description(self) -> str:
        """In words."""
        added = [label for label in self.new if label not in self.old]
        gone = [label for label in self.old if label not in self.new]
        return f"change enum type {self.name}: " + ", ".join(
            [*(f"+{label}" for label in added), *(f"-{label}" for label in gone)]
        )

    def up(self) -> list[str]:
        """The statements that bring the new labels."""
        if all(label in self.new for label in self.old):
            added = [label for label in self.new if label not in self.old]
            return [f"ALTER TYPE {self.name} ADD VALUE {quoted(label)}" for label in added]
        return self.anew(self.new)

    def down(self) -> list[str]:
        """The statements that bring the old ones back; PostgreSQL has none to drop a label."""
        return self.anew(self.old)

    def anew(self, labels: list[str]) -> list[str]:
        """Make the type again under its name, and move the columns over."""
        old = f"{self.name}_old"
        statements = [f"ALTER TYPE {self.name} RENAME TO {old}", create(self.name, labels)]
        for table, column in self.columns:
            place = f"ALTER TABLE {table} ALTER COLUMN {column['name']}"
            default = (column.get("default") or "").partition("::")[0]
            statements += [f"{place} DROP DEFAULT"] if default else []
            statements.append(f"{place} TYPE {self.name} USING {column['name']}::text::{self.name}")
            statements += [f"{place} SET DEFAULT {default}"] if default else []
        return [*statements, f"DROP TYPE {old}"]


def quoted(label: str) -> str:
    """A text as SQL."""
    return "'" + label.replace("'", "''") + "'"


def create(name: str, labels: list[str]) -> str:
    """The statement that makes a type."""
    return f"CREATE TYPE {name} AS ENUM ({', '.join(map(quoted, labels))})"


def changed(context: MigrationContext) -> list[Changed]:
    """The types whose labels differ; Alembic itself does not look."""
    there = existing(context)
    wanted = {name: labels for name, labels in in_models(context).items() if name in there}
    return [
        Changed(name, there[name], labels, columns_with(context, name))
        for name, labels in wanted.items()
        if set(there[name]) != set(labels)
    ]


def columns_with(context: MigrationContext, name: str) -> list[tuple[str, Any]]:
    """The columns of the database that have an enum type, with their tables."""
    inspector: Any = inspect(context.connection)
    return [
        (table, column)
        for table in inspector.get_table_names()
        for column in inspector.get_columns(table)
        if type_name(column["type"]) == name
    ]


def existing(context: MigrationContext) -> dict[str, list[str]]:
    """The enum types of the database; of one that is no PostgreSQL there are none."""
    if context.dialect.name != "postgresql" or context.connection is None:
        return {}
    found: Any = inspect(context.connection).get_enums()  # type: ignore[attr-defined]
    return {item["name"]: list(item["labels"]) for item in found}


def in_models(context: MigrationContext) -> dict[str, list[str]]:
    """The enum types of the models, and their labels."""
    metadata = context.opts.get("target_metadata")
    found: dict[str, list[str]] = {}
    for one in metadata if isinstance(metadata, (list, tuple)) else [metadata]:
        for table in one.tables.values() if one is not None else []:
            for column in table.columns:
                if (name := type_name(column.type)) is not None:
                    found.setdefault(name, list(column.type.enums))
    return found


def type_name(type_: Any) -> str | None:
    """The name of an enum type that the database keeps."""
    return type_.name if isinstance(type_, Enum) and type_.native_enum and type_.name else None


def spell(script: Any) -> None:
    """Labels as plain texts: `values_callable=list` gives members, and Alembic would write their `repr`."""
    for operations in (script.upgrade_ops, script.downgrade_ops):
        for column in columns_of(operations):
            if isinstance(column.type, Enum):
                column.type.enums = [str.__str__(label) for label in column.type.enums]


def complete(script: Any, context: MigrationContext, changes: list[Changed]) -> None:
    """Make types before the tables that use them, drop them after the last one, up and down."""
    if context.dialect.name != "postgresql":
        return
    there = existing(context)
    new = {n: c.type for c in columns_of(script.upgrade_ops) if (n := type_name(c.type)) and n not in there}
    kept = in_models(context)
    gone = {n: c.type for c in columns_of(script.downgrade_ops) if (n := type_name(c.type)) and n not in kept}
    for operations in (script.upgrade_ops, script.downgrade_ops):
        for column in columns_of(operations):
            if (name := type_name(column.type)) is not None:
                column.type = ENUM(*column.type.enums, name=name, create_type=False)
    before_up = [create(name, type_.enums) for name, type_ in new.items()]
    after_up = [f"DROP TYPE {name}" for name in gone]
    before_down = [create(name, type_.enums) for name, type_ in gone.items()]
    after_down = [f"DROP TYPE {name}" for name in new]
    for change in changes:
        before_up += change.up()
        after_down += change.down()
    script.upgrade_ops.ops[:] = [*run(before_up), *script.upgrade_ops.ops, *run(after_up)]
    script.downgrade_ops.ops[:] = [*run(before_down), *script.downgrade_ops.ops, *run(after_down)]


def columns_of(operations: Any) -> Iterator[Any]:
    """The columns that operations make."""
    for op in operations.ops:
        if isinstance(op, ops.CreateTableOp):
            yield from (item for item in op.columns if isinstance(item, Column))
        elif isinstance(op, ops.ModifyTableOps):
            yield from (item.column for item in op.ops if isinstance(item, ops.AddColumnOp))


def run(statements: list[str]) -> list[Any]:
    """Statements as operations of a revision."""
    return [ops.ExecuteSQLOp(statement) for statement in statements]

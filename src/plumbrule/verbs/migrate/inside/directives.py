"""What is asked before a generated revision is written, and what is made better in it."""

from __future__ import annotations

import decimal
import enum
from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import Column, Enum, schema
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.schema import conv

from . import enums
from .renames import altered, lookalikes, renamed
from .wishes import mistakes, needs_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.runtime.migration import MigrationContext

    from .wishes import Wishes

NAMES = {
    "primary_key_constraint": "pk",
    "unique_constraint": "uq",
    "foreign_key_constraint": "fk",
    "check_constraint": "ck",
}


def questions(script: Any, context: MigrationContext, wishes: Wishes) -> dict[str, Any]:
    """What only a person can know: is it a rename, and what do rows that exist get."""
    for said in mistakes(script, context, wishes):
        return {"mistaken": said}
    pairs = [
        {"table": table.table_name, "old": old.column_name, "new": new.column.name}
        for table in altered(script.upgrade_ops)
        for old, new in lookalikes(table, context)
        if f"{table.table_name}.{old.column_name}" not in wishes.renames
    ]
    if pairs and not wishes.drops:
        return {"renames": pairs}
    missing = [
        {"table": table.table_name, "column": op.column.name, "type": str(op.column.type)}
        for table in altered(script.upgrade_ops)
        for op in table.ops
        if isinstance(op, ops.AddColumnOp)
        and needs_value(op.column)
        and op.column.name not in wishes.renames.values()
        and filling(op, wishes) is None
    ]
    return {"required": missing} if missing else {}


def improve(script: Any, context: MigrationContext, wishes: Wishes, changed: list[enums.Changed]) -> None:
    """Rename, name, fill, and see to the enum types, up and down."""
    for table in list(altered(script.upgrade_ops)):
        if renames := renamed(table, context, wishes):
            # On its own: a batch loses the constraints that speak of a name it gives itself.
            first = ops.ModifyTableOps(table.table_name, renames, schema=table.schema)
            at = script.upgrade_ops.ops.index(table)
            script.upgrade_ops.ops[at : at + 1] = [first, *([table] if table.ops else [])]
    for constraint, table_name in constraints(script.upgrade_ops):
        name(constraint, table_name)
    script.upgrade_ops.reverse_into(script.downgrade_ops)
    fill(script.upgrade_ops, context, wishes)
    enums.spell(script)
    enums.complete(script, context, changed)


def constraints(operations: Any) -> Iterator[tuple[Any, str]]:
    """Every constraint that is made, with the name of its table."""
    for op in operations.ops:
        if isinstance(op, ops.CreateTableOp):
            yield from ((item, op.table_name) for item in op.columns if isinstance(item, schema.Constraint))
        elif isinstance(op, ops.ModifyTableOps):
            yield from ((item, op.table_name) for item in op.ops if isinstance(item, ops.AddConstraintOp))


def name(constraint: Any, table: str) -> None:
    """Give a constraint the name that the usual convention gives it: one without cannot be dropped."""
    attribute = "constraint_name" if isinstance(constraint, ops.AddConstraintOp) else "name"
    if isinstance(getattr(constraint, attribute), str):
        return
    real: Any = constraint.to_constraint() if isinstance(constraint, ops.AddConstraintOp) else constraint
    prefix = NAMES.get(real.__visit_name__)
    if prefix is None:
        return
    words = [prefix, table]
    if prefix != "pk":
        words += [column.name for column in real.columns]
    if prefix == "fk":
        words.append(real.elements[0].target_fullname.rpartition(".")[0].rpartition(".")[2])
    setattr(constraint, attribute, conv("_".join(words)))


def filling(op: Any, wishes: Wishes) -> str | None:
    """The value for rows that exist: as wished, or the default of the model if that is a plain one."""
    wished = wishes.fills.get(f"{op.table_name}.{op.column.name}")
    if wished is not None:
        return wished
    default = op.column.default
    if default is None or not default.is_scalar:
        return None
    value = default.arg
    if isinstance(value, enum.Enum):
        kept = op.column.type.bind_processor(DefaultDialect())
        value = str.__str__(kept(value)) if isinstance(op.column.type, Enum) and kept else value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, (str, int, float, decimal.Decimal)) else None


def fill(operations: Any, context: MigrationContext, wishes: Wishes) -> None:
    """Add required columns with a default, and take the default away once the rows have the value."""
    lite = context.dialect.name == "sqlite"
    droppable = not lite or context.opts.get("render_as_batch")
    for table in list(altered(operations)):
        drops = [drop for op in table.ops if (drop := given_default(op, table, wishes, lite=lite))]
        if drops and droppable:  # on its own: within one batch, the default would never have been there
            after = ops.ModifyTableOps(table.table_name, drops, schema=table.schema)
            operations.ops.insert(operations.ops.index(table) + 1, after)


def given_default(op: Any, table: Any, wishes: Wishes, *, lite: bool) -> ops.AlterColumnOp | None:
    """Give a required column a default; the operation takes it away again."""
    value = filling(op, wishes) if isinstance(op, ops.AddColumnOp) and needs_value(op.column) else None
    if value is None:
        return None
    column = op.column
    if lite and value in ("true", "false"):
        value = "1" if value == "true" else "0"
    op.column = Column(column.name, column.type, server_default=value, nullable=False)
    return ops.AlterColumnOp(
        table.table_name,
        column.name,
        schema=table.schema,
        existing_type=column.type,
        existing_nullable=False,
        modify_server_default=None,
    )

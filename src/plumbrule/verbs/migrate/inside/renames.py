"""Columns that are renamed: Alembic sees one that goes and one that comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alembic.operations import ops

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Column

    from .wishes import Wishes


class RenameColumnOp(ops.AlterColumnOp):
    """A new name for a column; the other way round it is the old name."""

    def reverse(self) -> RenameColumnOp:
        """Rename back."""
        assert self.modify_name is not None
        return RenameColumnOp(
            self.table_name,
            self.modify_name,
            schema=self.schema,
            modify_name=self.column_name,
            existing_type=self.existing_type,
            existing_nullable=self.existing_nullable,
        )


def altered(operations: Any) -> Iterator[Any]:
    """The tables that are changed, neither made nor dropped."""
    return (op for op in operations.ops if isinstance(op, ops.ModifyTableOps))


def lookalikes(table: Any, context: MigrationContext) -> Iterator[tuple[Any, Any]]:
    """A column that goes and one that comes, of the same type."""
    added = [op for op in table.ops if isinstance(op, ops.AddColumnOp)]
    for old in table.ops:
        if isinstance(old, ops.DropColumnOp):
            for new in added:
                if not context.impl.compare_type(old.to_column(), new.column):
                    added.remove(new)
                    yield old, new
                    break


def renamed(table: Any, context: MigrationContext, wishes: Wishes) -> list[Any]:
    """Take the pairs that are renames out of the changes of a table; gives the renames."""
    found: list[Any] = []
    for op in list(table.ops):
        key = f"{table.table_name}.{getattr(op, 'column_name', None)}"
        if not isinstance(op, ops.DropColumnOp) or key not in wishes.renames:
            continue
        new = wishes.renames[key]
        partner = next(
            (o for o in table.ops if isinstance(o, ops.AddColumnOp) and o.column.name == new), None
        )
        if partner is None:
            continue
        old = op.to_column()
        table.ops.remove(op)
        table.ops.remove(partner)
        table.ops += adapted(table, old, partner.column, context)
        found.append(
            RenameColumnOp(
                table.table_name,
                op.column_name,
                schema=table.schema,
                modify_name=new,
                existing_type=old.type,
                existing_nullable=old.nullable,
            )
        )
    return found


def adapted(
    table: Any, old: Column[Any], new: Column[Any], context: MigrationContext
) -> Iterator[ops.AlterColumnOp]:
    """What a column that was renamed needs besides, to be what the models say."""
    retyped = context.impl.compare_type(old, new)
    if retyped or old.nullable != new.nullable:
        yield ops.AlterColumnOp(
            table.table_name,
            new.name,
            schema=table.schema,
            existing_type=old.type,
            existing_nullable=old.nullable,
            modify_type=new.type if retyped else None,
            modify_nullable=new.nullable if old.nullable != new.nullable else None,
        )

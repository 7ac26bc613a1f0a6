"""What was decided before a revision is written, and whether it speaks of what is there."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from alembic.operations import ops
from sqlalchemy import Enum

from .renames import altered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Column

READERS: dict[type, Any] = {
    int: int,
    float: float,
    decimal.Decimal: decimal.Decimal,
    bool: {"true": True, "false": False, "1": True, "0": False}.__getitem__,
    uuid.UUID: uuid.UUID,
}
OF_TIME: dict[type, Any] = {
    dt.date: dt.date.fromisoformat,
    dt.datetime: dt.datetime.fromisoformat,
    dt.time: dt.time.fromisoformat,
}
"""for SQLite, which takes anything; a server knows more words, such as now, and refuses the rest itself"""


class Wishes:
    """What was decided: `table.old` → new, whether the other drops are meant, `table.column` → value."""

    def __init__(self, renames: dict[str, str], drops: bool, fills: dict[str, str]) -> None:
        self.renames = renames
        self.drops = drops
        self.fills = fills


def mistakes(script: Any, context: MigrationContext, wishes: Wishes) -> Iterator[str]:
    """What was decided about a column that does not go or come, or that cannot hold the value."""
    changed = [(table.table_name, op) for table in altered(script.upgrade_ops) for op in table.ops]
    gone = {f"{table}.{op.column_name}" for table, op in changed if isinstance(op, ops.DropColumnOp)}
    come = {
        f"{table}.{op.column.name}": op.column for table, op in changed if isinstance(op, ops.AddColumnOp)
    }
    for old, name in wishes.renames.items():
        new = f"{old.rpartition('.')[0]}.{name}"
        if old not in gone:
            yield f"--rename {old}:{name}: no {old} goes{near(old, gone)}"
        elif new not in come:
            yield f"--rename {old}:{name}: no {new} comes{near(new, come)}"
    for column, value in wishes.fills.items():
        if column not in come:
            yield f"--fill {column}={value}: no {column} comes{near(column, come)}"
        elif not needs_value(come[column]):
            yield f"--fill {column}={value}: only a required column without a default is filled"
        elif not holds(come[column].type, value, lite=context.dialect.name == "sqlite"):
            yield f"--fill {column}={value}: a column of {come[column].type!r} cannot hold it"


def needs_value(column: Column[Any]) -> bool:
    """Whether rows that exist already would have to have a value, and nobody gives it."""
    given = column.server_default or column.identity or column.computed
    return not column.nullable and not given


def near(word: str, words: Iterable[str]) -> str:
    """The end of a sentence about an unknown word: what it may have been meant to be."""
    found = get_close_matches(word, list(words), n=1)
    return f"; did you mean `{found[0]}`?" if found else ""


def holds(kind: Any, value: str, *, lite: bool) -> bool:
    """Whether a column of a type can hold a value, as far as can be told."""
    if isinstance(kind, Enum):
        return value in kind.enums
    try:
        read = {**READERS, **(OF_TIME if lite else {})}.get(kind.python_type, str)
        read(value)
    except NotImplementedError:
        return True
    except (ValueError, KeyError, ArithmeticError):
        return False
    return True

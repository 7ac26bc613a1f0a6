"""Synthetic rows: enough to see what a migration does to a table that is not empty."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table, func, inspect, select, types

from .failures import reason_of
from .schema import schemas

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Connection

SAMPLE = 20
START = dt.datetime(2020, 1, 1)  # noqa: DTZ001  a column says itself whether it has a zone
CHOICE = re.compile(r"\bIN\b|= ANY", re.IGNORECASE)
QUOTED = re.compile(r"'((?:[^']|'')*)'")


class Unfillable(Exception):
    """No value can be thought of; the message says for which column."""


def tables_of(connection: Connection, version_tables: list[str]) -> list[Table]:
    """Every table as it is now, those that others refer to first."""
    found: list[Table] = []
    for schema in schemas(inspect(connection)):
        metadata = MetaData()
        metadata.reflect(connection, schema=schema, resolve_fks=False)
        found += [t for t in metadata.sorted_tables if t.name not in version_tables and t.schema == schema]
    return found


def fill(connection: Connection, version_tables: list[str], count: int) -> dict[str, str]:
    """Bring every table to `count` rows; gives why some could not have them."""
    refused: dict[str, str] = {}
    for table in tables_of(connection, version_tables):
        there = connection.execute(select(func.count()).select_from(table)).scalar_one()
        if there >= count:
            continue
        try:
            rows = rows_for(connection, table, there, count)
            with connection.begin_nested():
                connection.execute(table.insert(), rows)
        except Exception as error:
            refused[table.fullname] = reason_of(error)
    return refused


def rows_for(connection: Connection, table: Table, start: int, end: int) -> list[dict[str, Any]]:
    """Values for the rows that are missing."""
    choices = choices_of(connection, table)
    keys = references_of(connection, table, end)
    rows = []
    for number in range(start, end):
        row = {name: values[number % len(values)] if values else None for name, values in keys.items()}
        for column in table.columns:
            if column.name in row or is_made_by_database(column):
                continue
            allowed = choices.get(column.name)
            try:
                found = allowed[number % len(allowed)] if allowed else value(column, number)
            except Unfillable:
                if not column.nullable:
                    raise
                continue
            row[column.name] = found
        rows.append(row)
    return rows


def is_made_by_database(column: Column[Any]) -> bool:
    """Whether the database gives the value itself."""
    if column.computed is not None or column.identity is not None or column.server_default is not None:
        return True
    whole = isinstance(column.type, types.Integer)
    alone = len(column.table.primary_key.columns) == 1
    return column.primary_key and whole and alone and not column.foreign_keys


def references_of(connection: Connection, table: Table, count: int) -> dict[str, list[Any]]:
    """What the columns of foreign keys may hold; nothing where null will do."""
    found: dict[str, list[Any]] = {}
    for key in inspect(connection).get_foreign_keys(table.name, schema=table.schema):
        columns = [table.columns[name] for name in key["constrained_columns"]]
        own = key["referred_table"] == table.name
        target = Table(
            key["referred_table"],
            MetaData(),
            autoload_with=connection,
            schema=key["referred_schema"],
            resolve_fks=False,
        )
        names = key["referred_columns"]
        rows = connection.execute(select(*(target.columns[name] for name in names)).limit(count)).all()
        if (own or not rows) and not all(column.nullable for column in columns):
            raise Unfillable(f"{key['referred_table']} has no row to refer to")
        for position, column in enumerate(columns):
            found[column.name] = [] if own else [row[position] for row in rows]
    return found


def choices_of(connection: Connection, table: Table) -> dict[str, list[str]]:
    """The values that a CHECK lists for a column."""
    found: dict[str, list[str]] = {}
    for check in inspect(connection).get_check_constraints(table.name, schema=table.schema):
        condition = str(check["sqltext"])
        values = [quoted.replace("''", "'") for quoted in QUOTED.findall(condition)]
        rest = QUOTED.sub("", condition)
        named = [c.name for c in table.columns if re.search(rf"\b{re.escape(c.name)}\b", rest)]
        if CHOICE.search(rest) and values and len(named) == 1:
            found[named[0]] = values
    return found


def value(column: Column[Any], number: int) -> Any:
    """A plausible value of a column, another one for each number."""
    for kind, make in VALUES:
        if isinstance(column.type, kind):
            return make(column, number)
    if column.type.__visit_name__.upper() == "CITEXT":
        return word(column, number)
    raise Unfillable(f"no value for {column.name}, a {column.type.__visit_name__}")


def moment(column: Column[Any], number: int) -> dt.datetime:
    """A point in time, with a zone where the column has one."""
    zone = dt.timezone.utc if getattr(column.type, "timezone", False) else None
    return START.replace(tzinfo=zone) + dt.timedelta(minutes=number)


def label(column: Column[Any], number: int) -> str:
    """One of the labels of an enum."""
    labels: list[str] = list(column.type.enums)  # type: ignore[attr-defined]
    return labels[number % len(labels)]


def word(column: Column[Any], number: int) -> str:
    """A text that says where it is from, as long as there is room."""
    length = getattr(column.type, "length", None)
    text = f"{column.name}-{number}"
    return text[-length:] if length else text


def numeric(column: Column[Any], number: int) -> Any:
    """A number that the precision of a type has room for."""
    kind: Any = column.type
    room = 10 ** max(1, (kind.precision or 9) - (kind.scale or 0))
    found = decimal.Decimal((number + 1) % room)
    return found if kind.asdecimal else float(found)


VALUES: tuple[tuple[type[Any], Callable[[Column[Any], int], Any]], ...] = (
    (types.Enum, label),
    (types.Boolean, lambda _, number: number % 2 == 0),
    (types.Integer, lambda _, number: number + 1),
    (types.Numeric, numeric),
    (types.Float, lambda _, number: float(number + 1)),
    (types.DateTime, moment),
    (types.Date, lambda column, number: moment(column, number * 24 * 60).date()),
    (types.Time, lambda column, number: moment(column, number).time()),
    (types.Interval, lambda _, number: dt.timedelta(seconds=number)),
    (getattr(types, "Uuid", type(None)), lambda _, number: uuid.UUID(int=number + 1)),
    (types.LargeBinary, lambda _, number: f"row {number}".encode()),
    (types.ARRAY, lambda *_: []),
    (types.JSON, lambda *_: {}),
    (types.String, word),
)
"""the first kind that fits makes the value"""


def contents(connection: Connection, version_tables: list[str]) -> dict[str, dict[str, Any]]:
    """For each column, how many values there are and what the first of them look like."""
    found: dict[str, dict[str, Any]] = {}
    for table in tables_of(connection, version_tables):
        names = [column.name for column in table.columns]
        counts = connection.execute(select(func.count(), *(func.count(c) for c in table.columns))).one()
        rows = connection.execute(select(table).limit(SAMPLE)).all()
        found[table.fullname] = {"rows": counts[0], "columns": {}}
        for position, name in enumerate(names):
            values: set[str | None] = {str(row[position]) for row in rows if row[position] is not None}
            found[table.fullname]["columns"][name] = {
                "count": counts[position + 1],
                "type": str(table.columns[name].type.__visit_name__),
                "values": sorted(map(str, values)),
            }
    return found

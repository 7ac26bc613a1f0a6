"""From what was seen of a migration to what is wrong with it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from plumbrule.verbs.migrate.compare import table_of, tables
from plumbrule.verbs.migrate.rehearsal import Fault

Contents = Mapping[str, Mapping[str, Any]]
Seen = Mapping[str, Any]

NULLS = re.compile(r"not.?null|null value|NotNullViolation", re.IGNORECASE)
UNNAMED = re.compile(r"must have a name|it has no name")
NAMELESS = re.compile(r"drop_constraint\(\s*(constraint_name=)?None")
INDEX = re.compile(r"\s*CREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.IGNORECASE)

CASCADE = (
    "they refer to a table that is dropped and made anew: run migrations of SQLite with "
    "`PRAGMA foreign_keys=OFF`, set when the connection is made"
)
TAKE_BACK = "undo each operation in reverse order, or raise `NotImplementedError`"


def failing_up(revision: str, place: str, reason: str, *, filled: bool) -> Fault:
    """A migration that raises on the way up."""
    at = f" ({place})" if place else ""
    if filled and NULLS.search(reason):
        message = f"up fails on a table that has rows{at}: {reason}"
        return Fault(revision, "required-column-without-default", message, "give it a `server_default`")
    where = " on tables that have rows" if filled else ""
    return Fault(revision, "failing-migration", f"up fails{where}{at}: {reason}", "mend it before it is run")


def failing_down(revision: str, place: str, reason: str, code: str) -> Fault:
    """A migration that raises on the way down; a batch does so at its end, not where the fault is."""
    at = f" ({place})" if place else ""
    if UNNAMED.search(reason) or NAMELESS.search(code):
        message = f"down cannot drop a constraint that has no name{at}: {reason}"
        return Fault(
            revision, "unnamed-constraints", message, "name it, and give `MetaData` a naming_convention"
        )
    return Fault(revision, "irreversible-migration", f"down fails{at}: {reason}", TAKE_BACK)


def not_reversed(revision: str, found: Sequence[str], again: str) -> Fault:
    """A migration whose way down does not lead back."""
    after = f"; going up again fails: {again}" if again else ""
    types = [phrase for phrase in found if phrase.startswith("the enum type") and phrase.endswith("is left")]
    if found and len(types) == len(found):
        message = f"after down {listed(types)}{after}"
        return Fault(
            revision, "enum-type-left-behind", message, "drop it at the end: op.execute('DROP TYPE …')"
        )
    message = f"after down {listed(found)}{after}" if found else f"going up again fails: {again}"
    return Fault(revision, "irreversible-migration", message, TAKE_BACK)


def listed(phrases: Sequence[str]) -> str:
    """A few phrases as one."""
    more = f", and {len(phrases) - 3} more differences" if len(phrases) > 3 else ""
    return ", ".join(phrases[:3]) + more


def renamed(revision: str, before: Contents, after: Contents) -> Iterator[Fault]:
    """A column that goes with its values while one of the same type comes without them."""
    for table, was in before.items():
        columns, now = was["columns"], after.get(table, {"columns": {}})["columns"]
        gone = {name: column for name, column in columns.items() if name not in now}
        come = {name: column for name, column in now.items() if name not in columns}
        for old, column in gone.items():
            alike = [name for name in come if come[name]["type"] == column["type"]]
            alone = [name for name in gone if gone[name]["type"] == column["type"]] == [old]
            if not (column["count"] and alone and len(alike) == 1 and len(gone) <= len(come)):
                continue
            (new,) = alike
            if not set(now[new]["values"]) & set(column["values"]):
                yield Fault(
                    revision,
                    "rename-as-drop",
                    f"{table}.{old} is dropped with its {column['count']} values, "
                    f"and {table}.{new} comes without them",
                    f'rename it: `op.alter_column("{table}", "{old}", new_column_name="{new}")`',
                )


def emptied(revision: str, before: Contents, after: Contents, code: str) -> Iterator[Fault]:
    """Tables that have fewer rows after a migration that does not name them."""
    for table, was in before.items():
        gone = was["rows"] - after.get(table, was)["rows"]
        if gone > 0 and not re.search(rf"\b{re.escape(table.rpartition('.')[2])}\b", code):
            message = f"up deletes {gone} of {was['rows']} rows of {table}, of which it does not speak"
            yield Fault(revision, "data-losing-migration", message, CASCADE)


def locking(revision: str, before: Seen, after: Seen, statements: Sequence[str]) -> Iterator[Fault]:
    """On PostgreSQL: a table that nobody can write to while an index is built or its rows are copied."""
    had, has, files, now = before["facts"], after["facts"], before["files"], after["files"]
    for name in sorted(has) if files else ():
        table = table_of(name)
        plain = any(INDEX.match(s) and name.rpartition(".")[2] in s for s in statements)
        if name.startswith("index ") and name not in had and table in tables(had) and plain:
            yield Fault(
                revision,
                "locking-migration",
                f"{table} cannot be written to while the {name} is built",
                "`postgresql_concurrently=True` in `op.get_context().autocommit_block()`",
            )
    for table in sorted(files):
        if table in now and now[table] != files[table]:
            yield Fault(
                revision,
                "locking-migration",
                f"{table} is written anew, and can neither be read nor written meanwhile",
                "add a new column, fill it in batches, and change over",
            )


def lost(before: Contents, after: Contents) -> list[str]:
    """Values that were there before up and are gone after down."""
    found = []
    for table, was in before.items():
        if table not in after:
            continue
        if after[table]["rows"] < was["rows"]:
            found.append(f"{was['rows'] - after[table]['rows']} of {was['rows']} rows of {table}")
            continue
        for column, values in was["columns"].items():
            now = after[table]["columns"].get(column)
            if now is not None and now["count"] < values["count"]:
                found.append(f"{values['count'] - now['count']} values of {table}.{column}")
    return found

"""The schema of a database as flat facts, so that two of them can be compared by equality."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection

Facts = dict[str, str]

HIDDEN = ("information_schema", "pg_catalog", "pg_toast")
# What belongs to an extension came with it, and nobody expects a migration to take that away.
FUNCTIONS = """
    SELECT n.nspname || '.' || p.proname, md5(p.prosrc) FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
"""
TRIGGERS = """
    SELECT c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
"""
FILES = """
    SELECT c.relname, pg_relation_filenode(c.oid) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
"""


def schema_of(connection: Connection, version_tables: list[str]) -> Facts:
    """Everything that migrations define: tables, columns, constraints, indexes, types, views, code."""
    inspector = inspect(connection)
    facts: Facts = {}
    for schema in schemas(inspector):
        prefix = f"{schema}." if schema else ""
        for table in inspector.get_table_names(schema=schema):
            if table not in version_tables:
                facts[f"table {prefix}{table}"] = ""
                facts.update(table_facts(inspector, table, schema, prefix))
        for view in inspector.get_view_names(schema=schema):
            definition = inspector.get_view_definition(view, schema=schema)
            facts[f"view {prefix}{view}"] = str(definition)
    if connection.dialect.name == "postgresql":
        facts.update(postgresql_facts(connection, inspector))
    elif connection.dialect.name == "sqlite":
        rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
        facts.update({f"trigger {name}": str(sql) for name, sql in rows})
    return facts


def schemas(inspector: Any) -> list[str | None]:
    """The schemas to look at; None is the default one, whose name is not part of a name."""
    if inspector.bind.dialect.name != "postgresql":
        return [None]
    others = [
        name
        for name in inspector.get_schema_names()
        if name not in HIDDEN and name != inspector.default_schema_name
    ]
    return [None, *others]


def table_facts(inspector: Any, table: str, schema: str | None, prefix: str) -> Iterator[tuple[str, str]]:
    """The columns, keys, constraints and indexes of a table."""
    place = f"{prefix}{table}"
    for column in inspector.get_columns(table, schema=schema):
        yield f"column {place}.{column['name']}", column_text(column, inspector.bind.dialect)
    key = inspector.get_pk_constraint(table, schema=schema)
    if key.get("constrained_columns"):
        yield f"primary key {place}", f"{key.get('name')} ({', '.join(key['constrained_columns'])})"
    for found in inspector.get_foreign_keys(table, schema=schema):
        columns = ", ".join(found["constrained_columns"])
        target = f"{found['referred_table']} ({', '.join(found['referred_columns'])})"
        options = " ".join(f"{k}={v}" for k, v in sorted(found.get("options", {}).items()))
        yield f"foreign key {place} ({columns})", f"{found.get('name')} → {target} {options}".rstrip()
    for found in inspector.get_unique_constraints(table, schema=schema):
        yield f"unique {place} ({', '.join(map(str, found['column_names']))})", str(found.get("name"))
    for found in inspector.get_check_constraints(table, schema=schema):
        yield f"check {place}.{found.get('name') or found['sqltext']}", str(found["sqltext"])
    for found in inspector.get_indexes(table, schema=schema):
        if not found.get("duplicates_constraint"):
            yield f"index {place}.{found['name']}", index_text(found)


def column_text(column: dict[str, Any], dialect: Any) -> str:
    """A column as one would write it."""
    default = f"default {column['default']}" if column.get("default") is not None else ""
    made = [f"{n} {sorted(column[n].items())}" for n in ("computed", "identity") if column.get(n)]
    null = "null" if column.get("nullable", True) else "not null"
    return " ".join(part for part in (type_text(column["type"], dialect), null, default, *made) if part)


def type_text(type_: Any, dialect: Any) -> str:
    """A type as the database calls it; one that SQLAlchemy does not know by its class."""
    try:
        return str(type_.compile(dialect))
    except Exception:
        return type(type_).__name__


def index_text(index: dict[str, Any]) -> str:
    """The columns and the kind of an index."""
    columns = [str(c) for c in index.get("expressions") or index["column_names"]]
    options = {k: v for k, v in (index.get("dialect_options") or {}).items() if v not in (None, [], {})}
    unique = "unique " if index.get("unique") else ""
    return f"{unique}({', '.join(columns)}) {options or ''}".rstrip()


def postgresql_facts(connection: Connection, inspector: Any) -> Facts:
    """Enum types, functions, triggers and sequences that no column owns."""
    facts: Facts = {}
    for found in inspector.get_enums(schema="*"):
        prefix = "" if found.get("visible", True) else f"{found['schema']}."
        facts[f"enum type {prefix}{found['name']}"] = ", ".join(found["labels"])
    for kind, query in (("function", FUNCTIONS), ("trigger", TRIGGERS)):
        facts.update({f"{kind} {name}": str(body) for name, body in connection.execute(text(query))})
    return facts


def files_of(connection: Connection) -> dict[str, int]:
    """Which file each table of a PostgreSQL lies in: another one means that it was written anew."""
    if connection.dialect.name != "postgresql":
        return {}
    return {name: int(number) for name, number in connection.execute(text(FILES)) if number is not None}

"""Database tables as DDL, and the graph of mapped classes."""

from __future__ import annotations

import gc
import sys
from typing import Any

from .describe import name_of, type_of, value, without_addresses

SYSTEM = ("pg_catalog", "information_schema", "INFORMATION_SCHEMA")


def instances(kind: type) -> list[Any]:
    """Every living object of a class; the class of each is asked, never the object."""
    return [thing for thing in gc.get_objects() if issubclass(type(thing), kind)]


def tables() -> list[dict[str, Any]]:
    """The tables of every MetaData that has any, sorted by name."""
    if "sqlalchemy" not in sys.modules:
        return []
    from sqlalchemy import MetaData

    found = [described(metadata) for metadata in instances(MetaData)]
    return sorted((told for told in found if told), key=sorted)


def described(metadata: Any) -> dict[str, Any]:
    """The tables of one MetaData: what creates them, their indexes and comments."""
    return {
        key: ddl(table)
        for key, table in sorted(metadata.tables.items())
        if (table.schema or "") not in SYSTEM
    }


def ddl(table: Any) -> list[str]:
    """The statements that create a table, for PostgreSQL if that can be."""
    from sqlalchemy.dialects import postgresql
    from sqlalchemy.schema import CreateIndex, CreateTable

    told: list[str] = []
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    statements: list[Any] = [CreateTable(table), *map(CreateIndex, indexes)]
    for statement in statements:
        try:
            told.append(str(statement.compile(dialect=postgresql.dialect())).strip())  # type: ignore[no-untyped-call]
        except Exception:  # noqa: BLE001  a type of another database
            told.append(without_addresses(repr(statement.element)))
    told.extend(f"{c.name}: {defaults(c)}" for c in table.columns if defaults(c))
    return told


def defaults(column: Any) -> str:
    """What a column is filled with by the application."""
    told = []
    for name in ("default", "onupdate"):
        found = getattr(column, name, None)
        if found is not None:
            argument = getattr(found, "arg", found)
            said = name_of(argument) if callable(argument) else str(value(argument))
            told.append(f"{name}={without_addresses(said)}")
    return ", ".join(told)


def mappers() -> dict[str, Any]:
    """Every mapped class: its table, columns, relationships; configures the mappers, as a query does."""
    if "sqlalchemy.orm" not in sys.modules:
        return {}
    from sqlalchemy import orm
    from sqlalchemy.orm import Mapper

    orm.configure_mappers()
    found = {name_of(mapper.class_): mapper for mapper in instances(Mapper)}
    return {name: mapped(found[name]) for name in sorted(found)}


def mapped(mapper: Any) -> dict[str, Any]:
    """One mapped class."""
    properties = {}
    for item in sorted(mapper.attrs, key=lambda item: str(item.key)):
        kind = type(item).__name__
        if hasattr(item, "mapper"):
            properties[item.key] = [
                kind,
                name_of(item.mapper.class_),
                item.direction.name,
                item.uselist,
                str(item.back_populates),
                str(sorted(item.cascade)),
                str(item.primaryjoin),
                str(item.lazy),
            ]
        else:
            properties[item.key] = [kind, [str(c) for c in getattr(item, "columns", ())]]
    return {
        "table": str(mapper.local_table),
        "bases": [type_of(base) for base in mapper.class_.__mro__[1:] if base is not object],
        "polymorphic": value(mapper.polymorphic_identity),
        "properties": properties,
    }

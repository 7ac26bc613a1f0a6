"""Rows that a function changes, writes and then shows, though it cannot know what the database worked out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Function
from plumbrule.model.queries import query_of

if TYPE_CHECKING:
    from plumbrule.model.project import Project
    from plumbrule.model.schemas import Column, Table


def functions_that_change(project: Project) -> dict[Function, set[bytes]]:
    """The functions that change rows and write them, with the tables that they name."""
    every = project.words_for(*(table.name for table in project.tables))
    writing = {call.caller for call in project.calls_to("commit", "flush")}
    found = (function for function in writing if isinstance(function, Function) and changed_by(function))
    return {f: {name.id.encode() for name in f.find(n.Name)} & every for f in found}


def changed_by(function: Function) -> set[str]:
    """The names of what a function sets attributes of, other than its own object."""
    targets = (target for assign in function.find(n.Assign) for target in assign.targets)
    names = {t.value.id for t in targets if isinstance(t, n.Attribute) and isinstance(t.value, n.Name)}
    for call in function.calls:
        if call.name == "builtins.setattr" and call.args and isinstance(call.args[0], n.Name):
            names.add(call.args[0].id)
    return names - {"self", "cls"}


def shows_stale(function: Function, column: Column, table: Table) -> bool:
    """Whether a function reads a column of a row that it has changed, or hands the row out, and never fetches
    one again.
    """
    if any(call.method == "refresh" for call in function.calls):
        return False
    changed = changed_by(function)
    rows = [x for x in function.find(n.Name) if x.id in changed and not is_other(function, x, table)]
    if any(is_set(row, column) for row in rows):
        return False
    return any(
        row.parent.attr == column.name
        if isinstance(row.parent, n.Attribute)
        else any(isinstance(parent, n.Return) for parent in row.parents)
        for row in rows
    )


def is_set(row: n.Name, column: Column) -> bool:
    """Whether a row is given the value of a column: then the database does not work it out."""
    match row.parent:
        case n.Attribute(attr=name, parent=n.Assign(targets=targets)) if name == column.name:
            return row.parent in targets
        case _:
            return False


def is_other(function: Function, name: n.Name, table: Table) -> bool:
    """Whether a name stands for something else than a row of a table that was there before the last write."""
    kind, query = function.type_of(name), query_of(function, name)
    if query is not None:
        written = [call.node.start for call in function.calls if call.method in ("commit", "flush")]
        return query.table is not table or all(query.node.start > start for start in written)
    if kind is None or kind.cls is None:
        return False
    made = any(
        isinstance(b.node, n.Assign)
        and isinstance(b.node.value, n.Call)
        and function.resolve(b.node.value.func) is kind.cls
        for b in function.bindings.get(name.id, ())
    )
    return made or not kind.cls.is_a(table.cls.qualified_name)

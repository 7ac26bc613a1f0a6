"""Rows that are made and written with an `AsyncSession`: nothing has loaded what they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.relationships import Relationship
    from plumbrule.model.schemas import Table

WRITING = {f"sqlalchemy.ext.asyncio.AsyncSession.{verb}" for verb in ("flush", "commit", "refresh")}
DUMPS = ("model_dump", "dict")


class Written(NamedTuple):
    """A row that a call makes; `is_written` tells whether it was flushed on the way here."""

    table: Table
    made: Call
    is_written: bool

    @property
    def unloaded(self) -> Iterator[Relationship]:
        """Its lists of others that nobody gave it: reading one asks the database."""
        given = {keyword.name for keyword in self.made.keywords} | self._touched
        for name, relation in self.table.relationships.items():
            if relation.is_lazy and relation.is_list and name not in given and not self._is_handed_on:
                yield relation

    @property
    def _touched(self) -> set[str]:
        """The attributes that the function around speaks of: a list that is filled before is there."""
        return {node.attr for node in self.made.scope.find(n.Attribute)}

    @property
    def _is_handed_on(self) -> bool:
        """Whether another row is made with this one, which puts it into its list."""
        assign = self.made.node.parent
        names = {t.text for t in assign.targets} if isinstance(assign, n.Assign) else set()
        return any(k.value.text in names for call in self.made.scope.calls for k in call.keywords)


def written_row(function: Function, expr: n.Expr | None, depth: int = 3) -> Written | None:
    """The row that an expression in a function surely is, if it was made on the way."""
    match expr:
        case n.Await(value=value):
            return written_row(function, value, depth)
        case n.Name(id=name):
            bound = [b.node for b in function.bindings.get(name, ())]
            given = bound[0].value if len(bound) == 1 and isinstance(bound[0], n.Assign) else None
            return written_row(function, given, depth) if given is not None else None
        case n.Call():
            found = _made(function, function.call(expr), depth)
            return found._replace(is_written=found.is_written or _writes(function)) if found else None
        case _:
            return None


def _made(function: Function, call: Call, depth: int) -> Written | None:
    """What a call of a table, or of a function that makes one of its rows, gives."""
    if isinstance(call.target, Class):
        table = function.project.table_of(call.target)
        return Written(table, call, is_written=False) if table is not None and _is_plain(call) else None
    if call.function is None or not depth:
        return None
    values = [statement.value for statement in call.function.find(n.Return)]
    rows = [written_row(call.function, value, depth - 1) for value in values]
    return rows[0] if len(rows) == 1 else None


def _is_plain(call: Call) -> bool:
    """Whether all that a row is given is written out, or what a schema holds."""
    splats = [keyword.value for keyword in call.keywords if keyword.name is None]
    return all(isinstance(v, n.Call) and v.func.text.rpartition(".")[2] in DUMPS for v in splats)


def _writes(function: Function) -> bool:
    """Whether a function writes what it has made, and loads nothing by name."""
    calls = [call for call in function.calls if call.name in WRITING]
    return bool(calls) and not any(call.argument(1, "attribute_names") for call in calls)

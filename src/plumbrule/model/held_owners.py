"""Services that are made for one owner: which of their lookups by an id do not ask for him."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class, Function
from plumbrule.model.ownership import FILTERING, LOOKUPS, is_owning, is_power, table_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.project import Project

KEYS = {"id", "uuid", "pk"}
Lookup = tuple[n.Expr, n.Expr, n.Expr]
Unasked = tuple[Function, n.Expr, n.Expr, str, Function]


def lookups_without_held_owner(project: Project) -> Iterator[Unasked]:
    """Where a method looks by an id it is given and not for the owner that its object holds, which another
    method puts into its query or a new row: the method, the place, the id, the owner, and that other method.
    """
    columns = {name for table in project.tables for name in table.columns if is_owning(name)}
    written = [f"self.{mark}{name}".encode() for name in columns for mark in ("", "_")]
    if not written or project.mentioning(*FILTERING):
        return  # or every query is filtered out of sight
    for module in project.mentioning(*written):
        for cls in module.classes if not module.is_test else ():
            held = held_owners(cls)
            for method in cls.methods.values() if held else ():
                yield from unasked(method, held)


def held_owners(cls: Class) -> dict[str, tuple[str, Function]]:
    """The columns whose value a class holds and puts into a query or a row: that value, and the method."""
    found: dict[str, tuple[str, Function]] = {}
    for method in cls.methods.values():
        for compare in method.find(n.Compare):
            match compare:
                case n.Compare(operands=(n.Attribute(value=table, attr=column), held), ops=("==",)):
                    if is_owning(column) and is_held(held) and column in columns_of(method, table):
                        found.setdefault(column, (held.text, method))
        for keyword in method.find(n.Keyword):
            if keyword.name and is_owning(keyword.name) and is_held(keyword.value):
                row = keyword.parent
                if isinstance(row, n.Call) and keyword.name in columns_of(method, row.func):
                    found.setdefault(keyword.name, (keyword.value.text, method))
    return found


def unasked(method: Function, held: dict[str, tuple[str, Function]]) -> Iterator[Unasked]:
    """The lookups of one method that ask for no owner."""
    if is_power(method.name):
        return
    for place, table, given in lookups(method):
        columns = columns_of(method, table)
        for column, (owner, other) in held.items():
            if column in columns and other is not method and not is_asked_for(owner, method):
                yield method, place, given, owner, other


def lookups(method: Function) -> Iterator[Lookup]:
    """Where a method looks for what has an id that it is given: the place, the table, the id."""
    for compare in method.find(n.Compare):
        match compare:
            case n.Compare(operands=(n.Attribute(value=table, attr=key), given), ops=("==",)):
                if key in KEYS and is_given(given, method):
                    yield compare, table, given
    for call in method.find(n.Call):
        match call:
            case n.Call(func=n.Attribute(attr=name), args=(table, given)) if name in LOOKUPS:
                if is_given(given, method):
                    yield call, table, given


def is_given(expr: n.Expr, method: Function) -> bool:
    """Whether a value is an id that the method is given, or one of what a client sends."""
    match expr:
        case n.Name(id=name):
            return method.parameter(name) is not None
        case n.Attribute(value=n.Name(id=name), attr=attr):
            parameter = method.parameter(name)
            kind = parameter.type.cls if parameter is not None and parameter.type is not None else None
            return attr.endswith("_id") and kind is not None and method.project.schema_of(kind) is not None
        case _:
            return False


def is_asked_for(owner: str, method: Function) -> bool:
    """Whether a method looks at the owner, itself, in a method it calls, or in one that calls it."""
    around: list[object] = [call.function for call in method.calls]
    around += [call.scope for call in method.callers_in_code]
    family = (one for one in around if isinstance(one, Function) and one.cls is method.cls)
    return any(looks_at(owner, one) for one in (method, *family))


def looks_at(owner: str, method: Function) -> bool:
    """Whether a method does more with the owner than to write it into a new row."""
    return any(node.text == owner and not is_written(node, method) for node in method.find(n.Attribute))


def is_written(owner: n.Attribute, method: Function) -> bool:
    """Whether the owner is a value of a row that is made: `Room(owner_id=self.owner_id)`."""
    call = owner.parent.parent if isinstance(owner.parent, n.Keyword) else None
    return isinstance(call, n.Call) and bool(columns_of(method, call.func))


def is_held(expr: n.Expr) -> bool:
    """Whether a value is an attribute of the object itself."""
    match expr:
        case n.Attribute(value=n.Name(id="self"), attr=attr):
            return is_owning(attr.lstrip("_"))
        case _:
            return False


def columns_of(method: Function, table: n.Expr) -> set[str]:
    """The columns of the table that an expression names."""
    return table_columns(method.project, method, table)

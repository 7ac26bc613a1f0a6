"""Where the objects of a function come from: the query that loaded them, and what it loaded with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.frozen import frozen
from plumbrule.model.code import Class
from plumbrule.model.reaching_bindings import binding_at, reaching
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from plumbrule.model.code import Function
    from plumbrule.model.relationships import Relationship
    from plumbrule.model.schemas import Table

SESSIONS = ("sqlalchemy.ext.asyncio.AsyncSession.", "sqlalchemy.orm.Session.")
BY_KEY = ("get", "get_one")
BY_STATEMENT = ("execute", "exec", "scalar", "scalars", "stream", "stream_scalars")
ASKING = {"query", *BY_KEY, *BY_STATEMENT}
SELECTS = ("sqlalchemy.select", "sqlmodel.select")
STEPS = {
    "all",
    "fetchall",
    "first",
    "one",
    "one_or_none",
    "scalar",
    "scalars",
    "scalar_one",
    "scalar_one_or_none",
    "unique",
    "partitions",
    "filter",
    "filter_by",
    "where",
    "order_by",
    "limit",
    "offset",
    "join",
    "outerjoin",
    "options",
    "distinct",
    "with_for_update",
    "execution_options",
    "group_by",
    "having",
    "yield_per",
}
DEEPEST = 16


@frozen
class Query:
    """A query for the objects of one table: `node` is where it runs, `made` where it is put together,
    `options` its loader options.
    """

    table: Table
    node: n.Node
    made: n.Node
    options: tuple[str, ...]
    is_async: bool

    def loads(self, name: str) -> bool:
        """Whether it loads a relationship with the objects, or may do so."""
        return any(name in text or "*" in text for text in self.options)

    @property
    def unloaded(self) -> dict[str, Relationship]:
        """The relationships that neither the table nor the query loads."""
        found = self.table.relationships.items()
        return {name: r for name, r in found if r.is_lazy and not self.loads(name)}

    def lazily(self, name: str) -> Relationship | None:
        """The relationship that reading an attribute loads then, itself, through a proxy or in a property."""
        cls = self.table.cls
        written = [f for f in cls.module.functions if f.name == name and f.cls is cls]  # and its setters
        for method in written[:1]:
            read = [attr for _, owner, attr in read_in(method) if owner.id == "self"]
            is_property = any(d.endswith("property") for d in method.decorator_names)
            return next((self.unloaded[x] for x in read if is_property and x in self.unloaded), None)
        return self.unloaded.get(self.table.proxies.get(name, name))


def read_in(function: Function, names: Container[str] | None = None) -> Iterator[tuple[n.Expr, n.Name, str]]:
    """What a function reads of the objects that have a name: the node, the object and the attribute.

    With names only the attributes that have one of these.
    """
    for node in function.find(n.Attribute):
        if (names is None or node.attr in names) and isinstance(node.value, n.Name):
            yield node, node.value, node.attr
    for call in function.find(n.Call):
        if isinstance(call.func, n.Name) and call.func.id == "getattr":
            match call.args:
                case (n.Name() as owner, n.Constant(value=str(attr)), *_) if names is None or attr in names:
                    yield call, owner, attr


def query_of(function: Function, expr: n.Expr, depth: int = 0) -> Query | None:
    """The query that gives an expression, its rows, or the rows that a loop variable goes through."""
    if depth > DEEPEST:
        return None
    match expr:
        case n.Await(value=value):
            return query_of(function, value, depth + 1)
        case n.Call(func=n.Name(id="list" | "tuple" | "reversed" | "enumerate"), args=(first,)):
            return query_of(function, first, depth + 1)
        case n.Call(func=n.Attribute(value=receiver, attr=method)):
            if method in STEPS:
                return from_session(function, expr, depth) or query_of(function, receiver, depth + 1)
            return from_session(function, expr, depth) or returned(function, expr, depth)
        case n.Call(func=n.Name()):
            return returned(function, expr, depth)
        case n.Name():
            place = binding_at(function, expr)
            source = bound(place.node) if place is not None else None
            return query_of(function, source, depth + 1) if source is not None else None
        case _:
            return None


def returned(function: Function, node: n.Call, depth: int) -> Query | None:
    """The query whose objects a function of the project gives back as they were loaded."""
    inner = function.call(node).function
    if inner is None or inner.is_generator or inner.name == "__init__":
        return None
    given = [r.value for r in inner.find(n.Return) if r.value is not None and r.value.text != "None"]
    if len(given) != 1 or (isinstance(given[0], n.Name) and is_completed(inner, given[0].id)):
        return None
    return query_of(inner, given[0], depth + 1)


def is_completed(function: Function, name: str) -> bool:
    """Whether an object that was loaded under a name may get more than that."""
    sets = (t for assign in function.find(n.Assign) for t in assign.targets if isinstance(t, n.Attribute))
    handed = (call for call in function.calls if call.is_awaited or call.method == "refresh")
    return any(t.value.text == name for t in sets) or any(a.text == name for c in handed for a in c.given)


def bound(node: n.Node) -> n.Expr | None:
    """What gives a name its value."""
    match node:
        case n.Assign(targets=(n.Name(),), value=value, op=None):
            return value
        case n.For(target=n.Name(), iterable=iterable) | n.Clause(target=n.Name(), iterable=iterable):
            return iterable
        case n.Walrus(value=value):
            return value
        case _:
            return None


def from_session(function: Function, node: n.Call, depth: int) -> Query | None:
    """The query that a call of a session runs."""
    if not node.args or not isinstance(node.func, n.Attribute) or node.func.attr not in ASKING:
        return None
    call = function.call(node)
    owner = next((s for s in SESSIONS if call.name.startswith(s)), None)
    if owner is None:
        return None
    method, is_async = call.name.removeprefix(owner), owner is SESSIONS[0]
    if method in BY_KEY or method == "query":
        table = table_of(function, node.args[0])
        given = call.keyword("options")
        options = tuple(chained_options(node)) if method == "query" else (given.text,) if given else ()
        return (
            Query(table, node, node, options, is_async)
            if table and (method != "query" or len(node.args) == 1)
            else None
        )
    if method not in BY_STATEMENT:
        return None
    found = list(statement(function, node.args[0], depth))
    tables = [(table, made) for table, _, made in found if table is not None]
    options = tuple(text for _, text, _ in found if text)
    return Query(tables[0][0], node, tables[0][1], options, is_async) if len(tables) == 1 else None


def chained_options(node: n.Node) -> Iterator[str]:
    """The loader options in the calls that follow `session.query(…)`."""
    at = node.parent
    while isinstance(at, (n.Attribute, n.Call)):
        if (
            isinstance(at, n.Call)
            and isinstance(at.func, n.Attribute)
            and at.func.attr in ("options", "join")
        ):
            yield at.text
        at = at.parent


def statement(function: Function, expr: n.Expr, depth: int) -> Iterator[tuple[Table | None, str, n.Node]]:
    """The table a statement selects from and the texts of its options, one by one, each with its place."""
    if depth > DEEPEST:
        return
    match expr:
        case n.Call(func=func, args=(first,)) if function.name_of(func) in SELECTS:
            table = table_of(function, first)
            if table is not None:
                yield table, "", expr
        case n.Call(func=n.Attribute(value=receiver, attr="returning"), args=(first,)):
            yield table_of(function, first), "", expr
            yield from statement(function, receiver, depth + 1)
        case n.Call(func=n.Attribute(value=receiver, attr=method)):
            yield None, options_of(function, expr) if method == "options" else "", expr
            yield from statement(function, receiver, depth + 1)
        case n.Name(id=name):
            for value, is_step in steps_of(function, expr):
                if not is_step:
                    yield from statement(function, value, depth + 1)
                elif ".options(" in value.text or not is_chain(value, name):
                    yield None, value.text if is_chain(value, name) else "*", value


def options_of(function: Function, call: n.Call) -> str:
    """The texts of loader options; those that have a name are looked up, `*` is what cannot be."""
    texts = [arg.text for arg in call.given]
    for name in n.names_in(*call.given):
        values = [bound(place.node) for place in function.bindings.get(name, ())]
        if function.parameter(name) is not None or isinstance(function.module.member(name), Variable):
            values.append(None)
        texts += [value.text if value is not None else "*" for value in values]
    return " ".join(texts)


def steps_of(function: Function, use: n.Name) -> Iterator[tuple[n.Expr, bool]]:
    """What a name may have been given where it is used, and whether that was made of what it had before."""
    seen: set[int] = set()
    queue = [use]
    for name in queue:
        for place in reaching(function, name, inside=True):
            value = bound(place.node) if place is not None and id(place.node) not in seen else None
            if place is None or value is None:
                continue
            seen.add(id(place.node))
            before = [x for x in value.walk() if isinstance(x, n.Name) and x.id == use.id]
            queue += before
            yield value, bool(before)


def is_chain(value: n.Expr, name: str) -> bool:
    """Whether an expression is a name and what its methods make of it: no other function may add options."""
    match value:
        case n.Call(func=n.Attribute(value=receiver)):
            return is_chain(receiver, name)
        case _:
            return isinstance(value, n.Name) and value.id == name


def table_of(function: Function, expr: n.Expr) -> Table | None:
    """The table whose class an expression names."""
    target = function.resolve(expr) if isinstance(expr, (n.Name, n.Attribute)) else None
    return function.project.table_of(target) if isinstance(target, Class) else None

"""The routes of an app in the order in which a request is matched against them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.frozen import frozen
from plumbrule.model.assembly.values import HOLE
from plumbrule.model.code import Module

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Span
    from plumbrule.model.assembly.values import Record
    from plumbrule.model.routing import Include, Route, Router

PARAMETER = re.compile(r"{([^}:]*)(?::([^}]*))?}")
CONVERTERS = {  # what a converter matches, and a text that it and nothing narrower matches
    "str": ("[^/]+", "\x01"),
    "": ("[^/]+", "\x01"),
    "path": (".*", "\x01/\x01"),
    "int": ("[0-9]+", "7"),
    "float": (r"[0-9]+(\.[0-9]+)?", "7.5"),
    "uuid": ("[0-9a-f-]{36}", "00000000-0000-4000-8000-000000000000"),
}


@frozen
class Entry:
    """One line of the table: a route under one of its full paths, or a mount (`route` is None) with what is
    below its path.
    """

    route: Route | None
    path: str
    methods: frozenset[str]
    node: n.Node
    is_conditional: bool
    in_schema: bool

    @property
    def span(self) -> Span:
        """Where it is registered."""
        return self.node.span

    @property
    def label(self) -> str:
        """How a person says it."""
        return f"{'/'.join(sorted(self.methods))} {self.path or '/'}" if self.route else f"mount {self.path}"

    @property
    def request(self) -> str:
        """The path of a request that only patterns as wide as its own match."""
        return sample(self.path)

    @property
    def is_known(self) -> bool:
        """Whether every part of the path can be told and it is surely registered."""
        return HOLE not in self.path and not self.is_conditional

    def leads_where(self, other: Entry) -> bool:
        """Whether both run the same handler, so that it does not matter which is first."""
        if self.route is None or other.route is None:
            return False
        handler = self.route.handler
        return self.route is other.route or (handler is not None and handler is other.route.handler)

    def takes(self, later: Entry) -> bool:
        """Whether every request for a later entry is matched by this one."""
        if self.route is None:
            return later.path == self.path or later.path.startswith(self.path + "/")
        requests = (later.request, sample(later.path.replace(":path}", "}")))  # a path may well be one name
        return later.methods <= self.methods and all(map(pattern(self.path).fullmatch, requests))


@cache
def pattern(path: str) -> re.Pattern[str]:
    """The expression that the router compiles a path to; a converter that is not known matches nothing."""
    text, at = "", 0
    for found in PARAMETER.finditer(path):
        text += re.escape(path[at : found.start()]) + CONVERTERS.get(found[2] or "", ("(?!)", ""))[0]
        at = found.end()
    return re.compile(text + re.escape(path[at:]), re.DOTALL)


@cache
def sample(path: str) -> str:
    """A request path that only patterns as wide as this path match."""
    return PARAMETER.sub(lambda found: CONVERTERS.get(found[2] or "", ("", "\x01"))[1], path)


@cache
def shape(path: str) -> str:
    """A path without the names of its parameters."""
    return PARAMETER.sub(lambda found: f"{{:{found[2] or 'str'}}}", path)


def route_table(root: Router) -> list[Entry]:
    """Every route and mount of an app, or of a router that nothing is known to include, in the order in
    which they were registered, each once; empty for a router that is part of another one's table. Routes that
    an app serves are in the table of that app only.
    """
    if root.included_in and not root.is_app:
        return []
    routes, includes = root.routing.routes_by_record, root.routing.includes_by_record
    start = Way("" if root.is_app else root.prefix, (root,), conditional=False, in_schema=True)
    found: dict[object, Entry] = {}
    for entry in entries(root, start, routes, includes):
        if root.is_app or entry.route is None or not entry.route.is_mounted:
            found.setdefault((entry.route or entry.node, entry.path, entry.methods), entry)
    return list(found.values())


@frozen
class Way:
    """How the table gets to a router: the path before its routes, the routers above it."""

    path: str
    above: tuple[Router, ...]
    conditional: bool
    in_schema: bool


def entries(
    router: Router, way: Way, routes: dict[Record, Route], includes: dict[Record, Include]
) -> Iterator[Entry]:
    """The lines that one router adds."""
    shown = way.in_schema and router.value.options.get("include_in_schema") is not False
    for record in as_written(router.value.records):
        unsure = way.conditional or record.conditional
        visible = shown and record.args.get("include_in_schema") is not False
        if record.kind == "route" and record in routes:
            full = way.path + text(record.path)
            yield Entry(routes[record], full, frozenset(record.methods), record.node, unsure, visible)
        elif record.kind == "mount" and record.operation == "mount":
            full = way.path + text(record.path).rstrip("/")
            yield Entry(None, full, frozenset(), record.node, unsure, in_schema=False)
        elif record.kind == "include" and record in includes and includes[record].child not in way.above:
            child = includes[record].child
            inner = way.path + includes[record].prefix + child.prefix
            yield from entries(child, Way(inner, (*way.above, child), unsure, visible), routes, includes)


def as_written(records: list[Record]) -> list[Record]:
    """Records in the order in which they come about: what the body of a module does is sorted by its place,
    of stacked decorators the lowest first.
    """
    ordered = list(records)
    by_scope: dict[Module, list[int]] = {}
    for index, record in enumerate(records):
        if isinstance(record.scope, Module):
            by_scope.setdefault(record.scope, []).append(index)
    for places in by_scope.values():
        for place, record in zip(places, sorted((records[i] for i in places), key=moment), strict=True):
            ordered[place] = record
    return ordered


def moment(record: Record) -> tuple[int, int]:
    """When a statement at module level registers: where its function or itself stands."""
    parent = record.node.parent
    if isinstance(parent, n.FunctionDef) and record.node in parent.decorators:
        return parent.name_start, -record.node.start
    return record.node.start, 0


def text(value: object) -> str:
    """A path as text, with a hole for what cannot be told."""
    return value if isinstance(value, str) else "" if value is None else HOLE

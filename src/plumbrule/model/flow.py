"""Request data that ends up in a dangerous call."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.knowledge import sinks as known

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.routing import Route

SQL = re.compile(
    r"\b(select|insert\s+into|update|delete\s+from|copy|create|drop|alter|truncate|where|order by)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Request data: `label` is how it is written, `place` path, path_rest (`{x:path}`), request,
    upload (the name a file is sent with) or content (what is in it);
    `composed` the expressions that put other text around it, the nearest to the request first;
    `is_glued` whether it stands behind other text of the same name, as in `f"{key}_{name}"`.
    """

    label: str
    node: n.Node
    place: str
    composed: tuple[n.Expr, ...] = ()
    is_glued: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """Request data in a dangerous call; `chain` are the calls of project functions on the way to it;
    `is_head` whether it is the beginning of a URL.
    """

    kind: str
    sink: Call
    argument: n.Expr
    origin: Origin
    chain: tuple[Call, ...]
    route: Route
    is_head: bool

    @property
    def first(self) -> n.Expr:
        """Where the data first becomes a part of something longer; else the argument of the sink."""
        return self.origin.composed[0] if self.origin.composed else self.argument

    @property
    def last(self) -> n.Expr:
        """The longer text that reaches the sink; else the argument of the sink."""
        return self.origin.composed[-1] if self.origin.composed else self.argument

    @property
    def sink_name(self) -> str:
        """The sink as a person writes it: `open`, `FileResponse`, `cursor.execute`."""
        return self.sink.node.func.text

    @property
    def steps(self) -> list[tuple[str, Span]]:
        """The stations from the route to the sink."""
        start = (
            f"`{self.origin.label}` of {self.route.label} is what the client sends",
            self.origin.node.span,
        )
        way = [(f"`{call.node.func.text}` gets it", call.span) for call in self.chain]
        return [start, *way, (f"`{self.sink_name}` works with it", self.sink.span)]


def composed(expr: n.Expr, origin: Origin | None) -> Origin | None:
    """An origin with one more expression around it."""
    return replace(origin, composed=(*origin.composed, expr)) if origin is not None else None


def put_into(call: Call, origin: Origin | None) -> Origin | None:
    """What data becomes in a call that hands it on: a part of something longer, or what is in a file."""
    if origin is not None and call.name in known.STREAMS:
        return replace(origin, place="content")
    is_composing = call.name in known.COMPOSERS or (call.name == "pathlib.Path" and len(call.args) > 1)
    return composed(call.node, origin) if is_composing else origin


def glued(parts: tuple[n.Expr, ...]) -> list[n.Expr]:
    """The parts of a formatted text right behind a written one that ends no folder's name."""
    written = ((before.value, part) for before, part in pairwise(parts) if isinstance(before, n.Constant))
    return [part for text, part in written if isinstance(text, str) and not text.endswith(("/", "\\"))]


def is_sql(origin: Origin) -> bool:
    """Whether a text that request data was put into looks like SQL."""
    return any(SQL.search(expr.text) for expr in origin.composed)


def leading(parts: tuple[n.Expr, ...]) -> tuple[n.Expr, ...]:
    """The part that decides which host a URL names: the first, or what stands right behind a bare scheme."""
    first, rest = parts[:1], parts[1:]
    match first:
        case (n.Constant(value=str(text)),) if re.fullmatch(r"\s*|(https?:)?//|https?://[^/]*[@.]?", text):
            return rest[:1]
        case _:
            return first

"""Request data that ends up in a dangerous call."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.frozen import frozen
from plumbrule.model.code import Function
from plumbrule.model.knowledge import sinks as known

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.model.calls import Call
    from plumbrule.model.routing import Route


@frozen
class Origin:
    """Request data: `label` is how it is written, `place` path, path_rest (`{x:path}`), request,
    upload (the name a file is sent with) or content (what is in it);
    `composed` the expressions that put other text around it, the nearest to the request first,
    `makers` the functions they stand in;
    `is_glued` whether it stands behind other text of the same name, as in `f"{key}_{name}"`.
    """

    label: str
    node: n.Node
    place: str
    composed: tuple[n.Expr, ...] = ()
    makers: tuple[Function, ...] = ()
    is_glued: bool = False


@frozen
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


BARE = re.compile(r"\s*|(https?:)?//|https?://[^/]*[@.]?")
"""what may stand before the host"""


def composed(expr: n.Expr, origin: Origin | None, maker: Function) -> Origin | None:
    """An origin with one more expression around it."""
    if origin is None:
        return None
    return replace(origin, composed=(*origin.composed, expr), makers=(*origin.makers, maker))


def put_into(call: Call, origin: Origin | None) -> Origin | None:
    """What data becomes in a call that hands it on: a part of something longer, or what is in a file."""
    if origin is not None and call.name in known.STREAMS:
        return replace(origin, place="content")
    is_composing = call.name in known.COMPOSERS or (call.name == "pathlib.Path" and len(call.args) > 1)
    maker = call.caller if is_composing else None
    return composed(call.node, origin, maker) if isinstance(maker, Function) else origin


def glued(parts: tuple[n.Expr, ...]) -> list[n.Expr]:
    """The parts of a formatted text right behind a written one that ends no folder's name."""
    written = ((before.value, part) for before, part in pairwise(parts) if isinstance(before, n.Constant))
    return [part for text, part in written if isinstance(text, str) and not text.endswith(("/", "\\"))]


def leading(parts: tuple[n.Expr, ...]) -> tuple[n.Expr, ...]:
    """The part that decides which host a URL names: the first, or what stands right behind a bare scheme."""
    first, rest = parts[:1], parts[1:]
    match first:
        case (n.Constant(value=str(text)),) if BARE.fullmatch(text):
            return rest[:1]
        case _:
            return first


def leading_place(template: str) -> str | None:
    """The number or name of the place in `"…{}…"` that decides which host a URL names, None if none does."""
    found = re.match(r"([^{]*)\{(\w*)", template)
    return found[2] if found and BARE.fullmatch(found[1]) else None

"""Whether a text is a statement for a database, as far as it can be read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.flow import leading_place
from plumbrule.model.reaching_bindings import bound_value, reaching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function
    from plumbrule.model.flow import Origin

# the last two are of Cypher and AQL
SQL = re.compile(
    r"\b(select|insert\s+into|update|delete\s+from|copy|create|drop|alter|truncate|grant|revoke|where|"
    r"order by)\b|\b(match|merge)\s*\(|\bfor\s+\w+\s+in\b.*\breturn\b",
    re.IGNORECASE | re.DOTALL,
)


def is_sql(origin: Origin) -> bool:
    """Whether a text that request data was put into looks like SQL, where it is written or what it names."""
    ways = zip(origin.composed, origin.makers, strict=True)
    return any(SQL.search(text) for expr, maker in ways for text in (expr.text, *parts(expr, maker)))


def parts(expr: n.Expr, maker: Function) -> Iterator[str]:
    """The texts that the names in an expression are bound to: `query` of `query.format(name=name)`."""
    for name in (node for node in expr.walk() if isinstance(node, n.Name)):
        value = written(name, maker)
        if isinstance(value, (n.Constant, n.FString, n.BinOp)):
            yield value.text


def written(name: n.Name, maker: Function) -> n.Expr | None:
    """What a name was last bound to, in a function or around it."""
    owner, found = maker.inference.lookup(name)
    binding = next(reaching(maker, name, inside=True), None) if owner is maker else found
    return bound_value(binding) if binding is not None else None


def is_written(template: n.Expr, maker: Function) -> bool:
    """Whether it is known what a text is."""
    return isinstance(known(template, maker), (n.Constant, n.FString))


def known(template: n.Expr, maker: Function) -> n.Expr | None:
    """What a text is made of, if that can be told."""
    return written(template, maker) if isinstance(template, n.Name) else template


def led_by(call: Call, maker: Function) -> tuple[n.Expr, ...]:
    """What `format` or `join` may put at the beginning of a text: what stands at its first place, where the
    text can be read.
    """
    text = known(call.receiver, maker) if call.receiver is not None else None
    match text:
        case n.Constant(value=str(template)) if call.method == "format":
            place = leading_place(template)
            if place is None or (place and not place.isdigit()):
                return tuple(k.value for k in call.keywords if place and k.name == place)
            return call.args[int(place or 0) :][:1]
        case _:
            return call.args

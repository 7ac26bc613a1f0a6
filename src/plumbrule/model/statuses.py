"""HTTP statuses as they are written in code."""

from __future__ import annotations

from plumbrule.facts import nodes as n

NAMED = {"OK": 200, "CREATED": 201, "ACCEPTED": 202, "NO_CONTENT": 204}
EMPTY = (204, 205, 304)
"""statuses whose answers have no body"""


def status_number(expr: n.Expr | None) -> int | None:
    """A status that is written, or has one of the names of `fastapi.status` and `HTTPStatus`."""
    match expr:
        case n.Constant(value=int(number)):
            return number
        case n.Attribute(attr=name) | n.Name(id=name) if name.startswith("HTTP_") and name[5:8].isdigit():
            return int(name[5:8])
        case n.Attribute(attr="value", value=inner):
            return status_number(inner)
        case n.Attribute(attr=name):
            return NAMED.get(name)
        case _:
            return None

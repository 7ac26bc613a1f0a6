"""Names inside strings that Python or an ORM reads as code: quoted annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read_expression

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPING_CALLS = {"cast": 0, "TypeVar": None, "ForwardRef": 0, "NewType": 1}


def quoted_names(constant: n.Constant) -> Iterator[str]:
    """The names that a string speaks of, if it stands where an annotation does."""
    if not is_annotation(constant):
        return
    expr = read_expression(constant)
    for node in expr.walk() if expr else ():
        if isinstance(node, n.Name):
            yield node.id


def is_annotation(constant: n.Node) -> bool:
    """Whether a node is part of an annotation, or of a call that takes one."""
    child = constant
    for parent in constant.parents:
        match parent:
            case n.Parameter(annotation=annotation) | n.Assign(annotation=annotation):
                return annotation is child
            case n.FunctionDef(returns=returns):
                return returns is child
            case n.Call(func=func):
                name = func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")
                return name in TYPING_CALLS
            case n.Subscript(value=value) if value.text.endswith("Literal"):
                return False
            case n.Subscript() | n.BinOp() | n.Sequence() | n.Keyword() | n.Starred() | n.Unknown():
                child = parent
            case _:
                return False
    return False

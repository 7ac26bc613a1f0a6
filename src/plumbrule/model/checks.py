"""Whether a value was checked before it is used: against a list, a pattern, a folder, or by a function."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.knowledge.sinks import CHECKS

if TYPE_CHECKING:
    from plumbrule.model.code import Function

LEAVING = (n.Raise, n.Return)
CHECKING = re.compile(
    r"check|valid|ensure|verif|assert|require|guard|safe|allow|authori|permi", re.IGNORECASE
)
HARMFUL_PARTS = {"..", "/", "\\", "\\\\", "//", "../", "://"}


def is_checked(value: n.Expr, use: n.Node, function: Function) -> bool:
    """Whether a check of a value stands before, or around, its use."""
    text = value.text
    around = {id(p) for p in use.parents}
    for node in function.nodes:
        if node.start > use.start:
            continue
        match node:
            case n.If(test=test, body=body) if vouches(test, text, function):
                if id(node) in around or leaves(body):
                    return True
            case n.Conditional(test=test) if id(node) in around and vouches(test, text, function):
                return True
            case n.Assert(test=test) if vouches(test, text, function):
                return True
            case n.ExprStatement(value=expr) if node.end <= use.start and is_check_call(expr, text, function):
                return True
            case n.Assign(value=n.Expr() as expr) if node.end <= use.start and is_check_call(
                expr, text, function
            ):
                return True
    return False


def leaves(body: tuple[n.Statement, ...]) -> bool:
    """Whether a block ends the function or the round of the loop."""
    return bool(body) and (isinstance(body[-1], LEAVING) or body[-1].text in ("continue", "break"))


def vouches(test: n.Expr, text: str, function: Function) -> bool:
    """Whether a condition says something about which values are good."""
    return any(is_membership(node, text) or is_check_call(node, text, function) for node in test.walk())


def is_membership(node: n.Node, text: str) -> bool:
    """`x in ALLOWED`, `".." in x`, `x != known`."""
    match node:
        case n.Compare(operands=(left, right), ops=("in" | "not in",)):
            if isinstance(left, n.Constant):
                return left.value in HARMFUL_PARTS and mentions(right, text)
            return plain(left) == text
        case n.Compare(operands=(left, right), ops=("==" | "!=",)):
            other = right if plain(left) == text else left if plain(right) == text else None
            return other is not None and not (isinstance(other, n.Constant) and not other.value)
        case _:
            return False


def plain(expr: n.Expr) -> str:
    """The text of a value without `.lower()` and the like."""
    match expr:
        case n.Call(func=n.Attribute(value=value, attr="lower" | "upper" | "strip"), args=()):
            return plain(value)
        case _:
            return expr.text


def is_check_call(node: n.Node, text: str, function: Function) -> bool:
    """A call that looks at the value: a known check, or a function that says yes or no."""
    if isinstance(node, n.Await):
        node = node.value
    if not isinstance(node, n.Call):
        return False
    call = function.call(node)
    if call.method in CHECKS:
        return mentions(node, text)
    if call.function is None or not any(
        mentions(a, text) for a in (*node.args, *(k.value for k in node.keywords))
    ):
        return False
    in_test = not isinstance(node.parent, (n.ExprStatement, n.Await, n.Assign))
    return in_test or CHECKING.search(call.function.name) is not None


def mentions(node: n.Node, text: str) -> bool:
    """Whether a value is written somewhere in an expression."""
    return any(isinstance(part, (n.Name, n.Attribute)) and part.text == text for part in node.walk())

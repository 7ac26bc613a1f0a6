"""Which parts of a function a call leaves out, by the plain values it gives: `read(key, cached=False)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.checks import leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function


def leaves_out(given: Call, node: n.Node) -> bool:
    """Whether a node in the function that a call runs is not reached with what the call gives."""
    function = given.function
    if function is None:
        return False
    known = ((holds(test, given, function), wanted) for test, wanted in conditions(node, function.body))
    return any(is_so is not None and is_so is not wanted for is_so, wanted in known)


def conditions(node: n.Node, body: tuple[n.Statement, ...]) -> Iterator[tuple[n.Expr, bool]]:
    """What has to be true, or false, for a node of a function with that body to be reached."""
    yield from branches_around(node)
    for statement in body:
        if statement.end > node.start:
            return
        if isinstance(statement, n.If) and leaves(statement.body):
            yield statement.test, False


def branches_around(node: n.Node) -> Iterator[tuple[n.Expr, bool]]:
    """The conditions around a node in its function, each with whether it stands where they are true."""
    inner = node
    for parent in node.parents:
        if isinstance(parent, n.FunctionDef):
            return
        if isinstance(parent, n.If) and inner is not parent.test:
            yield parent.test, any(inner is statement for statement in parent.body)
        inner = parent


def holds(test: n.Expr, given: Call, function: Function) -> bool | None:
    """Whether a condition holds with what a call gives; None if that cannot be told."""
    match test:
        case n.UnaryOp(op="not", operand=inner):
            known = holds(inner, given, function)
            return None if known is None else not known
        case n.BoolOp(op=op, left=left, right=right):
            both = (holds(left, given, function), holds(right, given, function))
            decisive = op == "or"
            return decisive if decisive in both else None if None in both else not decisive
        case n.Name(id=name):
            return constant_truth(name, given, function)
        case n.Compare(operands=(n.Name(id=name), other), ops=("==" | "is" | "!=" | "is not" as op,)):
            same = are_same(argument(name, given, function), other)
            return same if same is None or op in ("==", "is") else not same
        case n.Call(func=func, args=(n.Name(id=name),), keywords=()):
            return was_asked(func, name, given, function)
        case _:
            return None


def constant_truth(name: str, given: Call, function: Function) -> bool | None:
    """Whether a parameter is true in a call that gives it a plain value, or leaves the default."""
    value = argument(name, given, function)
    match value:
        case n.Constant(value=bool() | None as flag):
            return bool(flag)
        case _:
            return None


def are_same(value: n.Expr | None, other: n.Expr) -> bool | None:
    """Whether two plain values, or two members of the same class, are the same one."""
    match value, other:
        case n.Constant(), n.Constant():
            return value.value == other.value
        case n.Attribute(value=one), n.Attribute(value=another) if one.text == another.text:
            return value.attr == other.attr
        case _:
            return None


def was_asked(func: n.Expr, name: str, given: Call, function: Function) -> bool | None:
    """Whether the same was asked of the value around the call: `if is_plain(x): f(x)`."""
    value = argument(name, given, function)
    if not isinstance(value, n.Name) or given.module is not function.module:
        return None
    asked = f"{func.text}({value.id})"
    return next((wanted for test, wanted in branches_around(given.node) if test.text == asked), None)


def argument(name: str, given: Call, function: Function) -> n.Expr | None:
    """What a call gives for a parameter, or its default; None if it is not known, or changed later."""
    parameter = function.parameter(name)
    if parameter is None or given.is_splatted or function.bindings.get(name):
        return None
    values = (v for v in given.given if given.parameter_for(v) is parameter)
    return next(values, parameter.default)

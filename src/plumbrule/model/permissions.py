"""Who asks what a caller may do: evidence that a function answers 403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class
from plumbrule.model.knowledge.secrets import is_secret_name
from plumbrule.model.reaching_bindings import bound_value
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from plumbrule.model.code import Function

PROHIBITIONS: frozenset[object] = frozenset({403, "HTTP_403_FORBIDDEN", "FORBIDDEN"})


def forbids(function: Function, depth: int = 3) -> bool:
    """Whether a function, or one it calls, answers 403: it asks what a caller may do."""
    key = (function, depth)
    known = function.project.prohibitions.get(key)
    if known is None:
        function.project.prohibitions[key] = False
        inner = (c.function for c in function.calls if c.function is not None) if depth > 0 else ()
        answering = (*function.find(n.Call), *function.find(n.Raise))
        known = any(is_refusal(node, function, PROHIBITIONS) for node in answering) or any(
            forbids(called, depth - 1) for called in inner
        )
        function.project.prohibitions[key] = known
    return known


def asks_for_own_key(function: Function) -> bool:
    """Whether a function compares something with a key that stands in the settings: operators have that."""
    compared = [operand for test in function.find(n.Compare) for operand in test.operands]
    compared += [arg for call in function.calls if call.method == "compare_digest" for arg in call.args]
    return any(is_own_key(operand, function) for operand in compared)


def is_own_key(value: n.Expr, function: Function) -> bool:
    """Whether an expression, or what a name is bound to, is a secret field of the settings."""
    bound = function.bindings.get(value.id, ()) if isinstance(value, n.Name) else ()
    given = bound_value(bound[0]) if len(bound) == 1 else value
    if not isinstance(given, n.Attribute) or not is_secret_name(given.attr):
        return False
    return any(given.attr in settings.fields for settings in function.project.settings)


def is_refusal(node: n.Node, function: Function, statuses: frozenset[object]) -> bool:
    """Whether a node gives a refusing status to a call, or raises an exception that has one."""
    match node:
        case n.Call(args=args, keywords=keywords):
            return any(is_status(value, statuses) for value in (*args, *(k.value for k in keywords)))
        case n.Raise(exception=n.Expr() as exception):
            plain = exception.func if isinstance(exception, n.Call) else exception
            target = function.resolve(plain)
            if isinstance(target, Variable) and target.value is not None:
                return any(is_status(part, statuses) for part in target.value.walk())
            return isinstance(target, Class) and any(is_status(p, statuses) for p in target.node.walk())
        case _:
            return False


def is_status(value: n.Node, statuses: frozenset[object]) -> bool:
    """Whether an expression is one of some statuses, as a number or by name."""
    match value:
        case n.Constant(value=int(status)):
            return status in statuses
        case n.Attribute(attr=word) | n.Name(id=word):
            return word in statuses
        case _:
            return False

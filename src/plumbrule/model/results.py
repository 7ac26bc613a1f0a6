"""What is done with the result of a call, and what goes wrong with it if it is a coroutine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from plumbrule.model.code import Function

PLAIN = {
    f"builtins.{name}" for name in ("str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple")
}
OPEN = re.compile(r"\b(Any|object|Awaitable|Coroutine|Future|Task)\b")
ALWAYS_TRUE = "a coroutine is always true"
NOTHING_RUNS = "nothing runs"


def around(result: n.Expr) -> n.Node | None:
    """What takes a result, itself or as one of two values."""
    match result.parent:
        case n.BoolOp(right=right) as both if right is result:
            return around(both)
        case n.Conditional(test=test) as both if test is not result:
            return around(both)
        case parent:
            return parent


def misuse(result: n.Expr) -> str | None:
    """What goes wrong with a result if it is a coroutine; None where a coroutine may be meant."""
    match result.parent:
        case n.Await() | n.Call() | n.Assign() | n.Keyword() | n.Return():
            return None
        case n.ExprStatement():
            return NOTHING_RUNS
        case n.UnaryOp(op="not") | n.If() | n.While():
            return ALWAYS_TRUE
        case n.BoolOp(left=left) | n.Conditional(test=left) if left is result:
            return ALWAYS_TRUE
        case n.Compare(ops=ops) if not {"is", "is not"} & set(ops):
            return "a coroutine equals nothing"
        case n.Attribute(attr=attr) if attr not in ("close", "send", "throw", "__await__"):
            return f"a coroutine has no `{attr}`"
        case n.Subscript(value=value) if value is result:
            return "a coroutine has no items"
        case _:
            return None


def may_await(use: n.Expr, function: Function) -> bool:
    """Whether something awaits a result, or looks whether it has to."""
    match use.parent:
        case n.Await() | n.Sequence() | n.Starred() | n.Comprehension():
            return True
        case n.Call(func=func) as taking if func is not use:
            return (function.name_of(taking.func) or "").startswith(("asyncio.", "inspect.", "anyio."))
        case _:
            return False


def untaken(result: n.Expr, function: Function) -> str | None:
    """What goes wrong with a result that is given to a function of the project, which says what it takes."""
    match result.parent:
        case (n.Call() as taking) | n.Keyword(parent=n.Call() as taking):
            parameter = function.call(taking).parameter_for(result)
        case _:
            return None
    if parameter is None or parameter.annotation is None or OPEN.search(parameter.annotation.text):
        return None
    kind = parameter.type
    closed = kind is not None and (kind.cls is not None or kind.name in PLAIN)
    return f"`{parameter.name}` takes no coroutine" if closed else None

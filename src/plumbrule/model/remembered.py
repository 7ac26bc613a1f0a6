"""What runs the first time only, because a global variable keeps what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.branches import conditions

if TYPE_CHECKING:
    from plumbrule.model.calls import Call


def is_first_time(call: Call) -> bool:
    """Whether a call is made only while a global variable is empty that its function fills."""
    scope = call.scope
    around = (parent for parent in call.node.parents if isinstance(parent, n.FunctionDef))
    function = next(around, None) if n.Scoped in scope.by_kind else None
    if function is None:
        return False
    named = {name for s in scope.find(n.Scoped) if s.kind == "global" for name in s.names}
    kept = named & scope.bindings.keys()
    return any(kept & empty_names(test, wanted) for test, wanted in conditions(call.node, function.body))


def empty_names(test: n.Expr, wanted: bool) -> set[str]:
    """The names that must be empty, or one of which must be, for a condition to be true, or false."""
    match test:
        case n.Name(id=name):
            return set() if wanted else {name}
        case n.UnaryOp(op="not", operand=inner):
            return empty_names(inner, not wanted)
        case n.Compare(operands=(n.Name(id=name), n.Constant(value=None)), ops=("is" | "is not" as op,)):
            return {name} if wanted is (op == "is") else set()
        case n.BoolOp(op=op, left=left, right=right):
            both = empty_names(left, wanted), empty_names(right, wanted)
            return both[0] | both[1] if wanted is (op == "and") or all(both) else set()
        case _:
            return set()

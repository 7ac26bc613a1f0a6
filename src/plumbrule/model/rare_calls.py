"""Calls in a loop that are not made, or not to be put together, for each round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.asking import WRITING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call


def is_rare(call: Call) -> bool:
    """Whether a call only finds out what an error was about, or what no earlier round has found, carries out
    one of several orders in their order, or is committed for itself.
    """
    return any(isinstance(parent, n.Handler) for parent in call.node.parents) or any(
        is_first(parent)
        or (isinstance(parent, n.If) and is_order(parent))
        or (isinstance(parent, n.Try) and is_for_itself(parent, call))
        for parent in parents_in_loop(call.node)
    )


def parents_in_loop(node: n.Node) -> Iterator[n.Node]:
    """The nodes around one, up to the innermost loop."""
    for parent in node.parents:
        if isinstance(parent, (n.For, n.Comprehension, n.FunctionDef)):
            return
        yield parent


def is_first(branch: n.Node) -> bool:
    """Whether a branch is only for what no earlier round has found, and keeps it for the others:
    `if key not in found: found[key] = …`, `if found is None: found = …`.
    """
    match branch:
        case n.If(test=n.Compare(operands=(key, kept), ops=("not in",))):
            wanted = f"{kept.text}[{key.text}]"
        case n.If(test=n.Compare(operands=(kept, n.Constant(value=None)), ops=("is",))):
            wanted = kept.text
        case n.If(test=n.UnaryOp(op="not", operand=kept)):
            wanted = kept.text
        case _:
            return False
    assigned = (x for line in branch.body for x in line.walk() if isinstance(x, n.Assign))
    return wanted in (target.text for one in assigned for target in one.targets)


def is_order(branch: n.If) -> bool:
    """Whether a branch carries out one kind of order, of which there are others beside it: it writes, so what
    comes next may have to see it.
    """
    beside = branch.orelse[0] if branch.orelse else branch.parent
    kinds = [named(one.test) for one in (branch, beside) if isinstance(one, n.If)]
    is_kind = len(kinds) > 1 and kinds[0] is not None and kinds[0] == kinds[1]
    return is_kind and any(map(writes, branch.body))


def named(test: n.Expr) -> str | None:
    """What a test compares with a text."""
    match test:
        case n.Compare(operands=(kind, n.Constant(value=str())), ops=("==",)):
            return kind.text
        case _:
            return None


def writes(statement: n.Statement) -> bool:
    """Whether a method is called in a statement whose name says that it writes."""
    calls = (node for node in statement.walk() if isinstance(node, n.Call))
    return any(isinstance(c.func, n.Attribute) and WRITING.match(c.func.attr) for c in calls)


def is_for_itself(attempt: n.Try, call: Call) -> bool:
    """Whether a call that gives nothing is committed in an attempt of its own, so that others may fail."""
    commits = (node for line in attempt.body for node in line.walk() if isinstance(node, n.Call))
    return call.is_discarded and any(c.func.text.endswith(".commit") for c in commits)

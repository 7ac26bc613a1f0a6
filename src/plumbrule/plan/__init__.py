"""What every verb produces: a plan of creates, edits, moves and deletes, which is shown, applied, undone."""

from plumbrule.plan.changes import read_text, write_text
from plumbrule.plan.steps import Create, Delete, Edit, Move, Operation, Plan, Refusal, Step, by_group, diff
from plumbrule.plan.transaction import apply, check, recover, revoke, undo

__all__ = [
    "Create",
    "Delete",
    "Edit",
    "Move",
    "Operation",
    "Plan",
    "Refusal",
    "Step",
    "apply",
    "by_group",
    "check",
    "diff",
    "read_text",
    "recover",
    "revoke",
    "undo",
    "write_text",
]

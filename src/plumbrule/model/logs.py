"""What is written to a log, and from what its text is put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.calls import Call

PRINTING = ("builtins.print", "pprint.pprint")
METHODS = ("debug", "info", "warning", "warn", "error", "exception", "critical", "log", "trace", "success")
LOGGING = (*PRINTING, *METHODS)
"""what a call that writes to a log may be called"""


def is_logging(call: Call) -> bool:
    """Whether a call writes to a log, or prints."""
    if call.name in PRINTING:
        return True
    receiver = call.receiver.text.rpartition(".")[2].lower() if call.receiver is not None else ""
    return call.name.startswith(("logging.", "structlog.", "loguru.")) or "log" in receiver


def parts_of(call: Call) -> Iterator[n.Expr]:
    """What a call writes out."""
    for argument in (*call.args, *(k.value for k in call.keywords)):
        yield from parts_in(argument)


def parts_in(expr: n.Expr) -> Iterator[n.Expr]:
    """An expression, and what a text is put together from."""
    yield expr
    for part in written_parts(expr):
        yield from parts_in(part)


def written_parts(expr: n.Expr) -> tuple[n.Expr, ...]:
    """What a text is put together from."""
    match expr:
        case n.FString(parts=parts) | n.Sequence(items=parts):
            return parts
        case n.BinOp(left=left, op="+" | "%", right=right):
            return (left, right)
        case n.Call(func=n.Attribute(value=n.Constant(), attr="format"), args=args):
            return args
        case _:
            return ()

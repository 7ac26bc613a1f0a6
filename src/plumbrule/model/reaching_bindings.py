"""Which bindings of a name may hold where it is used, and what they give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.scope import Binding
    from plumbrule.model.code import Function


GROWING = ("append", "extend", "insert", "add")


def reaching(function: Function, use: n.Name, *, inside: bool) -> Iterator[Binding | None]:
    """The bindings of a name that may hold at a use, the last first; None for a parameter."""
    around = {id(p) for p in use.parents}
    for binding in reversed(function.bindings.get(use.id, ())):
        node = binding.node
        if inside and not holds_at(node, use, around):
            continue
        yield binding
        if inside and node.parent is not None and id(node.parent) in around and not isinstance(node, n.For):
            return
    if function.parameter(use.id) is not None:
        yield None


def holds_at(node: n.Node, use: n.Name, around: set[int]) -> bool:
    """Whether a binding can be in force at a use."""
    match node:
        case n.Clause():
            return id(node.parent) in around
        case n.For(iterable=iterable):
            return node.start < use.start and not iterable.start <= use.start < iterable.end
        case _:
            return node.end <= use.start


def bound_value(binding: Binding) -> n.Expr | None:
    """The expression that a binding takes its value from."""
    match binding.node:
        case n.Assign(value=value) | n.Walrus(value=value):
            return value
        case n.For(iterable=iterable) | n.Clause(iterable=iterable):
            return iterable
        case n.WithItem(value=value):
            return value
        case _:
            return None


def is_counter(binding: Binding) -> bool:
    """Whether a name counts the rounds of a loop: `i` of `for i, x in enumerate(xs)`."""
    match binding.node:
        case n.For(target=target, iterable=iterable) | n.Clause(target=target, iterable=iterable):
            first = target.items[0].text if isinstance(target, n.Sequence) else ""
            return first == binding.name and iterable.text.startswith("enumerate(")
        case _:
            return False


def unpacked_place(binding: Binding) -> int | None:
    """Which item of an unpacked value a name gets; None if it gets the whole."""
    match binding.node:
        case n.Assign(targets=(n.Sequence(items=items),)):
            return next((i for i, item in enumerate(items) if item.text == binding.name), None)
        case _:
            return None


def item_at(values: tuple[n.Expr, ...], place: int) -> tuple[n.Expr, ...]:
    """The items at a place of those values that are written as sequences; the others whole."""
    return tuple(
        value.items[place] if isinstance(value, n.Sequence) and place < len(value.items) else value
        for value in values
    )


def added(use: n.Name, function: Function) -> tuple[n.Expr, ...]:
    """What is put into a list of a function before it is used."""
    if not any(isinstance(bound_value(b), n.Sequence) for b in function.bindings.get(use.id, ())):
        return ()
    return tuple(
        item
        for call in function.calls
        if call.method in GROWING and call.receiver is not None
        if call.receiver.text == use.id and call.node.end <= use.start
        for item in call.args[-1:]
    )

"""Which bindings of a name may hold where it is used, and what they give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.branches import branches_around
from plumbrule.model.checks import leaves

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


def binding_at(function: Function, use: n.Name) -> Binding | None:
    """The binding that surely holds where a name is used; None if another one may."""
    places = function.bindings.get(use.id, ())
    if len(places) == 1:
        return places[0]
    if function.parameter(use.id) is not None or any(comes_round(place.node, use) for place in places):
        return None
    around = {id(p) for p in use.parents}
    holding = (p for p in reversed(places) if holds_at(p.node, use, around) and not is_apart(p.node, use))
    last = next(holding, None)
    inner = last.node if last is not None and isinstance(last.node, n.For) else last and last.node.parent
    return last if id(inner) in around else None


def holds_at(node: n.Node, use: n.Name, around: set[int]) -> bool:
    """Whether a binding can be in force at a use."""
    match node:
        case n.Clause():
            return id(node.parent) in around
        case n.For(iterable=iterable):
            return node.start < use.start and not iterable.start <= use.start < iterable.end
        case _:
            return node.end <= use.start


def uses_of(name: str, function: Function) -> list[n.Name]:
    """Where a local name is used, in nested functions too."""
    targets = {id(x) for binding in function.bindings.get(name, ()) for x in bound_in(binding.node)}
    names = (x for x in function.node.walk() if isinstance(x, n.Name) and x.id == name)
    return [x for x in names if id(x) not in targets]


def bound_in(node: n.Node) -> Iterator[n.Node]:
    """What stands on the left of a binding."""
    match node:
        case n.Assign(targets=targets):
            yield from (x for target in targets for x in target.walk())
        case n.For(target=target) | n.Clause(target=target) | n.Walrus(target=target):
            yield from target.walk()
        case n.WithItem(target=target) if target is not None:
            yield from target.walk()


def still_holds(binding: n.Node, use: n.Name, function: Function) -> bool:
    """Whether a name may be at a use what a binding has made it: no other stands for sure between the two,
    and the one can be reached from the other.
    """
    if use.start < binding.end or is_apart(binding, use):
        return False
    around = {id(p) for p in use.parents}
    others = (b.node for b in function.bindings.get(use.id, ()) if b.node.start >= binding.end)
    return not any(o.end <= use.start and id(o.parent) in around for o in others)


def comes_round(binding: n.Node, use: n.Name) -> bool:
    """Whether a use stands before a binding in the same loop, so that it sees it in the next round."""
    loops = (p for p in binding.parents if isinstance(p, (n.For, n.While)))
    return use.start < binding.start and any(loop.start <= use.start for loop in loops)


def is_apart(binding: n.Node, use: n.Node) -> bool:
    """Whether two nodes stand in different branches, or the first in one that is left for good."""
    sides = {id(test): is_true for test, is_true in branches_around(use)}
    if any(sides.get(id(test), is_true) is not is_true for test, is_true in branches_around(binding)):
        return True
    cases = {id(p.parent): p for p in use.parents if isinstance(p, n.Case)}
    for parent in binding.parents:
        if isinstance(parent, n.Case) and cases.get(id(parent.parent), parent) is not parent:
            return True
        blocks = (parent.body, parent.orelse) if isinstance(parent, n.If) else ()
        block = next((b for b in blocks if b and b[0].start <= binding.start < b[-1].end), ())
        if block and leaves(block) and not block[0].start <= use.start < block[-1].end:
            return True
    return False


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

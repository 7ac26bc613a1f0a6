"""What a dict keeps under a key that is written: `params["url"]`, however far away the dict is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.frames import Frame, entered, frames
from plumbrule.model.reaching_bindings import bound_value, reaching, unpacked_place

if TYPE_CHECKING:
    from plumbrule.model.scoped import Scoped

    Kept = list[tuple[n.Expr, Frame]]

DEPTH = 5
DEEPEST = 12


def kept_under(value: n.Expr, item: n.Subscript, frame: Frame, depth: int = 0) -> Kept | None:
    """What is kept under a written key, each with who wrote it; None if nobody knows how the dict is made."""
    if depth > DEEPEST:
        return None
    match value, item.items:
        case n.Await(value=inner), _:
            return kept_under(inner, item, frame, depth + 1)
        case n.Dict(keys=keys), (n.Constant(value=str(key)),):
            given = value.get(key)
            is_whole = all(isinstance(one, n.Constant) for one in keys)
            return [(given, frame)] if given is not None else [] if is_whole else None
        case n.Name(), (n.Constant(value=str()),):
            return under_name(value, item, frame, depth + 1)
        case n.Call(), (n.Constant(value=str()),):
            maker = entered(frame.function.call(value), frame)
            return in_returned(maker, item, depth + 1) if maker is not None else None
        case _:
            return None


def under_name(name: n.Name, item: n.Subscript, frame: Frame, depth: int) -> Kept | None:
    """What is kept under a key of a dict that has a name, in all the ways that it is made."""
    updates = (call.receiver for call in frame.function.calls if call.method == "update")
    if any(owner is not None and owner.text == name.id for owner in updates):
        return None
    found: Kept = [(value, frame) for value in put_under(name.id, item, frame.function)]
    for binding in reaching(frame.function, name, inside=True):
        made, at = bound_value(binding) if binding is not None else None, frame
        if binding is None and frame.bound is not None and frame.below is not None:
            made, at = frame.bound.get(name.id), frame.below
        elif binding is not None and unpacked_place(binding) is not None:
            return None
        kept = kept_under(made, item, at, depth) if made is not None else None
        if kept is None:
            return None
        found += kept
    return found


def in_returned(frame: Frame, item: n.Subscript, depth: int) -> Kept | None:
    """What is kept under a key of what a function returns."""
    if len(frame.chain) > DEPTH or sum(f.function is frame.function for f in frames(frame)) > 1:
        return None
    values = [r.value for r in frame.function.find(n.Return) if r.value is not None]
    kept = [kept_under(value, item, frame, depth) for value in values]
    return [one for part in kept for one in part or ()] if kept and None not in kept else None


def put_under(name: str, item: n.Subscript, scope: Scoped) -> list[n.Expr]:
    """What is put into a dict that has a name, under the very key that is asked for."""
    wanted = [one.text for one in item.items]
    found = []
    for assign in scope.find(n.Assign):
        for target in assign.targets if assign.value is not None else ():
            match target:
                case n.Subscript(value=n.Name(id=owner), items=items) if owner == name and assign.value:
                    found += [assign.value] if [one.text for one in items] == wanted else []
    return found

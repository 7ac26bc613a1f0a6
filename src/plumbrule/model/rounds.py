"""What a name gets in each round of a loop or a comprehension, as far as it is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.reaching_bindings import bound_value, item_at

if TYPE_CHECKING:
    from plumbrule.facts.scope import Binding
    from plumbrule.model.frames import Frame
    from plumbrule.model.scoped import Scoped

DUMPS = ("model_dump", "dict")


def given_in_rounds(binding: Binding, scope: Scoped) -> tuple[n.Expr, ...] | None:
    """What a name stands for: the keys of a dict, one item of each pair; None if it cannot be told apart from
    the whole that is gone through.
    """
    match binding.node:
        case n.For(target=target, iterable=iterable) | n.Clause(target=target, iterable=iterable):
            return keys_gone_through(iterable, place_in(target, binding.name), scope)
        case _:
            return None


def place_in(target: n.Expr, name: str) -> int | None:
    """Which of several targets has a name; None if it is the only one."""
    items = target.items if isinstance(target, n.Sequence) else ()
    return next((place for place, item in enumerate(items) if item.text == name), None)


def keys_gone_through(iterable: n.Expr, place: int | None, scope: Scoped) -> tuple[n.Expr, ...] | None:
    """The keys, or the items at a place, of what is gone through."""
    match iterable:
        case n.Call(func=n.Attribute(value=owner, attr="items"), args=()):
            return keys_of(owner, scope) if place == 0 else None
        case n.Call(func=n.Attribute(value=owner, attr="keys"), args=()):
            return keys_of(owner, scope)
        case _ if place is None:
            return keys_of(iterable, scope)
        case _:
            made = [
                one.element if isinstance(one, n.Comprehension) else one for one in written(iterable, scope)
            ]
            pairs = made and all(isinstance(one, n.Sequence) and place < len(one.items) for one in made)
            return item_at(tuple(made), place) if pairs else None


def handed_keys(binding: Binding, frame: Frame) -> tuple[tuple[n.Expr, ...], Frame] | None:
    """The keys of a dict that a function is given, and gives a name one by one, with who wrote them."""
    owner = owner_of_keys(binding)
    while owner is not None and frame.bound is not None and frame.below is not None:
        names = [one for one in alternatives(owner) if isinstance(one, n.Name)]
        rest = [one for one in alternatives(owner) if one not in names and one.text != "{}"]
        handed = [one.id for one in names if one.id in frame.bound and not is_filled(one.id, frame.function)]
        if len(names) != 1 or rest or not handed:
            return None
        owner, frame = frame.bound[handed[0]], frame.below
        keys = keys_of(owner, frame.function)
        if keys is not None:
            return keys, frame
    return None


def alternatives(expr: n.Expr) -> list[n.Expr]:
    """What an expression may be: `given or {}`."""
    match expr:
        case n.BoolOp(left=one, right=other) | n.Conditional(body=one, orelse=other):
            return [*alternatives(one), *alternatives(other)]
        case _:
            return [expr]


def is_filled(name: str, scope: Scoped) -> bool:
    """Whether a parameter gets another value, or more keys."""
    return name in scope.bindings or any(target.value.text == name for target in targets(scope))


def owner_of_keys(binding: Binding) -> n.Expr | None:
    """The dict whose keys a loop gives a name."""
    match binding.node:
        case (
            n.For(target=target, iterable=n.Call(func=n.Attribute(value=owner, attr=attr), args=()))
            | n.Clause(target=target, iterable=n.Call(func=n.Attribute(value=owner, attr=attr), args=()))
        ):
            wanted = {"items": 0, "keys": None}
            return owner if attr in wanted and place_in(target, binding.name) == wanted[attr] else None
        case _:
            return None


def keys_of(expr: n.Expr, scope: Scoped) -> tuple[n.Expr, ...] | None:
    """The keys of what is surely a dict, None if it may be something else or they cannot be read. Those of a
    dumped schema are the names of its fields, which stand in the code.
    """
    if any(
        call.method == "update" and call.receiver and call.receiver.text == expr.text for call in scope.calls
    ):
        return None
    found = [key for target in targets(scope) if target.value.text == expr.text for key in target.items]
    for made in written(expr, scope):
        match made:
            case n.Dict(keys=keys) if all(key is not None for key in keys):
                found += [key for key in keys if key is not None]
            case n.Comprehension(key=n.Expr() as key):
                found.append(key)
            case n.Call(func=n.Attribute(value=owner, attr=attr)) if attr in DUMPS and is_schema(
                owner, scope
            ):
                continue
            case _:
                return None
    return tuple(found)


def targets(scope: Scoped) -> list[n.Subscript]:
    """Everything with a key that is given a value: `values[key] = …`."""
    given = (target for assign in scope.find(n.Assign) for target in assign.targets)
    return [target for target in given if isinstance(target, n.Subscript)]


def written(expr: n.Expr, scope: Scoped) -> list[n.Expr]:
    """What an expression is, or everything that a name is given."""
    if not isinstance(expr, n.Name):
        return [expr]
    values = [bound_value(binding) for binding in scope.bindings.get(expr.id, ())]
    return [value for value in values if value is not None] if values and all(values) else [expr]


def is_schema(expr: n.Expr, scope: Scoped) -> bool:
    """Whether something is a schema that takes nothing but its fields."""
    kind = scope.type_of(expr)
    schema = kind.cls.project.schema_of(kind.cls) if kind is not None and kind.cls is not None else None
    extra = schema.config("extra") if schema is not None else None
    return schema is not None and (extra is None or "allow" not in extra.text)

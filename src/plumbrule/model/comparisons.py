"""What two values that are compared are: a secret that is kept and one that is presented, or others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.knowledge.secrets import is_secret_name, is_secretive_name
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from plumbrule.model.code import Function

SETTINGS = re.compile(r"(^|\.)_?(settings|config|cfg|conf|os\.environ|env)(\.|$|\()", re.IGNORECASE)
SIGNING = {"hmac.new", "hmac.digest"}
TELLING = {"digest", "hexdigest", "decode", "encode", "lower", "upper"}
DEEPEST = 5
SAME_HAND = re.compile(
    r"confirm|again|repeat|retype|verify|new|old|current|prev|next|last|cached|original|default|existing|mask|sentinel|placeholder|readback",
    re.IGNORECASE,
)


def is_secret_check(left: n.Expr, right: n.Expr, function: Function) -> bool:
    """Whether one side is a secret that is kept, and the other what somebody presents."""
    names = [last_word(left), last_word(right)]
    if any(
        is_presented(one, function) and is_signature(other, function)
        for one, other in ((left, right), (right, left))
    ):
        return True
    if not all(names) or not speak_of_secrets(names, (left, right), function):
        return False
    if is_written(left, function) or is_written(right, function):
        return False
    if any(is_verified(side, function) for side in (left, right)):
        return False
    if any(SAME_HAND.search(side.text) for side in (left, right)) or is_one_hand(left, right, function):
        return False
    if any("hash" in name and "password" not in name for name in names) or all(
        "csrf" in name for name in names
    ):
        return False
    return not (is_column(left, function) or is_column(right, function) or is_same_field(left, right))


def is_verified(side: n.Expr, function: Function) -> bool:
    """Whether it is a token whose signature was looked at before: nobody finds one of those by trying."""
    decoded = (call for call in function.calls if call.method == "decode" and call.node.start < side.start)
    return any(
        "jwt" in call.node.func.text.lower() and call.args[0].text == side.text
        for call in decoded
        if call.args
    )


def is_presented(side: n.Expr, function: Function) -> bool:
    """Whether a value came with the request as it stands: a parameter, or what a key finds in one."""
    if isinstance(side, n.Name):
        bound = function.bindings.get(side.id, ())
        assigned = bound[0].node if len(bound) == 1 else None
        if isinstance(assigned, n.Assign) and assigned.value is not None:
            return bool(taken_from(assigned.value))
        return not bound and function.parameter(side.id) is not None
    return bool(taken_from(side))


def is_signature(expr: n.Expr, function: Function, depth: int = 0) -> bool:
    """Whether a value is what `hmac` makes with a key, as bytes or as text: what nobody else can make."""
    if depth > DEEPEST or not function.project.mentioning(b"hmac"):
        return False
    match expr:
        case n.Name(id=name):
            bound = [
                b.node.value if isinstance(b.node, n.Assign) else None
                for b in function.bindings.get(name, ())
            ]
            return len(bound) == 1 and bound[0] is not None and is_signature(bound[0], function, depth + 1)
        case n.FString(parts=parts):
            return any(is_signature(part, function, depth + 1) for part in parts)
        case n.BinOp(left=left, op="+", right=right):
            return any(is_signature(part, function, depth + 1) for part in (left, right))
        case n.Call(func=func, args=args):
            called = function.name_of(func) or ""
            if called in SIGNING:
                return True
            if isinstance(func, n.Attribute) and func.attr in TELLING:
                return is_signature(func.value, function, depth + 1)
            if called.startswith("base64."):
                return any(is_signature(arg, function, depth + 1) for arg in args)
            made = function.call(expr).function
            returned = [node.value for node in made.find(n.Return)] if made is not None else []
            return made is not None and any(
                v is not None and is_signature(v, made, depth + 1) for v in returned
            )
        case _:
            return False


def is_one_hand(left: n.Expr, right: n.Expr, function: Function) -> bool:
    """Whether both are parts of one value, or one is made of the other: one person sent them."""
    if left.text.startswith(f"{right.text}.") or right.text.startswith(f"{left.text}."):
        return True
    if isinstance(left, n.Attribute) and isinstance(right, n.Attribute):
        return left.value.text == right.value.text
    if (whole := taken_from(left)) and whole == taken_from(right):
        return True
    if not isinstance(left, n.Name) or not isinstance(right, n.Name):
        return False
    ours, theirs = ({b.node for b in function.bindings.get(name.id, ())} for name in (left, right))
    taken_apart = (node for node in ours & theirs if isinstance(node, n.Assign))
    return any(not isinstance(node.value, n.Sequence) for node in taken_apart)


def taken_from(expr: n.Expr) -> str:
    """What a value is taken from by a key: `form` of `form["password"]`."""
    match expr:
        case n.Subscript(value=owner, items=(n.Constant(),)):
            return owner.text
        case n.Call(func=n.Attribute(value=owner, attr="get")):
            return owner.text
        case _:
            return ""


def is_written(expr: n.Expr, function: Function) -> bool:
    """Whether an expression stands for a text in the code: a mark, and no secret."""
    if isinstance(expr, n.FString):
        return all(is_written(part, function) for part in expr.parts)
    if not isinstance(expr, (n.Name, n.Attribute)):
        return isinstance(expr, n.Constant)
    known = function.resolve(expr)
    bound = function.bindings.get(expr.id, ()) if isinstance(expr, n.Name) else ()
    local = [b.node.value if isinstance(b.node, n.Assign) else None for b in bound]
    values = [known.value] if isinstance(known, Variable) and not local else local
    return bool(values) and all(v is not None and v is not expr and is_written(v, function) for v in values)


def speak_of_secrets(names: list[str], sides: tuple[n.Expr, n.Expr], function: Function) -> bool:
    """Whether the last words of both sides are those of a secret that is kept and one that is presented."""
    known = [is_secret_name(name) for name in names]
    if any(known):
        return not all(known) or any("." in side.text or side.text.isupper() for side in sides)
    if not all(map(is_secretive_name, names)):
        return False
    words = " ".join(names).lower()
    is_asked = function.project.serving.when(function) == "request"  # else the tokens may be those of a text
    return (words.count("token") > 1 and is_asked) or any(SETTINGS.search(side.text) for side in sides)


def is_same_field(left: n.Expr, right: n.Expr) -> bool:
    """`a.password == b.password`: two records, as a look for changes compares them."""
    match left, right:
        case n.Attribute(attr=one), n.Attribute(attr=other) if one == other:
            return not any(SETTINGS.search(side.text) for side in (left, right))
        case _:
            return False


def last_word(expr: n.Expr) -> str:
    """What a value is called; an account in a table, by who signs in, as the table."""
    match expr:
        case n.Name(id=name) | n.Attribute(attr=name):
            return name
        case n.Call(func=n.Attribute(value=value, attr="get_secret_value" | "strip" | "encode" | "decode")):
            return last_word(value)
        case n.Call(func=n.Attribute(attr="get"), args=(n.Constant(value=str(key)), *_)):
            return key.replace("-", "_")
        case n.Subscript(items=(n.Constant(value=str(key)),)):
            return key.replace("-", "_")
        case n.Subscript(value=value, items=(n.Name(),)):
            return last_word(value)
        case _:
            return ""


def is_column(expr: n.Expr, function: Function) -> bool:
    """Whether a value is a column of a class, which makes the comparison a part of a query."""
    if not isinstance(expr, n.Attribute):
        return False
    owner = function.type_of(expr.value)
    return owner is not None and owner.name == "type"

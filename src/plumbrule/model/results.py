"""What is done with the result of a call, and what goes wrong with it if it is a coroutine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class
from plumbrule.model.reaching_bindings import comes_round, still_holds, uses_of

if TYPE_CHECKING:
    from plumbrule.model.calls import Call
    from plumbrule.model.code import Attribute, Function
    from plumbrule.model.values import Type

BUILT_IN = ("str", "int", "float", "bool", "bytes", "list", "dict", "set", "tuple")
MANY = ("List", "Dict", "Set", "Tuple", "Sequence", "Mapping", "Iterable", "Iterator")
PLAIN = {
    "None",
    *(f"builtins.{name}" for name in BUILT_IN),
    *(f"{package}.{name}" for package in ("typing", "collections.abc") for name in MANY),
}
TAKING = ("len", "list", "tuple", "set", "dict", "sorted", "sum", "int", "float", "enumerate", "zip", "iter")
TAKE_VALUES = {*(f"builtins.{name}" for name in TAKING), "json.dumps", "json.loads"}
TAKE_OBJECTS = (
    "starlette.responses.",
    "fastapi.encoders.jsonable_encoder",
    *(f"sqlalchemy.ext.asyncio.AsyncSession.{verb}" for verb in ("add", "delete", "merge", "refresh")),
)
TABLE = "sqlmodel.SQLModel"
OPEN = re.compile(r"\b(Any|object|Awaitable|Coroutine|Future|Task)\b")
ALWAYS_TRUE = "a coroutine is always true"
NEVER_NONE = "a coroutine is never None"
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
        case n.Assign(targets=(n.Sequence(),)):
            return "a coroutine cannot be unpacked"
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
        case n.FString():
            return "a coroutine's text says nothing"
        case (
            n.Subscript(value=whole)
            | n.For(iterable=whole, is_async=False)
            | n.Clause(iterable=whole, is_async=False)
        ) if whole is result:
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
    """What goes wrong with a result that is given to what says which values it takes."""
    match result.parent:
        case (n.Call() as taking) | n.Keyword(parent=n.Call() as taking):
            call = function.call(taking)
        case _:
            return None
    if call.name in TAKE_VALUES and result in call.args[:1]:
        return f"`{call.method}` takes no coroutine"
    if call.name.startswith(TAKE_OBJECTS):
        return f"`{call.method}` takes no coroutine"
    parameter = call.parameter_for(result) or field_for(result, call)
    if parameter is None or parameter.annotation is None or OPEN.search(parameter.annotation.text):
        return None
    return f"`{parameter.name}` takes no coroutine" if is_closed(parameter.type) else None


def field_for(result: n.Expr, call: Call) -> Attribute | None:
    """The field that a value becomes in an object made of its fields: `Order(price=…)`."""
    made, named = call.target, result.parent
    if not isinstance(made, Class) or not isinstance(named, n.Keyword):
        return None
    return made.fields.get(named.name or "") if made.takes_fields or made.is_a(TABLE) else None


def is_closed(kind: Type | None) -> bool:
    """Whether a type is one that a coroutine never has."""
    return kind is not None and all(one.cls is not None or one.name in PLAIN for one in (kind, *kind.others))


def misuse_of_kept(call: Call, function: Function) -> str | None:
    """What goes wrong with a kept result, if its name stands for nothing else and nothing awaits it."""
    outer = {name for statement in function.find(n.Scoped) for name in statement.names}
    match around(call.node):
        case n.Assign(targets=(n.Name(id=name),), value=n.Expr(text=text)) as kept if name not in outer:
            places = [binding.node for binding in function.bindings.get(name, ())]
        case _:
            return None
    same = [node for node in places if isinstance(node, n.Assign) and node.value and node.value.text == text]
    uses = [x for x in uses_of(name, function) if not any(node.start <= x.start < node.end for node in same)]
    if len(same) < len(places):
        if any(may_await(use, function) or comes_round(kept, use) for use in uses):
            return None
        uses = [use for use in uses if still_holds(kept, use, function)]
    wrongs = [misuse_here(use, function) for use in uses]
    if all(wrongs) and (wrongs or len(same) == len(places)):
        return (wrongs or [NOTHING_RUNS])[0]
    proofs = (wrong for wrong in wrongs if wrong and wrong not in (ALWAYS_TRUE, NEVER_NONE))
    return None if any(may_await(use, function) for use in uses) else next(proofs, None)


def misuse_here(use: n.Expr, function: Function) -> str | None:
    """What goes wrong with a coroutine where its name is used."""
    wrong = misuse(use) or misuse_of_answer(use, function)
    return wrong or untaken(use, function) or misuse_beside_none(use)


def misuse_of_answer(result: n.Expr, function: Function) -> str | None:
    """What goes wrong with a coroutine that is returned by a handler, or instead of a value."""
    if not isinstance(result.parent, n.Return):
        return None
    routes = function.routes if not function.is_generator else ()
    if routes and not any(r.decorators for r in routes):
        return "the client gets no coroutine"
    says = function.node.returns
    if not function.is_async or function.is_generator or says is None or OPEN.search(says.text):
        return None
    kind = function.inference.annotation_type(says)
    is_same = kind is not None and kind == promised(result, function)
    return f"`{function.name}` says that it gives `{says.text}`" if is_same or is_closed(kind) else None


def promised(result: n.Expr, function: Function) -> Type | None:
    """What a coroutine function of the project says that it gives in the end."""
    called = function.call(result).function if isinstance(result, n.Call) else None
    says = called.node.returns if called is not None else None
    return called.inference.annotation_type(says) if called is not None and says is not None else None


def misuse_beside_none(use: n.Expr) -> str | None:
    """What goes wrong with a coroutine that is only ever compared with None."""
    match use.parent:
        case n.Compare(operands=(_, n.Constant(value=None)), ops=("is" | "is not",)):
            return NEVER_NONE
        case _:
            return None

"""What a value surely is: never None, and of one kind, whoever calls."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Function
from plumbrule.model.values import Variable

if TYPE_CHECKING:
    from plumbrule.model.code import Scoped

DEEPEST = 4
KINDS = {"str": str, "bytes": bytes}
SENT = re.compile(r"fastapi\.(Query|Path|Body|Header|Cookie|Form)|pydantic\.Field|sqlmodel\.Field")
"""what says where a value comes from; its first argument, or `default`, is what it is without one"""
MAKERS = {
    "str": {
        "builtins.str", "secrets.token_hex", "secrets.token_urlsafe", "urllib.parse.quote",
        "urllib.parse.quote_plus",
    },
    "bytes": {"builtins.bytes", "secrets.token_bytes"},
}  # fmt: skip
METHODS = {"str": {"hexdigest", "decode", "isoformat", "get_secret_value"}, "bytes": {"digest", "encode"}}
KEEPING = {
    "strip",
    "lstrip",
    "rstrip",
    "lower",
    "upper",
    "replace",
    "removeprefix",
    "removesuffix",
    "join",
    "format",
}
"""methods that give what they were asked of"""


def is_surely(kind: str, expr: n.Expr | None, scope: Scoped, deep: int = DEEPEST) -> bool:
    """Whether an expression is a `str` or `bytes`, and never None."""
    if deep == 0:
        return False
    match expr:
        case n.Constant(value=value):
            return isinstance(value, KINDS[kind])
        case n.FString():
            return kind == "str"
        case n.BinOp(left=left, op="+" | "%"):
            return is_surely(kind, left, scope, deep - 1)
        case n.BoolOp(left=n.Call(func=n.Attribute(attr="get" | "getenv")), op="or", right=right):
            return is_surely(kind, right, scope, deep - 1)
        case n.Await(value=n.Call() as call) | (n.Call() as call):
            return is_made(kind, call, scope, deep)
        case n.Subscript(value=value):
            return kind == "str" and scope.name_of(value) == "os.environ"
        case n.Name() | n.Attribute():
            return is_called(kind, expr, scope, deep)
        case _:
            return False


def is_made(kind: str, node: n.Call, scope: Scoped, deep: int) -> bool:
    """Whether a call surely gives one."""
    call = scope.call(node)
    if call.function is not None:
        awaited = isinstance(node.parent, n.Await)
        return call.function.is_async == awaited and is_said(kind, call.function.node.returns)
    if call.name in ("os.getenv", "os.environ.get"):
        return len(call.args) > 1 and is_surely(kind, call.args[1], scope, deep - 1)
    if call.name in MAKERS[kind] or call.method in METHODS[kind]:
        return True
    return call.method in KEEPING and is_surely(kind, call.receiver, scope, deep - 1)


def is_called(kind: str, expr: n.Name | n.Attribute, scope: Scoped, deep: int) -> bool:
    """Whether a name, or an attribute of an object, surely stands for one."""
    bound = [b.node for b in scope.bindings.get(expr.id, ())] if isinstance(expr, n.Name) else []
    parameters = scope.node.parameters if isinstance(scope, Function) else ()
    bound += [p for p in parameters if isinstance(expr, n.Name) and p.name == expr.id]
    if bound:
        match bound:
            case [n.Parameter(annotation=annotation, default=default)]:
                return is_given(kind, annotation, default, scope, deep)
            case [n.Assign() as assign]:
                return is_assigned(kind, assign, scope, deep)
        return False
    if isinstance(expr, n.Attribute):
        owner = scope.type_of(expr.value)
        attribute = owner.cls.attribute(expr.attr) if owner is not None and owner.cls is not None else None
        if attribute is not None:
            return attribute.method is None and is_assigned(kind, attribute.node, attribute.cls, deep)
    target = scope.resolve(expr)
    if not isinstance(target, Variable) or len(target.module.bindings.get(target.name, ())) != 1:
        return False
    return is_assigned(kind, target.assignment, target.module, deep)


def is_assigned(kind: str, assign: n.Assign, scope: Scoped, deep: int) -> bool:
    """Whether what is assigned, or may be under an annotation, is surely one."""
    if len(assign.targets) != 1 or assign.op or not isinstance(assign.targets[0], n.Name):
        return False
    if assign.annotation is not None:
        return is_given(kind, assign.annotation, assign.value, scope, deep)
    return is_surely(kind, assign.value, scope, deep - 1)


def is_given(kind: str, annotation: n.Expr | None, default: n.Expr | None, scope: Scoped, deep: int) -> bool:
    """Whether an annotation says so, and what stands there without a value does not say otherwise."""
    if not is_said(kind, annotation):
        return False
    if isinstance(default, n.Call) and SENT.fullmatch(scope.name_of(default.func) or ""):
        first = default.args[0] if default.args else default.keyword("default")
        default = None if first is None or first.text == "..." else first
    return default is None or is_surely(kind, default, scope, deep - 1)


def is_said(kind: str, annotation: n.Expr | None) -> bool:
    """Whether an annotation names the kind and nothing else."""
    text = "".join(annotation.text.split()).strip("\"'") if annotation is not None else ""
    plain = text in (kind, f"Mapped[{kind}]", f"Final[{kind}]")
    return plain or (
        text.startswith(f"Annotated[{kind},") and "Depends" not in text and "Security" not in text
    )


def is_asked_before(side: n.Expr, node: n.Node) -> bool:
    """Whether code is reached only where a value has been found to be there."""
    at: n.Node | None = node
    while at is not None and not isinstance(at, n.FunctionDef):
        parent = at.parent
        if (
            isinstance(parent, n.BoolOp)
            and at is parent.right
            and says(side, parent.left, parent.op == "and")
        ):
            return True
        if isinstance(parent, n.If) and at in parent.body and says(side, parent.test, True):
            return True
        if isinstance(at, n.Statement) and any(turns_away(side, one) for one in earlier(at)):
            return True
        at = parent
    return False


def says(side: n.Expr, test: n.Expr, yes: bool) -> bool:
    """Whether a condition that holds, or does not, says that a value is there."""
    match test:
        case n.UnaryOp(op="not", operand=operand):
            return says(side, operand, not yes)
        case n.BoolOp(left=left, op=op, right=right) if (op == "and") == yes:
            return says(side, left, yes) or says(side, right, yes)
        case n.Compare(operands=(left, n.Constant(value=None)), ops=("is not" | "!=" | "is" | "==" as op,)):
            return left.text == side.text and ("not" in op or op == "!=") == yes
        case _:
            return yes and test.text == side.text


def earlier(statement: n.Statement) -> list[n.Node]:
    """The statements before one in its block."""
    parent = statement.parent
    blocks = [getattr(parent, name, ()) for name in ("body", "orelse", "final")]
    block = next((list(b) for b in blocks if statement in b), [])
    return block[: block.index(statement)] if block else []


def turns_away(side: n.Expr, statement: n.Node) -> bool:
    """Whether a statement leaves if a value is not there."""
    match statement:
        case n.If(test=test, body=body, orelse=()) if isinstance(body[-1], n.Raise | n.Return):
            return says(side, test, False)
        case _:
            return False

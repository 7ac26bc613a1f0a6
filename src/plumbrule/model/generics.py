"""What type variables stand for: those of a function by what it is given, those of a class by who derives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.code import Class
from plumbrule.model.types import known, union
from plumbrule.model.values import Type

if TYPE_CHECKING:
    from plumbrule.model.annotations import Annotations
    from plumbrule.model.code import Function

Solution = dict[str, Type | None]
CLASSES = ("type", "Type")


def solved_result(function: Function, call: n.Call, caller: Annotations) -> Type | None:
    """What a generic function returns when it is called so; None if that cannot be told."""
    solution: Solution = {}
    receiver = caller.type_of(call.func.value) if isinstance(call.func, n.Attribute) else None
    if function.cls is not None and receiver is not None and receiver.cls is not None:
        given: Solution = dict(zip(own_variables(receiver.cls), receiver.args, strict=False))
        solution = derived(receiver.cls, function.cls, given) or {}
    shift = 1 if function.cls is not None and not function.is_static else 0
    for place, parameter in enumerate(function.parameters[shift:]):
        value = call.argument(place if parameter.kind.startswith("positional") else None, parameter.name)
        if value is not None and parameter.annotation is not None:
            solve(parameter.annotation, caller.type_of(value), solution)
    returns = function.node.returns
    return substituted(returns, solution, function.inference.outside) if returns is not None else None


def solve(annotation: n.Expr, kind: Type | None, solution: Solution) -> None:
    """Learn from the type of an argument what the variables in an annotation stand for."""
    match annotation:
        case n.Name(id=name):
            solution.setdefault(name, known(kind))
        case n.Subscript(value=n.Name(id=name) | n.Attribute(attr=name), items=(inner, *_)):
            if name == "Optional":
                solve(inner, kind, solution)
            elif kind is not None and name in CLASSES:
                solve(inner, kind.args[0] if kind.name == "type" and kind.args else None, solution)
        case n.BinOp(left=left, op="|"):
            solve(left, kind, solution)


def substituted(annotation: n.Expr, solution: Solution, scope: Annotations) -> Type | None:
    """The type that an annotation names, with types in the place of the variables."""
    match annotation:
        case n.Name(id=name) if solution.get(name) is not None:
            return solution[name]
        case n.Subscript(value=value, items=items):
            inner = [substituted(item, solution, scope) for item in items]
            name = (scope.name_of(value) or "").rpartition(".")[2]
            if name in ("Optional", "Union"):
                return union(inner)
            base = Type("type") if name in CLASSES else scope.annotation_type(value)
            return Type(base.name, base.cls, tuple(i or Type("?") for i in inner)) if base else None
        case n.BinOp(left=left, op="|", right=right):
            return union([substituted(left, solution, scope), substituted(right, solution, scope)])
        case _:
            return scope.annotation_type(annotation)


def own_variables(cls: Class) -> list[str]:
    """The type variables of a class, in the order in which it takes them."""
    scope = (cls.outer or cls.module).inference
    generic = [b for b in cls.node.bases if isinstance(b, n.Subscript) and b.value.text.endswith("Generic")]
    found = [name for base in generic or cls.node.bases for name in scope.variables_in(base)]
    return list(dict.fromkeys(found))


def derived(cls: Class, owner: Class, given: Solution, depth: int = 8) -> Solution | None:
    """What the variables of a base stand for in a class that derives from it."""
    if cls is owner or not depth:
        return given if cls is owner else None
    scope = (cls.outer or cls.module).inference
    for base in cls.node.bases:
        target = scope.target(base.value if isinstance(base, n.Subscript) else base)
        if isinstance(target, Class):
            items = base.items if isinstance(base, n.Subscript) else ()
            kinds = [substituted(item, given, scope) for item in items]
            inner = dict(zip(own_variables(target), kinds, strict=False))
            found = derived(target, owner, inner, depth - 1)
            if found is not None:
                return found
    return None

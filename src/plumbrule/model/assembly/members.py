"""What hangs on functions and objects, asked for by name: `getattr`, `dir`, marks that decorators leave."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.values import UNKNOWN, Bound, ClassValue, Closure, Ext, Instance, ModuleValue
from plumbrule.model.code import Class

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.model.assembly.expressions import Expressions
    from plumbrule.model.assembly.values import Env

ASKING = ("getattr", "hasattr", "callable")
OWN = ("__name__", "__qualname__")
PLAIN = (str, int, list, tuple, dict, type(None))
"""values on which nobody hangs a mark"""
HOLDERS = (Instance, ClassValue, ModuleValue)
METHODS = tuple(
    map(Ext, ("inspect.ismethod", "inspect.isfunction", "inspect.isroutine", "builtins.callable"))
)


def closure_of(value: Any) -> Closure | None:
    """The project function that a value is, by itself or bound to an object."""
    found = value.closure if isinstance(value, Bound) else value
    return found if isinstance(found, Closure) else None


def mark(value: Any, name: str) -> Any:
    """What was put on a function: `handler.config = …` in a decorator."""
    closure = closure_of(value)
    if closure is None:
        return UNKNOWN
    return closure.function.name if name in OWN else closure.marks.get(name, UNKNOWN)


def names_in(value: Any) -> list[str]:
    """The names of an object or class, as far as the project's own classes tell, or what a module binds."""
    if isinstance(value, ModuleValue):
        return list(value.module.bindings)
    cls = value if isinstance(value, ClassValue) else value.cls
    family = (cls.cls, *cls.cls.ancestors) if cls is not None else ()
    bound = {name for one in family if isinstance(one, Class) for name in one.bindings}
    return sorted(bound | set(value.attrs if isinstance(value, Instance) else ()))


def member(interpreter: Expressions, value: Any, name: str, env: Env) -> Any:
    """`getattr(value, name)`."""
    return interpreter.attribute(value, name, n.Unknown(env.scope.module.source, 0, 0, ()), env)


def members(interpreter: Expressions, value: Any, env: Env) -> list[tuple[str, Any]]:
    """The names of an object, and what they stand for; of a module those that stand for something known."""
    found = [(name, member(interpreter, value, name, env)) for name in names_in(value)]
    if isinstance(value, ModuleValue):
        return [one for one in found if one[1] is not UNKNOWN and not isinstance(one[1], Ext)]
    return found


def asks_for_marks(interpreter: Expressions, test: n.Expr, env: Env) -> bool:
    """Whether a condition asks what hangs on a function, or on something that has nothing of the kind."""
    match test:
        case n.Walrus(value=inner) | n.UnaryOp(operand=inner):
            return asks_for_marks(interpreter, inner, env)
        case n.Call(func=n.Name(id=asked), args=(n.Name() as subject, *rest)) if asked in ASKING:
            value = interpreter.eval(subject, env)
            wanted = rest[0].value if rest and isinstance(rest[0], n.Constant) else ""
            if isinstance(value, (Instance, ClassValue)) and isinstance(wanted, str):
                return bool(wanted) and member(interpreter, value, wanted, env) is UNKNOWN
            return closure_of(value) is not None or isinstance(value, PLAIN)
        case _:
            return False


def _getattr(interpreter: Expressions, args: list[Any], _: dict[str, Any], env: Env) -> Any:
    if len(args) > 1 and isinstance(args[1], str):
        found = member(interpreter, args[0], args[1], env)
        return found if found is not UNKNOWN or len(args) < 3 else args[2]
    return UNKNOWN


def _setattr(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    if len(args) == 3 and isinstance(args[1], str):
        put(args[0], args[1], args[2])
    return None


def put(owner: Any, name: str, value: Any) -> None:
    """`owner.name = value`."""
    if isinstance(owner, Instance):
        owner.attrs[name] = value
    elif (closure := closure_of(owner)) is not None:
        closure.marks[name] = value


def _hasattr(interpreter: Expressions, args: list[Any], _: dict[str, Any], env: Env) -> Any:
    if len(args) < 2 or not isinstance(args[1], str):
        return UNKNOWN
    if member(interpreter, args[0], args[1], env) is not UNKNOWN:
        return True
    known = closure_of(args[0]) is not None or isinstance(args[0], (Instance, ClassValue, *PLAIN))
    return False if known else UNKNOWN


def _callable(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    if args and isinstance(args[0], (Closure, Bound, ClassValue)):
        return True
    return False if args and isinstance(args[0], PLAIN) else UNKNOWN


def _dir(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    return sorted(names_in(args[0])) if args and isinstance(args[0], HOLDERS) else UNKNOWN


def _vars(interpreter: Expressions, args: list[Any], _: dict[str, Any], env: Env) -> Any:
    if args and isinstance(args[0], HOLDERS):
        return dict(members(interpreter, args[0], env))
    return UNKNOWN


def _getmembers(interpreter: Expressions, args: list[Any], kwargs: dict[str, Any], env: Env) -> Any:
    if not args or not isinstance(args[0], HOLDERS):
        return UNKNOWN
    found = sorted(members(interpreter, args[0], env), key=itemgetter(0))
    wanted = args[1] if len(args) > 1 else kwargs.get("predicate")
    return [one for one in found if closure_of(one[1])] if wanted in METHODS else found


def _type(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    cls = args[0].cls if len(args) == 1 and isinstance(args[0], Instance) else None
    return cls or UNKNOWN


MEMBERS: dict[str, Callable[[Expressions, list[Any], dict[str, Any], Env], Any]] = {
    "builtins.getattr": _getattr,
    "builtins.setattr": _setattr,
    "builtins.hasattr": _hasattr,
    "builtins.callable": _callable,
    "builtins.dir": _dir,
    "builtins.vars": _vars,
    "builtins.type": _type,
    "inspect.getmembers": _getmembers,
}

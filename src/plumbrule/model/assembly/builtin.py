"""The part of Python's own vocabulary that app-building code uses to make paths and lists of routers."""

from __future__ import annotations

import re
from contextlib import suppress
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.conditions import plain
from plumbrule.model.assembly.kinds import is_instance
from plumbrule.model.assembly.members import MEMBERS
from plumbrule.model.assembly.paths import PATHS
from plumbrule.model.assembly.plugins import LOAD, entry_points, load, select
from plumbrule.model.assembly.values import (
    HOLE,
    UNKNOWN,
    Choice,
    ClassValue,
    Configured,
    Defaults,
    Ext,
    Instance,
    Made,
    ModuleValue,
    Partial,
    RouterValue,
    RoutesOf,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.model.assembly.expressions import Expressions
    from plumbrule.model.assembly.values import Env

METHODS = {
    "add",
    "append",
    "extend",
    "items",
    "pop",
    "values",
    "keys",
    "get",
    "format",
    "join",
    "strip",
    "rstrip",
    "lstrip",
    "lower",
    "upper",
    "replace",
    "removeprefix",
    "removesuffix",
    "startswith",
    "endswith",
    "select",
    "update",
    "copy",
    "split",
    "title",
}


def joined(parts: list[Any]) -> str:
    """The text of an f-string; what is not known leaves a hole."""
    return "".join(str(p) if isinstance(p, (str, int)) else HOLE for p in parts)


def add(one: Any, other: Any) -> Any:
    """`one + other` for texts and lists."""
    if isinstance(one, str) or isinstance(other, str):
        return joined([one, other])
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return [*one, *other]
    if isinstance(one, list):
        return one
    return UNKNOWN


def add_in_place(one: Any, other: Any) -> Any:
    """`one += other`: a list grows wherever it is known."""
    if isinstance(one, list) and isinstance(other, (list, tuple)):
        one.extend(other)
        return one
    return add(one, other)


def binary(op: str, one: Any, other: Any) -> Any:
    """A binary operator, as far as it matters here."""
    if op == "+":
        return add(one, other)
    if op == "%" and isinstance(one, str):
        return one.replace("%s", str(other) if isinstance(other, (str, int)) else HOLE)
    if op == "|" and isinstance(one, dict) and isinstance(other, dict):
        return {**one, **other}
    return UNKNOWN


def compare(ops: tuple[str, ...], values: list[Any]) -> Any:
    """A comparison of two literals; anything else cannot be told."""
    if len(values) != 2 or any(isinstance(value, Configured) for value in values):
        return UNKNOWN
    one, other = values
    if ops[0] in ORDER and type(one) is type(other) and isinstance(one, (str, int)):
        return ORDER[ops[0]](one, other)
    if ops in (("in",), ("not in",)) and isinstance(one, str) and all_known(other):
        return (one in other) is (ops == ("in",))
    if ops == ("is",) and other is None:
        return one is None if one is not UNKNOWN and not isinstance(one, Ext) else UNKNOWN
    if ops == ("is not",) and other is None:
        return one is not None if one is not UNKNOWN and not isinstance(one, Ext) else UNKNOWN
    return UNKNOWN


def all_known(values: Any) -> bool:
    """Whether all keys of a dict, or all items of a list, are texts that are known."""
    return isinstance(values, (dict, list, tuple)) and all(
        isinstance(value, str) and HOLE not in value and not value.startswith("?") for value in values
    )


ORDER = {"==": eq, "!=": ne, "<": lt, "<=": le, ">": gt, ">=": ge}


def cut(value: Any, written: str) -> Any:
    """`value[1:-1]`, where the bounds are plain numbers."""
    bounds = written.split(":")
    if (
        len(bounds) == 2
        and isinstance(value, (str, list, tuple))
        and all(re.fullmatch(r"\s*(-?\d+)?\s*", bound) for bound in bounds)
    ):
        return value[slice(*(int(bound) if bound.strip() else None for bound in bounds))]
    return UNKNOWN


def item(value: Any, key: Any) -> Any:
    """`value[key]`."""
    if isinstance(value, Defaults) and is_key(key):
        return value[key]
    if isinstance(value, dict):
        return value.get(key, UNKNOWN) if is_key(key) else choice(value)
    if isinstance(value, (list, tuple)) and isinstance(key, int) and -len(value) <= key < len(value):
        return plain(value[key])
    return value if isinstance(value, (Ext, ClassValue)) else UNKNOWN  # `Repository[User]` is the class


def is_key(key: Any) -> bool:
    """Whether a value is sure to be a key: a text, a number, or several of them."""
    return all(map(is_key, key)) if isinstance(key, tuple) else isinstance(key, (str, int))


def choice(values: dict[Any, Any]) -> Any:
    """What a lookup with an unknown key can give."""
    return Choice(list(values.values())[:30]) if values else UNKNOWN


def best(results: list[Any]) -> Any:
    """What a function returns: a router if any, else the first thing that is known as a whole."""
    for result in results:
        if isinstance(result, RouterValue):
            return result
    known = [r for r in results if r is not UNKNOWN and r is not None]
    known.sort(key=lambda one: isinstance(one, str) and HOLE in one)
    if known and isinstance(known[0], str) and any(r is UNKNOWN or isinstance(r, Made) for r in results):
        return UNKNOWN  # a prefix that is there, or not: neither can be told
    return known[0] if known else (None if not results or None in results else UNKNOWN)


def method(owner: Any, name: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """A method of a text, list or dict."""
    match owner, name:
        case list(), "append" | "add":
            owner.extend(args)
            return None
        case list(), "extend":
            owner.extend(args[0] if args and isinstance(args[0], (list, tuple)) else [UNKNOWN])
            return None
        case list(), "select":
            return select(owner, kwargs)
        case ((list() | dict()), "copy"):
            return owner.copy()
        case dict(), "update":
            owner.update(args[0] if args and isinstance(args[0], dict) else {})
            owner.update(kwargs)
            return None
        case dict(), "items":
            return [(k, v) for k, v in owner.items()]
        case dict(), "values":
            return list(owner.values())
        case dict(), "keys":
            return list(owner)
        case dict(), "get" if args and args[0] is UNKNOWN:
            return choice(owner)
        case dict(), "get" | "pop" if args and isinstance(args[0], str):
            found = owner.get(args[0], args[1] if len(args) > 1 else None)
            if name == "pop":
                owner.pop(args[0], None)
            return found
        case str(), _:
            return method_of_text(owner, name, args, kwargs)
        case _:
            return UNKNOWN


def method_of_text(owner: str, name: Any, args: list[Any], kwargs: dict[str, Any]) -> Any:
    """What Python's own method makes of a text, if what it is given is known."""
    if name == "format":
        return formatted(owner, args, kwargs)
    if name == "join" and args and isinstance(args[0], (list, tuple)):
        return owner.join(p if isinstance(p, str) else HOLE for p in args[0])
    if hasattr(str, name) and all(isinstance(a, (str, int)) for a in args) and not kwargs:
        with suppress(TypeError, ValueError):
            made = getattr(owner, name)(*args)
            return configured(made) if isinstance(owner, Configured) else made
    return UNKNOWN


def configured(made: Any) -> Any:
    """What was made of a text that the environment gives."""
    if isinstance(made, str):
        return Configured(made)
    return UNKNOWN if isinstance(made, bool) else made


def formatted(text: str, args: list[Any], kwargs: dict[str, Any]) -> str:
    """`"…{}…".format(…)` with holes."""
    out = text
    for value in args:
        out = out.replace("{}", str(value) if isinstance(value, (str, int)) else HOLE, 1)
    for key, value in kwargs.items():
        out = out.replace("{" + key + "}", str(value) if isinstance(value, (str, int)) else HOLE)
    return out


def _partial(_: Expressions, args: list[Any], kwargs: dict[str, Any], __: Env) -> Any:
    return Partial(args[0], args[1:], kwargs) if args else UNKNOWN


def _first(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    return args[0] if args else UNKNOWN


def _second(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    return args[1] if len(args) > 1 else UNKNOWN


def _list(interpreter: Expressions, args: list[Any], _: dict[str, Any], __: Env) -> Any:
    return (
        interpreter.items(args[0])
        if args and isinstance(args[0], (list, tuple, dict, RoutesOf))
        else []
        if not args
        else UNKNOWN
    )


def _dict(_: Expressions, args: list[Any], kwargs: dict[str, Any], __: Env) -> Any:
    return {**(args[0] if args and isinstance(args[0], dict) else {}), **kwargs}


def _defaultdict(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    factory = {Ext("builtins.list"): list, Ext("builtins.set"): list, Ext("builtins.dict"): dict}
    made = args[0] if args else None
    return Defaults(factory[made]) if isinstance(made, Ext) and made in factory else UNKNOWN


def _enumerate(interpreter: Expressions, args: list[Any], _: dict[str, Any], __: Env) -> Any:
    return list(enumerate(interpreter.items(args[0]))) if args else UNKNOWN


def _zip(interpreter: Expressions, args: list[Any], _: dict[str, Any], __: Env) -> Any:
    return list(zip(*(interpreter.items(a) for a in args), strict=False))


def _chain(interpreter: Expressions, args: list[Any], _: dict[str, Any], __: Env) -> Any:
    return [one for given in args for one in interpreter.items(given)]


def _chain_of(interpreter: Expressions, args: list[Any], _: dict[str, Any], env: Env) -> Any:
    return _chain(interpreter, interpreter.items(args[0]), {}, env) if args else UNKNOWN


def _sum(interpreter: Expressions, args: list[Any], kwargs: dict[str, Any], env: Env) -> Any:
    start = args[1] if len(args) > 1 else kwargs.get("start")
    return _chain_of(interpreter, args, {}, env) if isinstance(start, (list, tuple)) else UNKNOWN


def _getenv(_: Expressions, args: list[Any], kwargs: dict[str, Any], __: Env) -> Any:
    default = args[1] if len(args) > 1 else kwargs.get("default", UNKNOWN)
    return Configured(default) if isinstance(default, str) else UNKNOWN


def _import_module(interpreter: Expressions, args: list[Any], kwargs: dict[str, Any], env: Env) -> Any:
    name, package = (*args, UNKNOWN)[0], kwargs.get("package", (*args, None, None)[1])
    if not isinstance(name, str):
        return UNKNOWN
    if name.startswith(".") and isinstance(package, str):
        name = package + name
    name = name.lstrip(".")
    imports, importer = interpreter.project.imports, env.scope.module
    if HOLE in name:
        found = [ModuleValue(module) for module in imports.matching(name.replace(HOLE, "*"), importer)]
        return Choice(found) if found else UNKNOWN
    module = imports.find(name, importer)
    return ModuleValue(module) if module else UNKNOWN


def _wraps(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    return Partial(Ext("functools.wraps.applied"), args[:1], {}) if args else UNKNOWN


def _len(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    return len(args[0]) if args and isinstance(args[0], (str, list, tuple, dict)) else UNKNOWN


def _depends(_: Expressions, args: list[Any], kwargs: dict[str, Any], __: Env) -> Any:
    """`super().__init__(…)` of the project's own kind of `Depends`."""
    if args and isinstance(args[0], Instance):
        args[0].attrs.update(zip(("dependency",), args[1:], strict=False))
        args[0].attrs.update(kwargs)


FUNCTIONS: dict[str, Callable[[Expressions, list[Any], dict[str, Any], Env], Any]] = {
    "fastapi.Depends.__init__": _depends,
    "fastapi.Security.__init__": _depends,
    **MEMBERS,
    **PATHS,
    "builtins.isinstance": is_instance,
    "functools.partial": _partial,
    "typing.cast": _second,
    "builtins.list": _list,
    "builtins.tuple": _list,
    "builtins.set": _list,
    "builtins.sorted": _list,
    "builtins.reversed": _list,
    "builtins.dict": _dict,
    "collections.defaultdict": _defaultdict,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.sum": _sum,
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_of,
    "builtins.str": _first,
    "builtins.len": _len,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "starlette.config.Config.__call__": _getenv,
    "decouple.config": _getenv,
    "importlib.import_module": _import_module,
    "importlib.metadata.entry_points": entry_points,
    "importlib_metadata.entry_points": entry_points,
    "pkg_resources.iter_entry_points": entry_points,
    LOAD: load,
    "builtins.__import__": _import_module,
    "functools.wraps": _wraps,
    "starlette.authentication.requires": lambda *_: Ext("functools.wraps.applied"),
    "functools.update_wrapper": _second,
    "functools.wraps.applied": _first,  # FastAPI reads the signature of what is wrapped
    "functools.lru_cache": _first,
    "functools.cache": _first,
}

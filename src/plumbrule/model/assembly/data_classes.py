"""Objects of classes whose `__init__` is made of their fields: dataclasses, attrs, Pydantic models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.values import UNKNOWN, Closure, Instance, Made

if TYPE_CHECKING:
    from plumbrule.model.assembly.calls import Calls
    from plumbrule.model.assembly.values import ClassValue, Env

AFTER = ("__post_init__", "__attrs_post_init__", "model_post_init")
"""methods that run when the fields have their values"""
FIELDS = frozenset(
    {"dataclasses.field", "attrs.field", "attr.field", "attr.ib", "attr.attrib", "pydantic.Field"}
)
FACTORIES = frozenset({"attrs.Factory", "attr.Factory"})


def fill(calls: Calls, made: Instance, cls: ClassValue, args: list[Any], kwargs: dict[str, Any]) -> None:
    """Give an object its fields, and do what it does with them."""
    fields = cls.cls.fields
    made.attrs.update(zip(fields, args, strict=False))
    made.attrs.update(kwargs)
    env = calls.module_env(cls.cls.module)
    for name in fields:
        if name not in made.attrs:
            made.attrs[name] = default(calls, calls.class_attribute(cls, name), made, env)
    for name in AFTER:
        method = cls.cls.method(name)
        if method is not None:
            calls.call_closure(Closure(method, calls.module_env(method.module)), [made], {})


def default(calls: Calls, value: Any, made: Instance, env: Env) -> Any:
    """What a field starts with: what is written, or what a factory makes for each object."""
    if not isinstance(value, Made):
        return UNKNOWN if value is ... else value
    factory = value.kwargs.get("default_factory", value.kwargs.get("factory"))
    if value.name in FACTORIES and value.args:
        factory = value.args[0]
    if factory is not None:
        takes_self = value.kwargs.get("takes_self") is True
        return calls.call(factory, [made] if takes_self else [], {}, value.node, env)
    if value.name not in FIELDS:
        return value
    given = value.args[0] if value.args else value.kwargs.get("default", UNKNOWN)
    return default(calls, given, made, env)

"""Whether a value is of a class, as far as routers go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.route_lists import is_route_of
from plumbrule.model.assembly.values import (
    UNKNOWN,
    ClassValue,
    Closure,
    Ext,
    Instance,
    ModuleValue,
    Record,
    RouterValue,
)

if TYPE_CHECKING:
    from plumbrule.model.assembly.expressions import Expressions
    from plumbrule.model.assembly.values import Env

BASES = {
    "router": {"fastapi.APIRouter", "starlette.routing.Router"},
    "app": {"fastapi.FastAPI", "starlette.applications.Starlette"},
}
ROUTERS = frozenset().union(*BASES.values())
OTHERS = (Closure, ClassValue, ModuleValue, str, int, list, tuple, dict, type(None))
"""values that are certainly no router"""


def is_instance(_: Expressions, args: list[Any], __: dict[str, Any], ___: Env) -> Any:
    """`isinstance(value, kinds)`."""
    if len(args) != 2:
        return UNKNOWN
    value, kinds = args
    answers = [is_of(value, kind) for kind in (kinds if isinstance(kinds, tuple) else (kinds,))]
    return True if True in answers else UNKNOWN if UNKNOWN in answers else False


def is_of(value: Any, kind: Any) -> Any:
    """Whether a value is of one class."""
    match value, kind:
        case RouterValue(cls=None), ClassValue():
            return False
        case (
            (RouterValue(cls=ClassValue(cls=own)) | Instance(cls=ClassValue(cls=own))),
            ClassValue(cls=cls),
        ):
            return cls is own or cls in own.ancestors
        case RouterValue(), Ext(name=name):
            is_own = value.cls is not None and value.cls.cls.is_a(name)
            return is_own or name == value.type_name or name in BASES.get(value.kind, ())
        case Record(), Ext(name=name):
            return is_route_of(value, name)
        case _:
            return False if isinstance(value, OTHERS) and is_router_class(kind) else UNKNOWN


def is_router_class(kind: Any) -> bool:
    """Whether objects of a class are routers."""
    if isinstance(kind, ClassValue):
        return kind.cls.is_a(*ROUTERS)
    return isinstance(kind, Ext) and kind.name in ROUTERS

"""Which functions are worth following: those that deal with routers, and those that call them."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

from plumbrule.model.assembly.values import (
    Bound,
    Closure,
    Instance,
    LambdaValue,
    Operation,
    Partial,
    Perhaps,
    RouterValue,
)
from plumbrule.model.code import Class, Function

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.facts.file import File
    from plumbrule.model.project import Project

BUILDING = [
    re.compile(written)
    for written in (
        rb"APIRouter\b",
        rb"Router\s*\(",
        rb"FastAPI\s*\(",
        rb"Starlette\s*\(",
        rb"\.(include_router|add_api_route|add_api_websocket_route|add_route|mount|add_middleware)\s*\(",
        rb"\.routes\.(append|extend|insert)\s*\(",
        rb"\.(add_exception_handler|exception_handler|add_event_handler)\s*\(",
        rb"@[^\n]+\.(get|post|put|patch|delete|head|options|websocket|api_route|route|middleware|on_event)\s*\(",
    )
]
"""one by one, each is searched for by its first letters: together they take more than twice as long"""
INJECTING = re.compile(rb"\b(Depends|Security)\s*\(")
COMMON = 6  # a method name with more definitions than this says nothing about which one is called
SHORT = 6  # statements; a helper that makes a prefix has no more
ACTING = frozenset({RouterValue, Operation, LambdaValue, Bound, Partial})  # what is, or may act on, a router


def building_scopes(project: Project) -> set[n.Node]:
    """The functions and classes whose text deals with routers, and those that call such functions by name."""
    found = {node for module in project.code_modules for node in module.file.once(builders)}
    definitions = Counter(function.name for function in project.code_functions)
    queue = [function for function in project.code_functions if function.node in found]
    while queue:
        for name in names_of(queue.pop()):
            for call in project.calls_to(name) if definitions[name] <= COMMON else ():
                caller = call.scope
                if isinstance(caller, (Function, Class)) and caller.node not in found:
                    found.add(caller.node)
                    queue += [caller] if isinstance(caller, Function) else []
    return found


def builders(file: File) -> frozenset[n.Node]:
    """The functions and classes whose text deals with routers."""
    places = sorted(match.start() for one in BUILDING for match in one.finditer(file.source.text))
    inside = (*file.functions, *file.classes) if places else ()
    return frozenset(
        node for node in inside if bisect_left(places, node.start) < bisect_left(places, node.end)
    )


def decorates(node: n.FunctionDef, name: str) -> bool:
    """Whether a function, in a file that knows FastAPI, registers handlers with its parameter `name`."""
    registers = rb"@" + name.encode() + rb"\.(get|post|put|patch|delete|websocket|api_route)\s*\(\s*f?[\"']/"
    text = node.source.text
    return b"fastapi" in text and re.compile(registers).search(text, node.start, node.end) is not None


def makes_dependencies(function: Function) -> bool:
    """Whether a function's own body writes `Depends(…)`: it may return one."""
    return INJECTING.search(function.node.source.text, function.node.start, function.node.end) is not None


def finds_plugins(function: Function) -> bool:
    """Whether a function asks for entry points: they may be routers."""
    node = function.node
    return node.source.text.find(b"entry_points(", node.start, node.end) >= 0


def captures_router(closure: Closure) -> bool:
    """Whether the function around a closure holds a router: then the closure may register with it."""
    return closure.function.parent is not None and any(is_routerish(v) for v in closure.env.names.values())


def names_of(function: Function) -> tuple[str, ...]:
    """The names by which a function is called: for `__init__` and `__call__` that of its class too."""
    if function.cls is not None and function.name == "__init__":
        return (function.cls.name,)
    return (function.name,)


def is_short(function: Function) -> bool:
    """Whether a function is small enough to be followed just in case."""
    return len(function.node.body) <= SHORT and len(function.nodes) < 80


def deals_with_routers(values: list[Any]) -> bool:
    """Whether an argument is a router, or something that registers with one."""
    return any(is_routerish(value) for value in values)


def is_routerish(value: Any, depth: int = 2) -> bool:
    """Whether a value is, holds, or acts on a router."""
    match value:
        case RouterValue() | Operation() | LambdaValue():
            return True
        case Bound(instance=instance):
            return isinstance(instance, RouterValue)
        case Partial(func=held) | Perhaps(value=held):
            return is_routerish(held)
        case Instance(attrs=attrs):
            held = (inner for inner in attrs.values() if type(inner) in ACTING)
            return depth > 0 and any(is_routerish(inner) for inner in held)
        case list() | tuple():
            return depth > 0 and any(is_routerish(inner, depth - 1) for inner in value[:20])
        case _:
            return False

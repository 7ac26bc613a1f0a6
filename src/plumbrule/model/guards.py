"""Who asks who is calling: evidence of authentication, never a guess by name alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.values import Instance, Made
from plumbrule.model.code import Class, Function
from plumbrule.model.values import External, Variable

if TYPE_CHECKING:
    from plumbrule.model.dependencies import Dependency
    from plumbrule.model.routing import Middleware, Route

PROHIBITIONS: frozenset[object] = frozenset({403, "HTTP_403_FORBIDDEN", "FORBIDDEN"})
REFUSALS = PROHIBITIONS | {401, "HTTP_401_UNAUTHORIZED", "UNAUTHORIZED"}
SCHEMES = ("fastapi.security.",)
LIBRARIES = (
    "fastapi_users",
    "fastapi_jwt_auth",
    "fastapi_another_jwt_auth",
    "fastapi_login",
    "fastapi_azure_auth",
    "fastapi_keycloak",
    "starlette.authentication.requires",
    "authx",
    "fastapi_permissions",
    "fastapi_clerk_auth",
    "async_fastapi_jwt_auth",
)


def authentication(route: Route) -> list[Dependency | Middleware | n.Expr]:
    """Everything on the way to a handler that is known to refuse strangers."""
    found: list[Dependency | Middleware | n.Expr] = [d for d in route.dependencies if authenticates(d)]
    if route.handler is not None:
        found.extend(d for d in route.decorators if decorator_authenticates(route, d))
    if route.app is not None:
        found.extend(m for m in route.app.middleware if m.function is not None and refuses(m.function))
    return found


def is_authenticated(route: Route) -> bool | None:
    """True, False, or None when a part of the way is out of sight."""
    if route.authentication:
        return True
    if not route.dependencies.complete or route.handler is None:
        return None
    for decorator in route.decorators:
        expr = decorator.func if isinstance(decorator, n.Call) else decorator
        if not isinstance(route.handler.inference.outside.target(expr), Function):
            return None
    if refuses(route.handler):
        return True
    return False if route.is_mounted else None


def authenticates(dependency: Dependency) -> bool:
    """Whether a dependency refuses a caller it does not know."""
    if dependency.is_security or dependency.name.startswith(LIBRARIES):
        return True
    value = dependency.value
    if isinstance(value, Made) and value.name.startswith(SCHEMES):
        return value.kwargs.get("auto_error") is not False
    if (
        isinstance(value, Instance)
        and value.cls is not None
        and any(isinstance(b, External) and b.name.startswith(SCHEMES) for b in value.cls.cls.ancestors)
    ):
        return True
    return dependency.function is not None and refuses(dependency.function)


def decorator_authenticates(route: Route, decorator: n.Expr) -> bool:
    """Whether a decorator of a handler refuses strangers."""
    if route.handler is None:
        return False
    expr = decorator.func if isinstance(decorator, n.Call) else decorator
    inference = route.handler.inference.outside
    if (inference.name_of(expr) or "").startswith(LIBRARIES):
        return True
    target = inference.target(expr)
    if isinstance(target, Class):
        target = target.method("__call__")
    if not isinstance(target, Function):
        return False
    nested = [f for f in target.module.functions if target in outer(f)]
    return any(refuses(f) for f in (target, *nested))


def outer(function: Function) -> list[Function]:
    """The functions around one."""
    found = []
    at = function.parent
    while at is not None:
        found.append(at)
        at = at.parent
    return found


def refuses(function: Function, depth: int = 3) -> bool:
    """Whether a function, or one it calls, answers 401 or 403."""
    known = function.project.refusals.get(function)
    if known is None:
        function.project.refusals[function] = False
        known = any(is_refusal(node, function, REFUSALS) for node in function.nodes) or (
            depth > 0
            and any(c.function is not None and refuses(c.function, depth - 1) for c in function.calls)
        )
        function.project.refusals[function] = known
    return known


def forbids(function: Function, depth: int = 3) -> bool:
    """Whether a function, or one it calls, answers 403: it asks what a caller may do."""
    key = (function, depth)
    known = function.project.prohibitions.get(key)
    if known is None:
        function.project.prohibitions[key] = False
        inner = (c.function for c in function.calls if c.function is not None) if depth > 0 else ()
        known = any(is_refusal(node, function, PROHIBITIONS) for node in function.nodes) or any(
            forbids(called, depth - 1) for called in inner
        )
        function.project.prohibitions[key] = known
    return known


def is_refusal(node: n.Node, function: Function, statuses: frozenset[object]) -> bool:
    """Whether a node gives a refusing status to a call, or raises an exception that has one."""
    match node:
        case n.Call(args=args, keywords=keywords):
            return any(is_status(value, statuses) for value in (*args, *(k.value for k in keywords)))
        case n.Raise(exception=n.Expr() as exception):
            plain = exception.func if isinstance(exception, n.Call) else exception
            target = function.resolve(plain)
            if isinstance(target, Variable) and target.value is not None:
                return any(is_status(part, statuses) for part in target.value.walk())
            return isinstance(target, Class) and any(is_status(p, statuses) for p in target.node.walk())
        case _:
            return False


def is_status(value: n.Node, statuses: frozenset[object]) -> bool:
    """Whether an expression is one of some statuses, as a number or by name."""
    match value:
        case n.Constant(value=int(status)):
            return status in statuses
        case n.Attribute(attr=word) | n.Name(id=word):
            return word in statuses
        case _:
            return False

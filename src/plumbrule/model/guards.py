"""Who asks who is calling: evidence of authentication, never a guess by name alone."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.values import Instance, Made
from plumbrule.model.code import Class, Function
from plumbrule.model.reach import reached_calls
from plumbrule.model.values import External, Variable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.dependencies import Dependency
    from plumbrule.model.routing import Middleware, Place, Route

REFUSALS = {401, 403, 1008, "HTTP_401_UNAUTHORIZED", "HTTP_403_FORBIDDEN", "WS_1008_POLICY_VIOLATION"}
"""of a WebSocket it is the code with which it is closed"""
DECODERS = ("jwt.decode", "jose.jwt.decode", "joserfc.jwt.decode")
SIGNED = ("hmac.compare_digest", "secrets.compare_digest", *DECODERS)
"""what says whether a signature is right"""
SIGNING = {"hmac.new", "hmac.digest", "jwt.encode", "jose.jwt.encode"}
READS = {name.rpartition(".")[2] for name in SIGNED}
CALLS = 3  # how far a refusal may stand from the dependency that makes it
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
ASKING = re.compile(
    r"auth|user|token|permission|credential|principal|secur|access|guard|api_?key", re.IGNORECASE
)
FORGERY = re.compile(r"(?!.*(auth|user|login|session))(.*[.A-Z_])?[cx]srf", re.IGNORECASE)
"""what refuses a request that another site made, and nobody who sends it himself"""
GUARDED = re.compile(r"protect|private|requir|restrict|guarded|secured", re.IGNORECASE)
PASSING = ("dependency_injector.wiring.inject", "dishka.integrations.fastapi.inject", "slowapi.Limiter.")
"""decorators that let everybody pass"""


def authentication(route: Route, place: Place) -> list[Dependency | Middleware | n.Expr]:
    """Everything on the way to a handler, at one of its places, that is known to refuse strangers."""
    found: list[Dependency | Middleware | n.Expr] = [
        d for d in route.dependencies_at(place) if authenticates(d)
    ]
    if route.handler is not None:
        found.extend(d for d in route.decorators if decorator_authenticates(route, d))
    if place.app is not None:
        found.extend(m for m in place.app.middleware if middleware_refuses(m))
    return found


def middleware_refuses(middleware: Middleware) -> bool:
    """Whether a middleware refuses somebody, and not for the site he comes from."""
    asked = middleware.function
    return asked is not None and refuses(asked) and not is_against_forgery(middleware.name)


@cache
def is_against_forgery(name: str) -> bool:
    """Whether a full name is that of what protects visitors from other sites, and asks nobody who he is."""
    return FORGERY.match(name.rpartition(".")[2]) is not None


def is_authenticated(route: Route, place: Place) -> bool | None:
    """True, False, or None when a part of the way is out of sight."""
    known = is_asked_below(route, place)
    return None if known is False and place.app is None else known


def is_asked_below(route: Route, place: Place) -> bool | None:
    """Whether what is in sight asks who is calling, though it may not be seen which app serves a route."""
    from plumbrule.model.dependencies import Dependency
    from plumbrule.model.routing import Middleware as AsMiddleware

    asking = authentication(route, place)
    if any(not isinstance(one, (Dependency, AsMiddleware)) for one in asking):
        return True
    if is_asked(route.dependencies_at(place).tree, [one for one in asking if isinstance(one, Dependency)]):
        return True
    if asking:
        return None  # under an `if`, or a middleware of which it is not known what it lets pass
    if not route.dependencies_at(place).complete or route.handler is None or has_unread_way(route, place):
        return None
    for decorator in route.decorators:
        expr = decorator.func if isinstance(decorator, n.Call) else decorator
        outside = route.handler.inference.outside
        is_known = isinstance(outside.target(expr), Function)
        if not is_known and not (outside.name_of(expr) or "").startswith(PASSING):
            return None
    return refuses(route.handler)


def is_asked(tree: list[Dependency], asking: list[Dependency]) -> bool:
    """Whether one of those that ask is resolved whatever the conditions; of alternatives each has to ask."""
    for root in tree:
        ways = root.instead if root.is_conditional else [root]
        if ways and all(one in asking or is_asked(one.dependencies, asking) for one in ways):
            return True
    return False


def has_unread_way(route: Route, place: Place) -> bool:
    """Whether a file that puts the route in its place does not parse: the guard may be what was not read."""
    routers = (place.router, place.app, *(include.parent for include in place.includes))
    modules = {route.module, route.scope.module, *(router.module for router in routers if router)}
    modules |= {include.record.scope.module for include in place.includes}
    return any(module.is_broken for module in modules if module is not None)


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
    if dependency.function is None or is_against_forgery(dependency.name):
        return False
    return refuses(dependency.function)


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


def refuses(function: Function) -> bool:
    """Whether a function, or one it calls, answers 401 or 403."""
    known = function.project.refusals
    if function not in known:
        known[function] = False
        known[function] = refuses_itself(function) or any(
            refuses_itself(reached.call.function)
            for reached in reached_calls(function, depth=CALLS)
            if reached.call.function is not None
        )
    return known[function]


def refuses_itself(function: Function) -> bool:
    """Whether the body of a function answers 401 or 403, or raises anything when a signature is wrong."""
    raised = [node.exception for node in function.find(n.Raise) if node.exception is not None]
    return (
        any(mentions_refusal(call) for call in function.find(n.Call))
        or any(is_refusal(function, exception) for exception in raised)
        or (bool(raised) and any(call.method in READS and call.name in SIGNED for call in function.calls))
    )


def is_refusal(function: Function, exception: n.Expr) -> bool:
    """Whether what is raised stands for 401 or 403: a class or a ready-made object of the project."""
    target = function.resolve(exception.func if isinstance(exception, n.Call) else exception)
    if isinstance(target, Variable) and isinstance(target.value, n.Call):
        return mentions_refusal(target.value)
    return isinstance(target, Class) and class_refuses(target)


def class_refuses(cls: Class) -> bool:
    """Whether an exception class carries the status 401 or 403, its own or inherited."""
    for one in (cls, *cls.ancestors):
        if not isinstance(one, Class):
            continue
        init = one.methods.get("__init__")
        defaults = [p.default for p in init.node.parameters if p.default is not None] if init else []
        inside = [*one.nodes, *(init.nodes if init else ()), *defaults]
        statuses = [node for node in inside if is_status(node)]
        if statuses:
            return any(is_refusing(node) for node in statuses)
    return False


def is_status(node: n.Node) -> bool:
    """Whether a node is an HTTP status of an error."""
    match node:
        case n.Constant(value=bool()):
            return False
        case n.Constant(value=int(status)):
            return 400 <= status < 600
        case n.Attribute(attr=word) | n.Name(id=word):
            return word.startswith("HTTP_") or word in (
                "UNAUTHORIZED",
                "FORBIDDEN",
                "NOT_FOUND",
                "BAD_REQUEST",
            )
        case _:
            return False


def is_refusing(node: n.Node) -> bool:
    """Whether a status is 401 or 403."""
    match node:
        case n.Constant(value=int(status)):
            return status in REFUSALS
        case n.Attribute(attr=word) | n.Name(id=word):
            return word in REFUSALS or word in ("UNAUTHORIZED", "FORBIDDEN")
        case _:
            return False


def mentions_refusal(call: n.Call) -> bool:
    """Whether a call is given the status 401 or 403."""
    return any(is_refusing(value) for value in (*call.args, *(k.value for k in call.keywords)))


def exceptions(middleware: Function) -> Iterator[n.Constant]:
    """The paths in lists of the middleware, and of the modules whose functions it asks, but for those lists
    that are said to be of what it guards.
    """
    asked = {call.call.function.module for call in reached_calls(middleware, depth=2) if call.call.function}
    for module in {middleware.module, *asked}:
        lists = (a for a in module.find(n.Assign) if not GUARDED.search(a.targets[0].text))
        for item in (item for a in lists if isinstance(a.value, n.Sequence) for item in a.value.items):
            if isinstance(item, n.Constant) and isinstance(item.value, str) and item.value.startswith("/"):
                yield item


def asks(route: Route) -> bool:
    """Whether a route asks who is calling, surely, or by a dependency out of sight that is named so."""
    if route.is_authenticated is not None:
        return route.is_authenticated
    return any(not d.complete and ASKING.search(d.node.text) for d in route.dependencies)


def asks_nobody(route: Route) -> bool:
    """Whether nothing that is in sight asks who is calling."""
    return all(is_asked_below(route, place) is False for place in route.places)


def names_an_asker(route: Route) -> bool:
    """Whether a dependency sounds as if it asked who is calling."""
    return any(
        ASKING.search(d.name) or (d.parameter and ASKING.search(d.parameter.name)) for d in route.dependencies
    )


def signs_what_is_sent(handler: Function) -> bool:
    """Whether a handler makes a signature for somebody else, and does not compare it with one that came."""
    made = (call for call in handler.calls if call.method in ("new", "digest", "encode"))
    return any(call.name in SIGNING for call in made) and "compare_digest" not in handler.node.text

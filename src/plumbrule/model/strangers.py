"""What anybody may ask for, by its name: nobody signs in to sign in."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.bodies import body_schemas

if TYPE_CHECKING:
    from plumbrule.model.code import Function
    from plumbrule.model.routing import Route

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
PROBE = re.compile(r"health|ping|metrics", re.IGNORECASE)
"""what a monitor reads; nobody changes anything with it"""
DOCUMENT = re.compile(r"/(docs|openapi[\w.]*|redoc)$")
PUBLIC = re.compile(
    r"log_?(in|out)|sign_?(in|up|out)|regist|token|auth|oauth|refresh|verif|confirm|forgot|reset|recover|activat|"
    r"webhook|callback|public|contact|inquir|subscri|hook|captcha|invit|sso|saml|exchange|otp|mfa|"
    r"password|setup|init|session|accept|license|track|report|event|well-known|feedback|share|validat|contact|support|customer|apply|application",
    re.IGNORECASE,
)
TOKEN = re.compile(r"(?i)^(?!.*(push|device|fcm|apns)).*token$")
"""what says who somebody is; not where the messages of his telephone go"""


def is_for_anybody(route: Route) -> bool:
    """Whether a route is meant for those whom nobody knows yet, or gives away nothing."""
    return is_open(route) or is_public(route.name) or signs_up(route) or does_nothing(route.handler)


def is_open(route: Route) -> bool:
    """Whether the path of a route is that of something anybody may ask for."""
    is_read = not CHANGING & set(route.methods)
    return is_public(route.path) or (is_read and is_monitored(route.path))


def is_probe(route: Route) -> bool:
    """Whether a path is that of what a monitor or a developer looks at, however it is asked."""
    return is_monitored(route.path) or DOCUMENT.search(route.path) is not None


@cache
def is_monitored(path: str) -> bool:
    """Whether a path is that of what a monitor reads."""
    return PROBE.search(path) is not None


@cache
def is_public(text: str) -> bool:
    """Whether a path or a name is that of something anybody may ask for."""
    return PUBLIC.search(text) is not None


def signs_up(route: Route) -> bool:
    """Whether a route takes a password for something new, or nothing but a token that another gave: without
    an account nobody can say who he is.
    """
    if "POST" not in route.methods or route.path_parameters or route.handler is None:
        return False
    schemas = body_schemas(route)
    if any(schema.fields and all(map(TOKEN.search, schema.fields)) for schema in schemas):
        return True
    fields = (name for schema in schemas for name in schema.fields)
    return any("password" in name.lower() for name in (*route.handler.reads, *fields))


def does_nothing(handler: Function | None) -> bool:
    """Whether a handler takes nothing and has a ready answer, or refuses whatever comes."""
    if handler is None or not handler.body:
        return False
    *notes, last = handler.body
    is_ready = all(isinstance(note, n.ExprStatement) for note in notes) and isinstance(last, n.Return)
    return refuses_all(handler) or (is_ready and not handler.parameters and not any(handler.find(n.Await)))


def refuses_all(function: Function, depth: int = 2) -> bool:
    """Whether a function does nothing but raise, or call one that does: what is switched off here."""
    said = 1 if function.node.docstring is not None else 0
    match function.body[said:]:
        case (n.Raise(),):
            return True
        case (n.ExprStatement(value=n.Call() as call),) | (n.Return(value=n.Call() as call),) if depth:
            target = function.call(call).function
            return target is not None and refuses_all(target, depth - 1)
        case _:
            return False

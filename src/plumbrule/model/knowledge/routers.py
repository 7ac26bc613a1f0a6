"""Routers that libraries bring: which routes they add, and which of those ask who is calling."""

from __future__ import annotations

from plumbrule.facts.frozen import frozen


@frozen
class LibraryRoute:
    """A route of a library: `path` as it stands below the router, `guard` what it depends on, if it is one
    that refuses strangers.
    """

    method: str
    path: str
    handler: str
    guard: str = ""


def _users(*routes: tuple[str, str, str], guard: str = "") -> tuple[LibraryRoute, ...]:
    return tuple(
        LibraryRoute(method, path, f"fastapi_users.router.{name}", guard) for method, path, name in routes
    )


CURRENT_USER = "fastapi_users.authentication.Authenticator.current_user"
GRAPHQL = tuple(
    LibraryRoute(method, "", f"strawberry.fastapi.GraphQLRouter.{name}")
    for method, name in (
        ("GET", "handle_http_get"),
        ("POST", "handle_http_post"),
        ("WEBSOCKET", "websocket_endpoint"),
    )
)
ROUTES: dict[str, tuple[LibraryRoute, ...]] = {
    "strawberry.fastapi.GraphQLRouter": GRAPHQL,
    "strawberry.fastapi.router.GraphQLRouter": GRAPHQL,
    "fastapi_users.FastAPIUsers.get_auth_router": (
        *_users(("POST", "/login", "login")),
        *_users(("POST", "/logout", "logout"), guard=CURRENT_USER),
    ),
    "fastapi_users.FastAPIUsers.get_register_router": _users(("POST", "/register", "register")),
    "fastapi_users.FastAPIUsers.get_reset_password_router": _users(
        ("POST", "/forgot-password", "forgot_password"), ("POST", "/reset-password", "reset_password")
    ),
    "fastapi_users.FastAPIUsers.get_verify_router": _users(
        ("POST", "/request-verify-token", "request_verify_token"), ("POST", "/verify", "verify")
    ),
    "fastapi_users.FastAPIUsers.get_users_router": _users(
        ("GET", "/me", "me"),
        ("PATCH", "/me", "update_me"),
        ("GET", "/{id}", "get_user"),
        ("PATCH", "/{id}", "update_user"),
        ("DELETE", "/{id}", "delete_user"),
        guard=CURRENT_USER,
    ),
    "fastapi_users.FastAPIUsers.get_oauth_router": _users(
        ("GET", "/authorize", "authorize"), ("GET", "/callback", "callback")
    ),
    "fastapi_users.FastAPIUsers.get_oauth_associate_router": _users(
        ("GET", "/authorize", "authorize"), ("GET", "/callback", "callback"), guard=CURRENT_USER
    ),
}
OBJECTS = frozenset({"fastapi_users.FastAPIUsers", "prometheus_fastapi_instrumentator.Instrumentator"})
EXPOSING = "prometheus_fastapi_instrumentator.Instrumentator.expose"
"""adds `GET /metrics`, or what `endpoint=` says, to the app it is given"""

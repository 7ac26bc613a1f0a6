from collections.abc import Iterator

from fastapi import APIRouter, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from httpx2 import AsyncClient

from [[ package ]].auth.dependencies import active_user
from [[ package ]].main import include_private

# What a stranger may call.
PUBLIC = {
    "GET /livez",
    "GET /readyz",
    "GET /metrics",  # in production it asks for a token of its own
    "POST /api/v1/auth/register",
    "POST /api/v1/auth/login",
    "POST /api/v1/auth/refresh",
}


def routes(app: FastAPI) -> Iterator[tuple[str, RouteContext]]:
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            for method in route.methods or ():
                yield f"{method} {route.path}", route


def asks_for_an_active_user(dependant: Dependant) -> bool:
    return dependant.call is active_user or any(map(asks_for_an_active_user, dependant.dependencies))


def test_a_route_is_public_by_declaration_or_asks_for_an_active_user(app: FastAPI) -> None:
    open_routes = {name for name, route in routes(app) if not asks_for_an_active_user(route.dependant)}
    assert open_routes == PUBLIC


async def test_a_stranger_gets_nothing_but_what_is_public(app: FastAPI, anonymous: AsyncClient) -> None:
    for name, _ in routes(app):
        if name not in PUBLIC:
            response = await anonymous.request(*name.split())
            assert response.status_code == 401, name


async def test_a_private_router_guards_a_route_that_forgot_to(app: FastAPI, anonymous: AsyncClient) -> None:
    async def forgetful() -> None: ...

    router = APIRouter()
    router.add_api_route("/forgetful", forgetful)
    include_private(app, router)
    assert (await anonymous.get("/api/v1/forgetful")).status_code == 401


def test_a_generated_client_can_tell_the_routes_apart(app: FastAPI) -> None:
    paths = app.openapi()["paths"].values()
    names = [operation["operationId"] for operations in paths for operation in operations.values()]
    assert len(set(names)) == len(names)
    assert "users-read_me" in names

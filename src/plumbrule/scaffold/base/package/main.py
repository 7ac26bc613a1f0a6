"""The application: lifespan, middleware, error handlers, routers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.routing import APIRoute

from [[ package ]] import __version__, database, errors, health, metrics
from [[ package ]].auth import router as auth
from [[ package ]].auth.dependencies import active_user
from [[ package ]].auth.passwords import PasswordHasher
from [[ package ]].database import Database
from [[ package ]].errors import PROBLEMS
from [[ package ]].logging import configure_logging
from [[ package ]].middleware import BodySizeLimit, RequestContext, SecurityHeaders
[% if "orders" in parts %]
from [[ package ]].orders import router as orders
[% endif %]
from [[ package ]].rate_limits import RateLimiter
from [[ package ]].settings import Settings
from [[ package ]].users import router as users

PREFIX = "/api/v1"


class State(TypedDict):
    """What a request finds as `request.state.…`."""

    settings: Settings
    database: Database
    passwords: PasswordHasher
    rate_limiter: RateLimiter


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    configure_logging(settings.log)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        connections = Database(settings.database)
        yield {
            "settings": settings,
            "database": connections,
            "passwords": PasswordHasher(threads=settings.auth.hashing_threads),
            "rate_limiter": RateLimiter(settings.rate_limits.storage),
        }
        await connections.dispose()

    app = FastAPI(
        title="[[ title ]]",
        version=__version__,
        lifespan=lifespan,
        openapi_url=None if settings.in_production else "/openapi.json",
        generate_unique_id_function=operation_id,
    )
    add_middleware(app, settings)
    errors.register(app)
    database.register(app)
    health.register(app)
    metrics.register(app)
    include_public(app, auth.public_router)
    include_private(
        app,
        auth.router,
        users.router,
[% if "orders" in parts %]
        orders.router,
[% endif %]
    )
    return app


def operation_id(route: APIRoute) -> str:
    """What a generated client calls a route: users-read_me."""
    return "-".join([*map(str, route.tags), route.name])


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """The last one added is the first to see a request."""
    app.add_middleware(BodySizeLimit, max_body_size=settings.max_body_size)
    app.add_middleware(RequestContext)
    app.add_middleware(SecurityHeaders, in_production=settings.in_production)
    if settings.cors_origins:
        # Outermost, so that errors carry CORS headers too (plumb explain cors-not-outermost).
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )


def include_public(app: FastAPI, *routers: APIRouter) -> None:
    for router in routers:
        app.include_router(router, prefix=PREFIX, responses=PROBLEMS)


def include_private(app: FastAPI, *routers: APIRouter) -> None:
    """Deny by default: a route in here needs an active user, whatever its own signature says."""
    guard = [Depends(active_user)]
    for router in routers:
        app.include_router(router, prefix=PREFIX, responses=PROBLEMS, dependencies=guard)

"""The application: middleware, error handlers, routers."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from [[ package ]] import __version__, errors, greetings, health
from [[ package ]].errors import PROBLEMS
from [[ package ]].logging import configure_logging
from [[ package ]].middleware import BodySizeLimit, RequestContext, SecurityHeaders
from [[ package ]].settings import Settings


def create_app(settings: Settings | None = None) -> FastAPI:
    settings = settings or Settings()
    configure_logging(settings.log)
    app = FastAPI(
        title="[[ title ]]",
        version=__version__,
        openapi_url=None if settings.in_production else "/openapi.json",
    )
    add_middleware(app, settings)
    errors.register(app)
    health.register(app)
    app.include_router(greetings.router, prefix="/api/v1", responses=PROBLEMS)
    return app


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
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Content-Type", "X-Request-ID"],
            expose_headers=["X-Request-ID"],
        )

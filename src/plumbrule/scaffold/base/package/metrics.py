"""Prometheus metrics, labelled by route template, never by path."""

import secrets
from functools import cache
from typing import Annotated

from fastapi import Depends, FastAPI, Request, Response
from fastapi.routing import iter_route_contexts
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from starlette.types import Scope

from [[ package ]].errors import NotAuthenticated
from [[ package ]].settings import Settings

REQUESTS = Counter("http_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram("http_request_duration_seconds", "Time to answer.", ["method", "route"])
# A client may invent methods and paths without end; each label value lives for ever.
UNMATCHED = "unmatched"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

bearer = HTTPBearer(auto_error=False)


def observe(method: str, route: str, status: int, seconds: float) -> None:
    requests, duration = series(method if method in METHODS else "OTHER", route, status)
    requests.inc()
    duration.observe(seconds)


@cache
def series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)


def route_of(scope: Scope) -> str:
    """The full template of the route that matched. Routers are lazy: a route knows only its own part."""
    endpoint = scope.get("endpoint")
    if endpoint is None:
        return UNMATCHED
    app = scope["app"]
    if not hasattr(app.state, "route_templates"):
        contexts = iter_route_contexts(app.routes)
        app.state.route_templates = {context.endpoint: context.path for context in contexts}
    template: str = app.state.route_templates.get(endpoint, UNMATCHED)
    return template


async def may_scrape(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> None:
    settings: Settings = request.state.settings
    if settings.metrics_token is None and not settings.in_production:
        return
    expected = settings.metrics_token.get_secret_value() if settings.metrics_token else ""
    given = credentials.credentials if credentials else ""
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise NotAuthenticated


async def read_metrics() -> Response:
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def register(app: FastAPI) -> None:
    guard = [Depends(may_scrape)]
    app.add_api_route("/metrics", read_metrics, dependencies=guard, include_in_schema=False)

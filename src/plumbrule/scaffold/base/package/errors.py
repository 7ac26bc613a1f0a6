"""Every error leaves as application/problem+json (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
[% if preset == "service" %]
from types import MappingProxyType
[% endif %]
from typing import Any, ClassVar

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

PROBLEM_JSON = "application/problem+json"
PROBLEM_SCHEMA = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "request_id"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["location", "message", "type"],
                "properties": {
                    "location": {"type": "string"},
                    "message": {"type": "string"},
                    "type": {"type": "string"},
                },
            },
        },
    },
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "default": {"description": "Problem", "content": {PROBLEM_JSON: {"schema": PROBLEM_SCHEMA}}}
}

log = structlog.get_logger(__name__)


class ServiceError(Exception):
    """What a service raises. Subclasses say what went wrong; the status is how HTTP calls it."""

    status: ClassVar[HTTPStatus]
    detail: str | None = None
    headers: Mapping[str, str] | None = None

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail or self.detail)
        self.detail = detail or self.detail


[% if preset == "service" %]
class NotAuthenticated(ServiceError):
    status = HTTPStatus.UNAUTHORIZED
    detail = "Log in first."
    headers = MappingProxyType({"WWW-Authenticate": "Bearer"})


[% endif %]
[% if preset == "service" %]
class NotAllowed(ServiceError):
    status = HTTPStatus.FORBIDDEN


[% endif %]
class NotFound(ServiceError):
    status = HTTPStatus.NOT_FOUND


[% if preset == "service" %]
class Conflict(ServiceError):
    status = HTTPStatus.CONFLICT


[% endif %]
[% if preset == "service" %]
class TooManyRequests(ServiceError):
    status = HTTPStatus.TOO_MANY_REQUESTS
    detail = "Too many attempts."

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(retry_after_seconds)}


[% endif %]
[% if preset == "service" %]
class ServiceUnavailable(ServiceError):
    status = HTTPStatus.SERVICE_UNAVAILABLE


[% endif %]
def problem(
    status: int,
    *,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
    errors: list[dict[str, str]] | None = None,
) -> JSONResponse:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return JSONResponse(body, status, headers, media_type=PROBLEM_JSON)


async def on_service_error(_: Request, error: ServiceError) -> JSONResponse:
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        log.warning("service_error", error=repr(error), cause=repr(error.__cause__))
    return problem(error.status, detail=error.detail, headers=error.headers)


async def on_http_exception(_: Request, error: HTTPException) -> JSONResponse:
    phrase = HTTPStatus(error.status_code).phrase
    return problem(
        error.status_code,
        detail=error.detail if error.detail != phrase else None,
        headers=error.headers,  # Allow, WWW-Authenticate, Retry-After
    )


async def on_validation_error(_: Request, error: RequestValidationError) -> JSONResponse:
    """Say where and why, never what: the input may hold a password."""
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        errors=[
            {
                "location": ".".join(str(part) for part in item["loc"]),
                "message": item["msg"],
                "type": item["type"],
            }
            for item in error.errors()
        ],
    )


def register(app: FastAPI) -> None:
    """Unexpected exceptions are answered by `RequestContext`, where CORS headers still reach them."""
    app.exception_handler(ServiceError)(on_service_error)
    app.exception_handler(HTTPException)(on_http_exception)
    app.exception_handler(RequestValidationError)(on_validation_error)

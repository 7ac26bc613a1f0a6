"""Pure ASGI middleware: it costs a microsecond where BaseHTTPMiddleware costs a hundred."""

import re
import secrets
import time
from http import HTTPStatus

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from [[ package ]].errors import problem
[% if preset == "service" %]
from [[ package ]].metrics import observe, route_of
[% endif %]

SANE_REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
[% if preset == "service" %]
QUIET_ROUTES = frozenset({"/livez", "/readyz", "/metrics"})
[% else %]
QUIET_PATHS = frozenset({"/livez"})
[% endif %]

log = structlog.get_logger(__name__)


class RequestContext:
[% if preset == "service" %]
    """Gives each request an id, a log line and a measurement, and turns what nobody caught into a 500."""
[% else %]
    """Gives each request an id and a log line, and turns what nobody caught into a 500."""
[% endif %]

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        request_id = request_id_of(scope)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        started = time.perf_counter()
        status: int | None = None

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        except Exception:
            log.exception("unhandled_exception")
            if status is not None:
                raise  # the response has begun: all that is left is to cut it off
            await problem(HTTPStatus.INTERNAL_SERVER_ERROR)(scope, receive, send_with_id)
        finally:
            report(scope, status or 499, time.perf_counter() - started)


class SecurityHeaders:
    def __init__(self, app: ASGIApp, *, in_production: bool) -> None:
        self.app = app
        headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": "no-store",
        }
        if in_production:
            headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
            headers["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'"
        self.headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                given = dict(message["headers"])  # what a route says of itself goes first
                missing = [header for header in self.headers if header[0] not in given]
                message["headers"] = [*message["headers"], *missing]
            await send(message)

        await self.app(scope, receive, send_with_headers)


class BodySizeLimit:
    """Answers 413, whether the length is declared or the body arrives in chunks."""

    def __init__(self, app: ASGIApp, *, max_body_size: int) -> None:
        self.app = app
        self.max_body_size = max_body_size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        declared: bytes = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self.max_body_size:
            await problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)(scope, receive, send)
            return

        received = 0

        async def receive_limited() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.max_body_size:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return message

        await self.app(scope, receive_limited, send)


def request_id_of(scope: Scope) -> str:
    """The caller's id where it is sane, so that a trace can cross services."""
    given: bytes = dict(scope["headers"]).get(b"x-request-id", b"")
    return given.decode() if SANE_REQUEST_ID.fullmatch(given) else secrets.token_hex(16)


def report(scope: Scope, status: int, seconds: float) -> None:
[% if preset == "service" %]
    route = route_of(scope)
    observe(scope["method"], route, status, seconds)
    if route not in QUIET_ROUTES:
[% else %]
    if scope["path"] not in QUIET_PATHS:
[% endif %]
        log.info(
            "request",
            method=scope["method"],
            path=scope["path"],
[% if preset == "service" %]
            route=route,
[% endif %]
            status=status,
            duration_ms=round(seconds * 1000, 2),
        )

"""A miniature of the service that can be told to be broken in one way, to show that the probes notice.

`create_app` is served like the real one; TWIN_FAULT names the fault, or is empty. `create_all` serves a
miniature for every fault side by side, each below a path of its own.
"""

import asyncio
import itertools
import json
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID, uuid4

import jwt
from fastapi import Cookie, Depends, FastAPI, Form, Header, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, Field
from starlette.applications import Starlette
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

FAULT: ContextVar[str] = ContextVar("fault")
KEY = os.environ.get("SHOP_AUTH__SECRET_KEY", "")
DATABASE = os.environ.get("SHOP_DATABASE__URL", "").removeprefix("sqlite+aiosqlite:///")
PER_ADDRESS = int(os.environ.get("SHOP_RATE_LIMITS__LOGIN_PER_ADDRESS", "1000/").partition("/")[0])
CLAIMS = ["exp", "iat", "sub", "sid", "iss", "aud", "typ"]
LARGEST = 1_000_000
# Every other late commit is later than the slowest client asks again; the rest is found sooner or later.
DELAYS = itertools.cycle((1, 0))

Statement = tuple[str, tuple[object, ...]]


def broken(fault: str) -> bool:
    """Whether the miniature that is asked has this fault."""
    return FAULT.get(os.environ.get("TWIN_FAULT", "")) == fault


class Account(BaseModel):
    email: Annotated[str, Field(pattern=".@.")]
    password: str
    name: str


class NewOrder(BaseModel):
    product: str
    quantity: int


async def unit_of_work() -> AsyncIterator[list[Statement]]:
    """Collect writes, and make them in one transaction at the end."""
    statements: list[Statement] = []
    yield statements
    if broken("commit after the response"):
        await asyncio.sleep(next(DELAYS))
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.executescript("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")
        for statement, values in statements:
            connection.execute(statement, values)
        connection.commit()


UnitOfWork = Annotated[list[Statement], Depends(unit_of_work, scope="function")]
# A unit of work whose scope is the request ends after the response.
LateUnitOfWork = Annotated[list[Statement], Depends(unit_of_work, scope="request")]


def read(query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(DATABASE)) as connection:
        return connection.execute(query, values).fetchall()


token_of_header = OAuth2PasswordBearer("/api/v1/auth/login", auto_error=False)


async def user_id(request: Request, token: Annotated[str | None, Depends(token_of_header)]) -> str:
    if token is None and broken("strangers are let in"):
        return "nobody"
    options: Any = {"require": [] if broken("claims are optional") else CLAIMS}
    if broken("signatures are not checked"):
        options = {"verify_signature": False}
    try:
        claims = jwt.decode(token or "", KEY, ["HS256"], options, audience="shop", issuer="shop")
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from error
    accounts: Accounts = request.app.state.accounts
    wrong_type = claims.get("typ") != "access" and not broken("refresh tokens open doors")
    if claims.get("sid") in accounts.ended or wrong_type:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    return str(claims["sub"])


UserId = Annotated[str, Depends(user_id)]


def prepare() -> None:
    with closing(sqlite3.connect(DATABASE)) as connection:
        table = "CREATE TABLE IF NOT EXISTS orders (id PRIMARY KEY, owner_id, product)"
        connection.executescript(f"PRAGMA journal_mode = WAL; {table}")


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    if broken("dies at once"):
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    prepare()
    yield


def create_app() -> FastAPI:
    app = FastAPI(
        lifespan=lifespan, openapi_url="/openapi.json", docs_url="/docs" if broken("shows its docs") else None
    )
    app.state.accounts = accounts = Accounts()
    limiter = Limiter()
    app.middleware("http")(identify)
    if broken("any origin is allowed"):
        app.add_middleware(CORSMiddleware, allow_origin_regex=".*", allow_credentials=True)
    app.exception_handler(RequestValidationError)(on_validation_error)
    app.exception_handler(StarletteHTTPException)(on_http_exception)
    app.exception_handler(sqlite3.Error)(on_database_error)
    app.add_api_route("/livez", is_alive)
    app.add_api_route("/api/v1/auth/register", accounts.register, methods=["POST"], status_code=201)
    limited = [Depends(limiter.check)]
    app.add_api_route("/api/v1/auth/login", accounts.log_in, methods=["POST"], dependencies=limited)
    app.add_api_route("/api/v1/auth/refresh", accounts.refresh, methods=["POST"])
    app.add_api_route("/api/v1/auth/logout", accounts.log_out, methods=["POST"], status_code=204)
    create = create_order_late if broken("commit after the response") else create_order
    app.add_api_route("/api/v1/orders", create, methods=["POST"], status_code=201)
    app.add_api_route("/api/v1/orders", Orders().list_own)
    app.add_api_route("/api/v1/orders/{order_id}", read_order)
    app.add_api_route("/api/v1/users", accounts.list_all)
    app.add_api_route("/api/v1/users/me", read_me)
    if broken("metrics are public"):
        app.add_api_route("/metrics", metrics, include_in_schema=False)
    if broken("everything is found"):
        app.add_api_route("/{path:path}", is_alive, include_in_schema=False)
    return app


HEADERS = {"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Cache-Control": "no-store"}


async def identify(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    request.state.id = uuid4().hex
    if broken("bodies are logged"):
        print(json.dumps({"event": "request", "body": (await request.body()).decode()}))
    response = too_odd(request) or await too_large(request) or await call_next(request)
    response.headers["X-Request-ID"] = request.state.id
    for name, value in {} if broken("says nothing to browsers") else HEADERS.items():
        response.headers[name] = value
    if broken("answers are cached"):
        response.headers["Cache-Control"] = "public, max-age=60"
    return response


def too_odd(request: Request) -> Response | None:
    if broken("requests break it") and request.headers.get("authorization") == "Bearer plumb":
        return PlainTextResponse("Traceback (most recent call last): …", 500)
    return None


async def too_large(request: Request) -> Response | None:
    if broken("bodies have no limit"):
        return None
    received = 0
    declared = int(request.headers.get("content-length", "0"))
    if declared <= LARGEST and "content-length" not in request.headers:
        async for piece in request.stream():
            received += len(piece)
            if received > LARGEST:
                break
    return problem(request, 413) if max(received, declared) > LARGEST else None


def problem(
    request: Request, status: int, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    body = {"type": "about:blank", "title": "-", "status": status, "request_id": request.state.id, **more}
    kind = "application/json" if broken("errors have their own shape") else "application/problem+json"
    return JSONResponse(body, status, headers, media_type=kind)


async def on_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    if broken("input is echoed"):
        return problem(request, 422, errors=json.loads(json.dumps(error.errors(), default=str)))
    return problem(request, 422)


async def on_http_exception(request: Request, error: StarletteHTTPException) -> JSONResponse:
    return problem(request, error.status_code, None if broken("headers are dropped") else error.headers)


async def on_database_error(request: Request, _: sqlite3.Error) -> JSONResponse:
    return problem(request, 500)


async def is_alive() -> str:
    return "ok"


async def metrics() -> PlainTextResponse:
    return PlainTextResponse("# TYPE requests_total counter\nrequests_total 1\n")


class Accounts:
    def __init__(self) -> None:
        self.by_email: dict[str, tuple[str, str]] = {}
        self.hashing = asyncio.Lock()
        self.ended: set[str] = set()
        self.used: set[str] = set()

    async def register(self, account: Account) -> dict[str, str]:
        least = 1 if broken("passwords may be short") else 12
        if not least <= len(account.password) <= 128:
            raise HTTPException(422)
        self.by_email[account.email] = (str(uuid4()), account.password)
        return {"id": self.by_email[account.email][0]}

    async def log_in(
        self, username: Annotated[str, Form()], password: Annotated[str, Form()], response: Response
    ) -> dict[str, str]:
        if broken("hashes on the loop"):
            time.sleep(0.06)
        else:
            async with self.hashing:
                await asyncio.sleep(0.1)
        user, right = self.by_email.get(username, ("", ""))
        if broken("passwords are cut"):
            password, right = password[:72], right[:72]
        if not right or password != right:
            raise HTTPException(401)
        return self.begin(user, response)

    def begin(self, user: str, response: Response) -> dict[str, str]:
        open_cookie = broken("cookies are open to scripts")
        response.set_cookie(
            "refresh_token", token(user, "refresh"), httponly=not open_cookie, samesite="strict"
        )
        return {"access_token": token(user, "access")}

    async def refresh(
        self, response: Response, refresh_token: Annotated[str, Cookie()] = ""
    ) -> dict[str, str]:
        claims = jwt.decode(refresh_token, options={"verify_signature": False})
        if refresh_token in self.used and not broken("refresh tokens are reusable"):
            raise HTTPException(401)
        self.used.add(refresh_token)
        return self.begin(claims["sub"], response)

    async def log_out(self, _: UserId, authorization: Annotated[str, Header()]) -> None:
        claims = jwt.decode(authorization.partition(" ")[2], options={"verify_signature": False})
        if not broken("logout changes nothing"):
            self.ended.add(claims["sid"])

    async def list_all(self, _: UserId) -> list[str]:
        if not broken("users are listed"):
            raise HTTPException(403)
        return list(self.by_email)


def token(user: str, kind: str) -> str:
    now = datetime.now(UTC)
    who = {"sub": user, "sid": str(uuid4()), "iss": "shop", "aud": "shop", "typ": kind}
    return jwt.encode({"iat": now, "exp": now + timedelta(minutes=5), **who}, KEY, "HS256")


class Limiter:
    def __init__(self) -> None:
        self.wrong: Counter[str] = Counter()

    async def check(self, request: Request, username: Annotated[str, Form()]) -> None:
        address = request.client.host if request.client else ""
        if broken("a forged address is believed"):
            address = request.headers.get("x-forwarded-for", address)
        account = f"{address} {username}" if broken("a forged address is believed") else username
        self.wrong.update([account, address])
        per_address = 10 if broken("an office is one user") else PER_ADDRESS
        if not broken("attempts are not limited") and (
            self.wrong[account] > 20 or self.wrong[address] > per_address
        ):
            raise HTTPException(429, headers={} if broken("no time to come back") else {"Retry-After": "60"})


async def create_order(
    order: NewOrder, user: UserId, writes: UnitOfWork, response: Response
) -> dict[str, str]:
    order_id = str(uuid4())
    writes.append(("INSERT INTO orders VALUES (?, ?, ?)", (order_id, user, order.product)))
    response.headers["Location"] = f"/api/v1/orders/{order_id}"
    return {"id": order_id}


async def create_order_late(
    order: NewOrder, user: UserId, writes: LateUnitOfWork, response: Response
) -> dict[str, str]:
    return await create_order(order, user, writes, response)


class Orders:
    def __init__(self) -> None:
        self.at_once = 0

    async def list_own(
        self, user: UserId, limit: Annotated[int, Query()] = 20
    ) -> dict[str, list[object] | int]:
        if not 1 <= limit <= 100 and not broken("pages have no bounds"):
            raise HTTPException(422)
        if broken("many at once fail"):
            await self.crowd()
        ids = [order_id for (order_id,) in read("SELECT id FROM orders WHERE owner_id = ?", user)]
        return {"items": ids[: max(limit, 0)], "total": len(ids)}

    async def crowd(self) -> None:
        self.at_once += 1
        await asyncio.sleep(0.05)
        self.at_once -= 1
        if self.at_once:
            raise HTTPException(500)


async def read_order(order_id: UUID, user: UserId) -> dict[str, str]:
    owner = "%" if broken("orders have no owner") else user
    rows = read("SELECT product FROM orders WHERE id = ? AND owner_id LIKE ?", str(order_id), owner)
    if not rows:
        raise HTTPException(404)
    return {"id": str(order_id), "product": rows[0][0]}


async def read_me(user: UserId) -> dict[str, str]:
    return {"id": user, "role": "admin" if broken("newcomers are administrators") else "user"}


class Told:
    """A miniature that is told its fault with every request."""

    def __init__(self, app: ASGIApp, fault: str) -> None:
        self.app, self.fault = app, fault

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        FAULT.set(self.fault)
        await self.app(scope, receive, send)


async def alive(_: Request) -> Response:
    return PlainTextResponse("ok")


def create_all() -> Starlette:
    """A miniature without a fault, and one for each of TWIN_FAULTS, by path."""
    prepare()
    faults = {
        "sound": "",
        **{fault.replace(" ", "-"): fault for fault in json.loads(os.environ["TWIN_FAULTS"])},
    }
    mounts = []
    for path, fault in faults.items():
        FAULT.set(fault)
        mounts.append(Mount(f"/{path}", Told(create_app(), fault)))
    return Starlette(routes=[Route("/livez", alive), *mounts])

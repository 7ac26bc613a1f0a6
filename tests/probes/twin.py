"""A miniature of the service that can be told to be broken in one way, to show that the probes notice.

It is served like the real one; TWIN_FAULT names the fault, or is empty.
"""

import asyncio
import json
import os
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import jwt
from fastapi import Depends, FastAPI, Form, HTTPException, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

FAULT = os.environ.get("TWIN_FAULT", "")
KEY = os.environ.get("SHOP_AUTH__SECRET_KEY", "")
DATABASE = os.environ.get("SHOP_DATABASE__URL", "").removeprefix("sqlite+aiosqlite:///")
PER_ADDRESS = int(os.environ.get("SHOP_RATE_LIMITS__LOGIN_PER_ADDRESS", "1000/").partition("/")[0])
CLAIMS = ["exp", "iat", "sub", "sid", "iss", "aud", "typ"]
# A unit of work whose scope is the request ends after the response.
SCOPE: Literal["request", "function"] = "request" if FAULT == "commit after the response" else "function"

Statement = tuple[str, tuple[object, ...]]


class Account(BaseModel):
    email: Annotated[str, Field(pattern=".@.")]
    password: Annotated[str, Field(min_length=12, max_length=128)]
    name: str


class NewOrder(BaseModel):
    product: str
    quantity: int


async def unit_of_work() -> AsyncIterator[list[Statement]]:
    """Collect writes, and make them in one transaction at the end."""
    statements: list[Statement] = []
    yield statements
    if FAULT == "commit after the response":
        await asyncio.sleep(0.005)  # as long as a busy disk takes
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.executescript("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")
        for statement, values in statements:
            connection.execute(statement, values)
        connection.commit()


UnitOfWork = Annotated[list[Statement], Depends(unit_of_work, scope=SCOPE)]


def read(query: str, *values: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(DATABASE)) as connection:
        return connection.execute(query, values).fetchall()


async def user_id(token: Annotated[str, Depends(OAuth2PasswordBearer("/api/v1/auth/login"))]) -> str:
    options: Any = {"require": [] if FAULT == "claims are optional" else CLAIMS}
    try:
        claims = jwt.decode(token, KEY, ["HS256"], options, audience="shop", issuer="shop")
    except jwt.InvalidTokenError as error:
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"}) from error
    return str(claims["sub"])


UserId = Annotated[str, Depends(user_id)]


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    if FAULT == "dies at once":
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    with closing(sqlite3.connect(DATABASE)) as connection:
        connection.executescript(
            "PRAGMA journal_mode = WAL; CREATE TABLE orders (id PRIMARY KEY, owner_id, product)"
        )
    yield


def create_app() -> FastAPI:
    app = FastAPI(lifespan=lifespan)
    app.middleware("http")(identify)
    app.exception_handler(RequestValidationError)(on_validation_error)
    app.exception_handler(StarletteHTTPException)(on_http_exception)
    app.exception_handler(sqlite3.Error)(on_database_error)
    app.add_api_route("/livez", is_alive)
    accounts, limiter = Accounts(), Limiter()
    app.add_api_route("/api/v1/auth/register", accounts.register, methods=["POST"], status_code=201)
    limited = [Depends(limiter.check)]
    app.add_api_route("/api/v1/auth/login", accounts.log_in, methods=["POST"], dependencies=limited)
    app.add_api_route("/api/v1/orders", create_order, methods=["POST"], status_code=201)
    app.add_api_route("/api/v1/orders", list_orders)
    app.add_api_route("/api/v1/orders/{order_id}", read_order)
    app.add_api_route("/api/v1/users/me", read_me)
    return app


async def identify(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    request.state.id = uuid4().hex
    if FAULT == "bodies are logged":
        print(json.dumps({"event": "request", "body": (await request.body()).decode()}))
    response = await call_next(request)
    response.headers["X-Request-ID"] = request.state.id
    return response


def problem(
    request: Request, status: int, headers: Mapping[str, str] | None = None, **more: object
) -> JSONResponse:
    body = {"type": "about:blank", "title": "-", "status": status, "request_id": request.state.id, **more}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


async def on_validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    if FAULT == "input is echoed":
        return problem(request, 422, errors=json.loads(json.dumps(error.errors(), default=str)))
    return problem(request, 422)


async def on_http_exception(request: Request, error: StarletteHTTPException) -> JSONResponse:
    return problem(request, error.status_code, error.headers)


async def on_database_error(request: Request, _: sqlite3.Error) -> JSONResponse:
    return problem(request, 500)


async def is_alive() -> str:
    return "ok"


class Accounts:
    def __init__(self) -> None:
        self.by_email: dict[str, tuple[str, str]] = {}
        self.hashing = asyncio.Lock()

    async def register(self, account: Account) -> dict[str, str]:
        self.by_email[account.email] = (str(uuid4()), account.password)
        return {"id": self.by_email[account.email][0]}

    async def log_in(
        self, username: Annotated[str, Form()], password: Annotated[str, Form()], response: Response
    ) -> dict[str, str]:
        if FAULT == "hashes on the loop":
            time.sleep(0.06)
        else:
            async with self.hashing:
                await asyncio.sleep(0.02)
        user, right = self.by_email.get(username, ("", ""))
        if not right or password != right:
            raise HTTPException(401)
        response.set_cookie("refresh_token", "x", httponly=True)
        return {"access_token": access_token(user)}


def access_token(user: str) -> str:
    now = datetime.now(UTC)
    who = {"sub": user, "sid": str(uuid4()), "iss": "shop", "aud": "shop", "typ": "access"}
    return jwt.encode({"iat": now, "exp": now + timedelta(minutes=5), **who}, KEY, "HS256")


class Limiter:
    def __init__(self) -> None:
        self.wrong: Counter[str] = Counter()

    async def check(self, request: Request, username: Annotated[str, Form()]) -> None:
        address = request.client.host if request.client else ""
        if FAULT == "a forged address is believed":
            address = request.headers.get("x-forwarded-for", address)
        self.wrong.update([username, address])
        per_address = 10 if FAULT == "an office is one user" else PER_ADDRESS
        if FAULT != "attempts are not limited" and (
            self.wrong[username] > 20 or self.wrong[address] > per_address
        ):
            raise HTTPException(429, headers={"Retry-After": "60"})


async def create_order(
    order: NewOrder, user: UserId, writes: UnitOfWork, response: Response
) -> dict[str, str]:
    order_id = str(uuid4())
    writes.append(("INSERT INTO orders VALUES (?, ?, ?)", (order_id, user, order.product)))
    response.headers["Location"] = f"/api/v1/orders/{order_id}"
    return {"id": order_id}


MOST = 10**12 if FAULT == "pages have no bounds" else 100


async def list_orders(
    user: UserId, limit: Annotated[int, Query(ge=1, le=MOST)] = 20
) -> dict[str, list[object] | int]:
    ids = [order_id for (order_id,) in read("SELECT id FROM orders WHERE owner_id = ?", user)]
    return {"items": ids[:limit], "total": len(ids)}


async def read_order(order_id: UUID, user: UserId) -> dict[str, str]:
    owner = "%" if FAULT == "orders have no owner" else user
    rows = read("SELECT product FROM orders WHERE id = ? AND owner_id LIKE ?", str(order_id), owner)
    if not rows:
        raise HTTPException(404)
    return {"id": str(order_id), "product": rows[0][0]}


async def read_me(user: UserId) -> dict[str, str]:
    return {"id": user}

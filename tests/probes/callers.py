"""Who talks to the service in the probes, and how the answers are read."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

import httpx2

API = "/api/v1"
PASSWORD = "correct horse battery staple"

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with an account who has logged in."""

    id: str
    email: str
    password: str
    access_token: str
    refresh_token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access_token}"}

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"refresh_token={self.refresh_token}"}


def new_email() -> str:
    return f"{uuid4().hex[:12]}@example.com"


async def register(
    client: httpx2.AsyncClient, email: str, password: str = PASSWORD, **more: str
) -> httpx2.Response:
    body = {"email": email, "password": password, "name": "Ada", **more}
    return await client.post(f"{API}/auth/register", json=body)


async def log_in(
    client: httpx2.AsyncClient, email: str, password: str = PASSWORD, headers: dict[str, str] | None = None
) -> httpx2.Response:
    form = {"username": email, "password": password}
    return await client.post(f"{API}/auth/login", data=form, headers=headers)


async def sign_up(client: httpx2.AsyncClient, password: str = PASSWORD) -> Caller:
    """Register somebody new and log in."""
    email = new_email()
    registered = await register(client, email, password)
    assert registered.status_code == 201, registered.text
    return await log_in_again(client, registered.json()["id"], email, password)


async def log_in_again(
    client: httpx2.AsyncClient, user_id: str, email: str, password: str = PASSWORD
) -> Caller:
    """Open one more session of somebody who has an account."""
    answer = await log_in(client, email, password)
    assert answer.status_code == 200, answer.text
    return Caller(user_id, email, password, answer.json()["access_token"], refresh_token_in(answer))


def refresh_token_in(answer: httpx2.Response) -> str:
    """Return the refresh token that an answer sets as a cookie."""
    for header in answer.headers.get_list("set-cookie"):
        name, _, rest = header.partition("=")
        if name == "refresh_token":
            return str(rest.partition(";")[0])
    raise AssertionError("the answer sets no cookie `refresh_token`")


async def place_order(client: httpx2.AsyncClient, caller: Caller, product: str = "tea") -> httpx2.Response:
    order = {"product": product, "quantity": 1}
    return await client.post(f"{API}/orders", json=order, headers=caller.headers)


async def order_of(client: httpx2.AsyncClient, caller: Caller, product: str = "tea") -> str:
    """Place an order and return its path."""
    placed = await place_order(client, caller, product)
    assert placed.status_code == 201, placed.text
    return f"{API}/orders/{placed.json()['id']}"


async def settle(client: httpx2.AsyncClient) -> None:
    """Return when the earlier requests are in the log: a line is written after its answer has left."""
    await client.get("/livez")


def assert_problem(answer: httpx2.Response, *statuses: int) -> None:
    """The answer is an RFC 9457 problem with one of `statuses`, and names the request it answers."""
    assert answer.status_code in statuses, f"{answer.status_code} instead of {statuses}: {answer.text}"
    assert answer.headers["content-type"].partition(";")[0] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert body["type"]
    assert body["title"]
    assert body["request_id"] == answer.headers["x-request-id"]


async def at_once(
    limit: int, call: Callable[[Item], Awaitable[Result]], items: Iterable[Item]
) -> list[Result]:
    """Return `[await call(item) for item in items]` with `limit` of them in flight."""
    results: list[Result] = []
    waiting = iter(items)

    async def work() -> None:
        results.extend([await call(item) for item in waiting])

    async with asyncio.TaskGroup() as group:
        for _ in range(limit):
            group.create_task(work())
    return results


async def eventually(holds: Callable[[], Awaitable[bool]], within: float) -> None:
    """Return when `holds()` is true; fail when it is not so after `within` seconds."""
    async with asyncio.timeout(within):
        while True:
            if await holds():
                return
            await asyncio.sleep(0.02)

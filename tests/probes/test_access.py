"""Everything is closed unless it was opened on purpose."""

import json
import re
from collections.abc import Iterator
from uuid import uuid4

import httpx2

from probes.callers import (
    API,
    Caller,
    assert_problem,
    new_email,
    order_of,
    register,
    sign_up,
)
from servers.service import Boot, Project, Service

PUBLIC = {
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("POST", f"{API}/auth/register"),
    ("POST", f"{API}/auth/login"),
}


async def test_somebody_elses_order_does_not_exist(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 12."""
    other = await sign_up(client)
    path = await order_of(client, other)
    before = (await client.get(path, headers=other.headers)).json()
    for refusal in (
        await client.get(path, headers=newcomer.headers),
        await client.patch(path, json={"quantity": 7}, headers=newcomer.headers),
        await client.delete(path, headers=newcomer.headers),
    ):
        assert_problem(refusal, 404)
    assert (await client.get(path, headers=other.headers)).json() == before
    assert (await client.get(f"{API}/orders", headers=newcomer.headers)).json()["total"] == 0


async def test_an_order_of_somebody_else_looks_like_one_that_never_was(
    client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 12."""
    theirs = await order_of(client, await sign_up(client))
    answers = [await client.get(path, headers=caller.headers) for path in (theirs, f"{API}/orders/{uuid4()}")]
    bodies = [answer.json() | {"request_id": "", "instance": ""} for answer in answers]
    assert bodies[0] == bodies[1]


async def test_an_order_cannot_be_placed_for_or_given_to_somebody_else(
    client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 12."""
    other = await sign_up(client)
    owner = {"owner_id": other.id, "user_id": other.id}
    order = {"product": "tea", "quantity": 1, **owner}
    await client.post(f"{API}/orders", json=order, headers=caller.headers)
    await client.patch(await order_of(client, caller), json=owner, headers=caller.headers)
    assert (await client.get(f"{API}/orders", headers=other.headers)).json()["total"] == 0


async def test_every_route_asks_who_is_calling_unless_it_is_declared_public(boot: Boot) -> None:
    """Probe 13."""
    async with boot(SHOP_ENVIRONMENT="development") as service, service.client() as client:
        routes = dict(routes_of((await client.get("/openapi.json")).json()))
        assert routes.keys() > PUBLIC
        for (method, path), operation in routes.items():
            url = re.sub(r"\{.*?\}", str(uuid4()), path)
            answer = await client.request(method, url, json={} if "requestBody" in operation else None)
            if (method, path) in PUBLIC:
                assert answer.status_code != 401, f"{method} {path} is closed"
            else:
                assert_problem(answer, 401)
                assert answer.headers["www-authenticate"].startswith("Bearer"), f"{method} {path}"


async def test_the_api_description_says_which_routes_are_closed(boot: Boot) -> None:
    """Probe 13."""
    async with boot(SHOP_ENVIRONMENT="development") as service, service.client() as client:
        routes = dict(routes_of((await client.get("/openapi.json")).json()))
        open_routes = {route for route, operation in routes.items() if not operation.get("security")}
        assert open_routes - {("POST", f"{API}/auth/refresh")} == PUBLIC


async def test_no_request_holds_an_address_to_call(boot: Boot) -> None:
    """Nothing that a caller sends can become the target of a call: there is no URL in any request."""
    async with boot(SHOP_ENVIRONMENT="development") as service, service.client() as client:
        document = (await client.get("/openapi.json")).json()
        asked = json.dumps([operation for _, operation in routes_of(document)]) + json.dumps(
            document["components"]
        )
        assert '"uri"' not in asked
        assert not re.search(r'"(\w*_)?(url|uri|href|host|callback)"', asked, re.IGNORECASE)


def routes_of(
    document: dict[str, dict[str, dict[str, dict[str, object]]]],
) -> Iterator[tuple[tuple[str, str], dict[str, object]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield (method.upper(), path), operation


async def test_the_first_to_register_is_no_administrator(boot: Boot) -> None:
    """Probe 25."""
    async with boot() as service, service.client() as client:
        first = await sign_up(client)
        assert (await client.get(f"{API}/users/me", headers=first.headers)).json()["role"] == "member"
        assert_problem(await client.get(f"{API}/users", headers=first.headers), 403)


async def test_nobody_makes_themselves_an_administrator(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 25."""
    registered = await register(client, new_email(), role="admin", is_admin="true", is_active="true")
    if registered.status_code == 201:
        assert registered.json()["role"] == "member"
    await client.patch(f"{API}/users/me", json={"name": "Eve", "role": "admin"}, headers=caller.headers)
    assert (await client.get(f"{API}/users/me", headers=caller.headers)).json()["role"] == "member"


async def test_users_are_listed_and_deleted_only_with_permission(
    service: Service, project: Project, client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 26."""
    admin = await sign_up(client)
    for refusal in (
        await client.get(f"{API}/users", headers=newcomer.headers),
        await client.delete(f"{API}/users/{admin.id}", headers=newcomer.headers),
        await client.delete(f"{API}/users/{uuid4()}", headers=newcomer.headers),
    ):
        assert_problem(refusal, 403)

    project.run("shop.users.promote", admin.email, database=service.database)
    page = await client.get(f"{API}/users?limit=100", headers=admin.headers)
    assert page.status_code == 200, page.text
    assert {"id", "email", "name", "role", "created_at"} == page.json()["items"][0].keys()
    assert (await client.delete(f"{API}/users/{newcomer.id}", headers=admin.headers)).status_code == 204
    assert_problem(await client.get(f"{API}/users/me", headers=newcomer.headers), 401)

"""Whatever goes wrong, the answer has one shape, the right status and nothing of the inside."""

import json

import httpx2
import pytest

from probes.callers import API, Caller, assert_problem, log_in, new_email, order_of, register
from servers.database import Kind
from servers.service import FRONTEND, Boot

RAISE = """
from fastapi import FastAPI

from shop.main import create_app as create_shop


def create_app() -> FastAPI:
    app = create_shop()

    @app.get("/raise")
    async def fail() -> None:
        raise RuntimeError("the text of the exception")

    return app
"""
STRANGERS = [
    "https://evil.example",
    f"{FRONTEND}.evil.example",
    FRONTEND.replace("https://", "https://evil"),
    FRONTEND.replace("https:", "http:"),
    f"{FRONTEND}:8443",
    "null",
]


@pytest.mark.parametrize("path", ["/", "/nothing", f"{API}/nothing", f"{API}/auth", "/%00", "/..%2f", "/%ff"])
async def test_an_unknown_path_is_a_404(client: httpx2.AsyncClient, caller: Caller, path: str) -> None:
    """Probe 14."""
    assert_problem(await client.get(path, headers=caller.headers), 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/livez"),
        ("POST", "/readyz"),
        ("GET", f"{API}/auth/login"),
        ("PUT", f"{API}/orders"),
        ("TRACE", f"{API}/users/me"),
    ],
)
async def test_a_wrong_method_is_a_405_that_says_which_are_allowed(
    client: httpx2.AsyncClient, caller: Caller, method: str, path: str
) -> None:
    """Probe 14."""
    answer = await client.request(method, path, headers=caller.headers)
    assert_problem(answer, 405)
    assert answer.headers["allow"]
    assert method not in answer.headers["allow"]


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/xml", "application/x-www-form-urlencoded"]
)
async def test_a_wrong_content_type_is_refused(
    client: httpx2.AsyncClient, caller: Caller, content_type: str
) -> None:
    """Probe 14."""
    headers = {**caller.headers, "Content-Type": content_type}
    body = json.dumps({"product": "tea", "quantity": 1})
    assert_problem(await client.post(f"{API}/orders", content=body, headers=headers), 415, 422)


MALFORMED = {
    "empty": b"",
    "cut off": b'{"product": "tea"',
    "not JSON": b"product=tea",
    "not UTF-8": b'{"product": "\xff", "quantity": 1}',
    "not an object": b'["tea"]',
    "null": b"null",
    "nested": b"[" * 100_000,
    "NaN": b'{"product": "tea", "quantity": NaN}',
    "a huge number": b'{"product": "tea", "quantity": 1%b}' % (b"0" * 5_000),
    "a number beyond 64 bits": b'{"product": "tea", "quantity": 18446744073709551616}',
    "half a surrogate pair": b'{"product": "\\ud800", "quantity": 1}',
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED.keys())
async def test_a_malformed_body_is_refused(client: httpx2.AsyncClient, caller: Caller, body: bytes) -> None:
    """Probe 14."""
    headers = {**caller.headers, "Content-Type": "application/json"}
    assert_problem(await client.post(f"{API}/orders", content=body, headers=headers), 400, 422)
    path = await order_of(client, caller)
    assert_problem(await client.patch(path, content=body, headers=headers), 400, 422)


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"], ids=ascii)
async def test_a_text_that_a_database_may_not_take_is_the_fault_of_the_client(
    client: httpx2.AsyncClient, caller: Caller, kind: Kind, text: str
) -> None:
    """Probe 14. SQLite takes a NUL, PostgreSQL does not; no text is a fault of the server."""
    headers = {**caller.headers, "Content-Type": "application/json"}
    account = {"email": new_email(), "password": "correct horse battery", "name": text}
    requests = {
        f"PATCH {API}/users/me": {"name": text},
        f"POST {API}/auth/register": account,
        f"POST {API}/orders": {"product": text, "quantity": 1},
    }
    for request, body in requests.items():
        response = await client.request(*request.split(), content=json.dumps(body), headers=headers)
        if kind == "sqlite" and "\0" in text:
            assert response.status_code in {200, 201}
        else:
            assert_problem(response, 400, 422)


@pytest.mark.parametrize("username", ["\0", "a\0@example.com", "x" * 500, "", "'; DROP TABLE users; --"])
async def test_a_login_under_an_absurd_name_is_refused(client: httpx2.AsyncClient, username: str) -> None:
    """Probe 14."""
    assert_problem(await log_in(client, username), 400, 401, 422)


@pytest.mark.parametrize("order_id", ["1", "x", "%00", "00000000-0000-0000-0000-00000000000g", "x" * 500])
async def test_a_malformed_id_is_refused(client: httpx2.AsyncClient, caller: Caller, order_id: str) -> None:
    """Probe 14."""
    assert_problem(await client.get(f"{API}/orders/{order_id}", headers=caller.headers), 404, 422)


async def test_null_is_refused_where_a_value_is_needed(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 14."""
    path = await order_of(client, caller)
    for field in ("product", "quantity", "status"):
        assert_problem(await client.patch(path, json={field: None}, headers=caller.headers), 422)
    assert_problem(await client.patch(f"{API}/users/me", json={"name": None}, headers=caller.headers), 422)
    assert (await client.patch(path, json={"note": None}, headers=caller.headers)).status_code == 200


async def test_a_validation_error_says_where_and_not_what(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 14."""
    order = {"product": "tea", "quantity": "an unmistakable value"}
    refused = await client.post(f"{API}/orders", json=order, headers=caller.headers)
    assert_problem(refused, 422)
    [error] = refused.json()["errors"]
    assert error.keys() == {"location", "message", "type"}
    assert "quantity" in str(error["location"])
    assert "unmistakable" not in refused.text


async def test_a_known_email_address_is_a_conflict(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 14."""
    assert_problem(await register(client, caller.email), 409)
    assert_problem(await register(client, caller.email.upper()), 409)


async def test_an_unexpected_exception_is_a_problem_that_tells_nothing(boot: Boot) -> None:
    """Probe 15."""
    async with boot(wrapper=RAISE) as service, service.client() as client:
        answer = await client.get("/raise", headers={"Origin": FRONTEND})
        assert_problem(answer, 500)
        assert answer.headers["access-control-allow-origin"] == FRONTEND
        for text in ("the text of the exception", "RuntimeError", "Traceback", "wrapper"):
            assert text not in answer.text + str(answer.headers)
        [line] = [line for line in service.written.splitlines() if "the text of the exception" in line]
        assert json.loads(line)["request_id"] == answer.headers["x-request-id"]
        assert {"event", "level", "timestamp", "logger"} <= json.loads(line).keys()


@pytest.mark.parametrize("path", ["/nothing", f"{API}/users/me", f"{API}/orders?limit=0"])
async def test_errors_carry_cors_headers_and_a_request_id(
    client: httpx2.AsyncClient, caller: Caller, path: str
) -> None:
    """Probe 15."""
    headers = {**(caller.headers if "orders" in path else {}), "Origin": FRONTEND}
    answer = await client.get(path, headers=headers)
    assert_problem(answer, 401, 404, 422)
    assert answer.headers["access-control-allow-origin"] == FRONTEND
    exposed = answer.headers["access-control-expose-headers"].lower()
    assert {"x-request-id", "retry-after", "location"} <= {name.strip() for name in exposed.split(",")}


def preflight(origin: str, method: str = "PATCH") -> dict[str, str]:
    return {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization, content-type",
    }


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
async def test_a_preflight_from_the_frontend_is_allowed(client: httpx2.AsyncClient, method: str) -> None:
    """Probe 16."""
    answer = await client.options(f"{API}/orders", headers=preflight(FRONTEND, method))
    assert answer.status_code in {200, 204}, answer.text
    assert answer.headers["access-control-allow-origin"] == FRONTEND
    assert method in answer.headers["access-control-allow-methods"]


@pytest.mark.parametrize("origin", STRANGERS)
async def test_another_origin_gets_no_cors_headers(
    client: httpx2.AsyncClient, caller: Caller, origin: str
) -> None:
    """Probe 16."""
    for answer in (
        await client.options(f"{API}/orders", headers=preflight(origin)),
        await client.get(f"{API}/orders", headers={**caller.headers, "Origin": origin}),
        await client.get(f"{API}/orders", headers={"Origin": origin}),
    ):
        assert "access-control-allow-origin" not in answer.headers

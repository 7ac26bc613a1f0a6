from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest
from conftest import Serve
from fastapi import Depends, FastAPI
from fastapi import Response as Answer
from httpx2 import AsyncClient, Response

from [[ package ]].deprecation import deprecated
from [[ package ]].settings import Environment

OURS = "https://app.example.com"
THEIRS = "https://evil.example.com"

Ask = Callable[[dict[str, str]], Awaitable[Response]]


@pytest.fixture(params=["200", "401", "404", "413", "500"])
def ask(request: pytest.FixtureRequest, app: FastAPI, anonymous: AsyncClient) -> Ask:
    """Send a request, with the given headers, that ends with each of these statuses in turn."""

    async def broken() -> None:
        raise RuntimeError

    app.add_api_route("/broken", broken)
    status: str = request.param
    path = {"200": "/livez", "401": "/api/v1/users/me", "404": "/nowhere", "500": "/broken"}
    body = b"." * 1_000_001 if status == "413" else b""

    async def ask(headers: dict[str, str]) -> Response:
        response = await anonymous.request("GET", path.get(status, "/livez"), content=body, headers=headers)
        assert response.status_code == int(status)
        return response

    return ask


async def test_a_page_of_ours_may_read_any_response(ask: Ask) -> None:
    headers = (await ask({"Origin": OURS})).headers
    assert headers["Access-Control-Allow-Origin"] == OURS
    assert headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-Request-ID" in headers["Access-Control-Expose-Headers"]


async def test_a_page_of_others_may_read_none(ask: Ask) -> None:
    assert "Access-Control-Allow-Origin" not in (await ask({"Origin": THEIRS})).headers


async def test_any_response_tells_browsers_and_caches_to_be_careful(ask: Ask) -> None:
    headers = (await ask({})).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"


async def test_a_preflight_passes_for_our_pages_only(anonymous: AsyncClient) -> None:
    async def preflight(origin: str) -> Response:
        headers = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
        headers["Access-Control-Request-Headers"] = "authorization"
        return await anonymous.options("/api/v1/users/me", headers=headers)

    ours, theirs = await preflight(OURS), await preflight(THEIRS)
    assert ours.status_code == 200
    assert ours.headers["Access-Control-Allow-Origin"] == OURS
    assert theirs.status_code == 400
    assert "Access-Control-Allow-Origin" not in theirs.headers


async def test_a_route_may_allow_caching(app: FastAPI, anonymous: AsyncClient) -> None:
    async def logo(response: Answer) -> None:
        response.headers["Cache-Control"] = "max-age=3600"

    app.add_api_route("/logo", logo)
    assert (await anonymous.get("/logo")).headers["Cache-Control"] == "max-age=3600"


async def test_production_insists_on_https_and_runs_no_script(serve: Serve) -> None:
    async with serve(environment=Environment.PRODUCTION) as client:
        headers = (await client.get("/livez")).headers
    assert headers["Strict-Transport-Security"].startswith("max-age=31536000")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
async def test_the_documentation_is_there_in_development_only(
    anonymous: AsyncClient, serve: Serve, path: str
) -> None:
    assert (await anonymous.get(path)).status_code == 200
    async with serve(environment=Environment.PRODUCTION) as client:
        assert (await client.get(path)).status_code == 404


async def test_a_deprecated_route_says_until_when_it_answers(app: FastAPI, anonymous: AsyncClient) -> None:
    announce = deprecated(
        since=datetime(2030, 1, 1, tzinfo=UTC), sunset=datetime(2030, 7, 1, tzinfo=UTC), successor="/new"
    )

    async def old() -> None: ...

    app.add_api_route("/old", old, dependencies=[Depends(announce)])
    headers = (await anonymous.get("/old")).headers
    assert headers["Deprecation"] == "@1893456000"
    assert headers["Sunset"] == "Mon, 01 Jul 2030 00:00:00 GMT"
    assert headers["Link"] == '</new>; rel="successor-version"'

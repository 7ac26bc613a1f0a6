"""What strangers, caches and browsers may see and keep."""

import httpx2
import pytest

from probes.callers import API, Caller, assert_problem, log_in, order_of
from servers.service import Boot

DOCUMENTATION = ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect", f"{API}/openapi.json"]


async def test_private_answers_are_not_for_shared_caches(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 22."""
    order = await order_of(client, caller)
    answers = [
        await client.get(path, headers=caller.headers) for path in (f"{API}/users/me", f"{API}/orders", order)
    ]
    for answer in [*answers, await log_in(client, caller.email), await client.get(f"{API}/users/me")]:
        directives = {part.strip() for part in answer.headers["cache-control"].lower().split(",")}
        assert directives & {"no-store", "private"}
        assert not any(part.startswith(("public", "s-maxage")) for part in directives)


@pytest.mark.parametrize("path", DOCUMENTATION)
async def test_the_documentation_is_hidden_in_production(client: httpx2.AsyncClient, path: str) -> None:
    """Probe 23."""
    assert_problem(await client.get(path), 404)


async def test_the_documentation_is_there_in_development(boot: Boot) -> None:
    """Probe 23."""
    async with boot(SHOP_ENVIRONMENT="development") as service, service.client() as client:
        page = await client.get("/docs")
        assert page.status_code == 200
        # The page loads its scripts: a policy made for JSON would leave it blank.
        assert "default-src 'none'" not in page.headers.get("content-security-policy", "")
        assert (await client.get("/openapi.json")).json()["openapi"].startswith("3.")


@pytest.mark.parametrize("path", ["/livez", "/nothing", f"{API}/users/me", f"{API}/orders?limit=0"])
async def test_every_answer_carries_the_security_headers(
    client: httpx2.AsyncClient, caller: Caller, path: str
) -> None:
    """Probe 24."""
    for headers in ({}, caller.headers):
        answer = await client.get(path, headers=headers)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-frame-options"].upper() == "DENY"
        assert answer.headers["referrer-policy"]
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert int(answer.headers["strict-transport-security"].split("max-age=")[1].split(";")[0]) > 2_592_000
        assert not {"server", "x-powered-by"} & answer.headers.keys()

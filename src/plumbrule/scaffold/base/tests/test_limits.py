from collections.abc import AsyncIterator

import pytest
from conftest import PASSWORD
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient, Response

from [[ package ]].main import create_app
from [[ package ]].rate_limits import RateLimiter
from [[ package ]].settings import RateLimitSettings, Settings

AUTH = "/api/v1/auth"
MAX_BODY_SIZE = 1_000
LIMITS = RateLimitSettings(
    login_per_account="3/minute",
    login_per_address="5/minute",
    register_per_address="4/minute",
    refresh_per_address="2/minute",
)


@pytest.fixture
def app(settings: Settings, migrated: None) -> FastAPI:
    """The application with limits that are soon reached."""
    return create_app(settings.model_copy(update={"rate_limits": LIMITS, "max_body_size": MAX_BODY_SIZE}))


async def register(client: AsyncClient, **changes: str) -> Response:
    account = {"email": "eve@example.com", "password": PASSWORD, "name": "Eve"}
    return await client.post(f"{AUTH}/register", json=account | changes)


async def fail_to_log_in(client: AsyncClient, email: str, **headers: str) -> int:
    form = {"username": email, "password": "wrong"}
    return (await client.post(f"{AUTH}/login", data=form, headers=headers)).status_code


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 100):
        yield b"." * 100


async def test_a_body_that_declares_too_much_is_refused_unread(anonymous: AsyncClient) -> None:
    response = await anonymous.request("GET", "/livez", content=b"." * (MAX_BODY_SIZE + 1))
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_a_body_that_grows_too_long_is_refused(anonymous: AsyncClient) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    response = await anonymous.post(f"{AUTH}/login", content=chunks(MAX_BODY_SIZE + 100), headers=form)
    assert response.status_code == 413
    response = await anonymous.post(f"{AUTH}/register", content=chunks(MAX_BODY_SIZE + 100))
    assert response.status_code == 413


async def test_a_body_may_be_as_long_as_the_limit(anonymous: AsyncClient) -> None:
    assert (await anonymous.post(f"{AUTH}/register", content=b"." * MAX_BODY_SIZE)).status_code == 422
    assert (await anonymous.post(f"{AUTH}/register", content=chunks(MAX_BODY_SIZE))).status_code == 422


@pytest.mark.parametrize(("length", "status"), [(11, 422), (12, 201), (100, 201), (101, 422)])
async def test_a_password_has_bounds(anonymous: AsyncClient, length: int, status: int) -> None:
    assert (await register(anonymous, password="p" * length)).status_code == status


@pytest.mark.parametrize(
    "changes", [{"name": ""}, {"name": "e" * 101}, {"email": "eve"}], ids=["no name", "long name", "no email"]
)
async def test_an_account_needs_a_name_and_an_email_address(
    anonymous: AsyncClient, changes: dict[str, str]
) -> None:
    assert (await register(anonymous, **changes)).status_code == 422


async def test_a_page_has_bounds(admin: AsyncClient) -> None:
    for page in ("limit=0", "limit=-1", "limit=101", "limit=1e9", "offset=-1", "offset=10001"):
        assert (await admin.get(f"/api/v1/users?{page}")).status_code == 422, page
    assert (await admin.get("/api/v1/users?limit=100&offset=10000")).status_code == 200


async def test_guesses_at_one_account_end_soon_and_others_still_log_in(anonymous: AsyncClient) -> None:
    for email in ("eve@example.com", "EVE@example.com", "eve@example.com"):
        assert await fail_to_log_in(anonymous, email) == 401
    assert await fail_to_log_in(anonymous, "eve@example.com") == 429
    assert await fail_to_log_in(anonymous, "mallory@example.com") == 401


async def test_a_success_forgives_the_failures_before_it(ada: AsyncClient, anonymous: AsyncClient) -> None:
    for password, status in (("wrong", 401), ("wrong", 401), (PASSWORD, 200), ("wrong", 401)):
        form = {"username": "ada@example.com", "password": password}
        assert (await anonymous.post(f"{AUTH}/login", data=form)).status_code == status


async def test_guesses_from_one_address_end_whatever_it_says_of_itself(
    anonymous: AsyncClient, transport: ASGITransport
) -> None:
    statuses = [
        await fail_to_log_in(anonymous, f"{n}@example.com", **{"X-Forwarded-For": f"10.0.0.{n}"})
        for n in range(6)
    ]
    assert statuses == [401] * 5 + [429]
    transport.client = ("10.0.0.1", 1)
    assert await fail_to_log_in(anonymous, "6@example.com") == 401


async def test_a_current_password_has_a_bound_too(ada: AsyncClient) -> None:
    change = {"current_password": "p" * 101, "new_password": PASSWORD}
    assert (await ada.put("/api/v1/users/me/password", json=change)).status_code == 422


async def test_guesses_at_the_current_password_end_soon(ada: AsyncClient) -> None:
    change = {"current_password": "wrong", "new_password": PASSWORD}
    statuses = [(await ada.put("/api/v1/users/me/password", json=change)).status_code for _ in range(4)]
    assert statuses == [403] * 3 + [429]


async def test_registrations_from_one_address_end(anonymous: AsyncClient) -> None:
    assert [(await register(anonymous, name="")).status_code for _ in range(5)] == [422] * 4 + [429]


async def test_refreshes_from_one_address_end(anonymous: AsyncClient) -> None:
    statuses = [(await anonymous.post(f"{AUTH}/refresh")).status_code for _ in range(3)]
    assert statuses == [401] * 2 + [429]


async def test_a_refusal_says_when_to_come_back(anonymous: AsyncClient) -> None:
    for _ in range(3):
        response = await anonymous.post(f"{AUTH}/refresh")
    assert 1 <= int(response.headers["Retry-After"]) <= 60


def test_a_storage_that_would_block_the_event_loop_is_refused() -> None:
    with pytest.raises(TypeError, match="async"):
        RateLimiter("memory://")

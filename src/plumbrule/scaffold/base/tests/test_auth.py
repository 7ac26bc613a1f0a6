from datetime import timedelta
from http.cookies import SimpleCookie
from uuid import UUID

import pytest
from conftest import PASSWORD, SignUp
from httpx2 import AsyncClient, Response
from sqlalchemy import select, update

from [[ package ]].auth.models import LoginSession
from [[ package ]].database import Database, utc_now
from [[ package ]].settings import Settings
from [[ package ]].users.models import User

AUTH = "/api/v1/auth"
ME = "/api/v1/users/me"
ADA = "ada@example.com"


async def log_in(client: AsyncClient, password: str = PASSWORD) -> tuple[str, str]:
    """Open one more session of Ada's and give its access token and its refresh token."""
    response = await client.post(f"{AUTH}/login", data={"username": ADA, "password": password})
    assert response.status_code == 200
    return response.json()["access_token"], response.cookies["refresh_token"]


async def refresh(client: AsyncClient, token: str) -> Response:
    client.cookies.clear()
    return await client.post(f"{AUTH}/refresh", headers={"Cookie": f"refresh_token={token}"})


async def status_with(client: AsyncClient, access_token: str) -> int:
    return (await client.get(ME, headers={"Authorization": f"Bearer {access_token}"})).status_code


async def test_whoever_registers_is_a_member_and_no_password_comes_back(anonymous: AsyncClient) -> None:
    account = {"email": ADA, "password": PASSWORD, "name": "Ada"}
    response = await anonymous.post(f"{AUTH}/register", json=account)
    assert response.status_code == 201
    assert response.json()["role"] == "member"
    assert response.json().keys() == {"id", "email", "name", "role", "created_at"}


async def test_an_email_address_registers_once_and_logs_in_whatever_its_case(
    ada: AsyncClient, anonymous: AsyncClient
) -> None:
    account = {"email": "Ada@Example.com", "password": PASSWORD, "name": "Ada"}
    taken = await anonymous.post(f"{AUTH}/register", json=account)
    assert taken.status_code == 409
    assert "email address" in taken.json()["detail"]
    form = {"username": "ADA@example.com", "password": PASSWORD}
    assert (await anonymous.post(f"{AUTH}/login", data=form)).status_code == 200


async def test_a_wrong_password_and_an_unknown_account_look_the_same(
    ada: AsyncClient, anonymous: AsyncClient
) -> None:
    headers = {"X-Request-ID": "same"}
    wrong, unknown = [
        await anonymous.post(f"{AUTH}/login", data={"username": email, "password": "wrong"}, headers=headers)
        for email in (ADA, "nobody@example.com")
    ]
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()


async def test_a_disabled_account_is_out_at_once_and_cannot_come_back(
    ada: AsyncClient, anonymous: AsyncClient, database: Database
) -> None:
    async with database.sessions.begin() as session:
        await session.execute(update(User).values(is_active=False))
    assert (await ada.get(ME)).status_code == 401
    form = {"username": ADA, "password": PASSWORD}
    assert (await anonymous.post(f"{AUTH}/login", data=form)).status_code == 401


async def test_no_script_and_no_other_site_can_use_the_refresh_token(
    ada: AsyncClient, anonymous: AsyncClient, settings: Settings
) -> None:
    response = await anonymous.post(f"{AUTH}/login", data={"username": ADA, "password": PASSWORD})
    cookie = SimpleCookie(response.headers["Set-Cookie"])["refresh_token"]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert cookie["samesite"] == "strict"
    assert cookie["path"] == AUTH
    assert int(cookie["max-age"]) == settings.auth.refresh_token_days * 24 * 60 * 60
    assert cookie.value not in response.text


async def test_the_database_knows_a_refresh_token_only_by_its_hash(
    ada: AsyncClient, anonymous: AsyncClient, database: Database
) -> None:
    _, token = await log_in(anonymous)
    async with database.sessions() as session:
        hashes = list(await session.scalars(select(LoginSession.refresh_token_hash)))
    assert len(hashes) == 2
    assert not any(known in token for known in hashes)


async def test_a_refresh_swaps_both_tokens(ada: AsyncClient, anonymous: AsyncClient) -> None:
    _, old = await log_in(anonymous)
    response = await refresh(anonymous, old)
    assert await status_with(anonymous, response.json()["access_token"]) == 200
    assert response.cookies["refresh_token"] != old
    assert (await refresh(anonymous, response.cookies["refresh_token"])).status_code == 200


async def test_a_refresh_token_that_is_used_twice_ends_its_session(
    ada: AsyncClient, anonymous: AsyncClient
) -> None:
    access, stolen = await log_in(anonymous)
    swapped = (await refresh(anonymous, stolen)).cookies["refresh_token"]

    assert (await refresh(anonymous, stolen)).status_code == 401

    assert (await refresh(anonymous, swapped)).status_code == 401
    assert await status_with(anonymous, access) == 401
    assert (await ada.get(ME)).status_code == 200


@pytest.mark.parametrize("token", ["", "rubbish", f"{UUID(int=1)}.rubbish"])
async def test_a_refresh_token_of_no_session_is_refused(anonymous: AsyncClient, token: str) -> None:
    assert (await refresh(anonymous, token)).status_code == 401


async def test_a_refresh_without_a_cookie_is_refused(anonymous: AsyncClient) -> None:
    assert (await anonymous.post(f"{AUTH}/refresh")).status_code == 401


async def test_a_session_ends_when_its_time_is_over(
    ada: AsyncClient, anonymous: AsyncClient, database: Database
) -> None:
    access, token = await log_in(anonymous)
    async with database.sessions.begin() as session:
        await session.execute(update(LoginSession).values(expires_at=utc_now() - timedelta(seconds=1)))
    assert await status_with(anonymous, access) == 401
    assert (await refresh(anonymous, token)).status_code == 401


async def test_a_logout_ends_this_session_at_once_and_no_other(
    ada: AsyncClient, anonymous: AsyncClient
) -> None:
    access, token = await log_in(anonymous)
    response = await anonymous.post(f"{AUTH}/logout", headers={"Authorization": f"Bearer {access}"})
    assert response.status_code == 204
    assert "refresh_token" not in anonymous.cookies
    assert await status_with(anonymous, access) == 401
    assert (await refresh(anonymous, token)).status_code == 401
    assert (await ada.get(ME)).status_code == 200


async def test_a_new_password_ends_every_session_of_the_account_and_no_other(
    ada: AsyncClient, bob: AsyncClient, anonymous: AsyncClient
) -> None:
    access, token = await log_in(anonymous)
    passwords = {"current_password": PASSWORD, "new_password": "a new battery staple"}
    assert (await ada.put(f"{ME}/password", json=passwords)).status_code == 204

    assert (await ada.get(ME)).status_code == 401
    assert await status_with(anonymous, access) == 401
    assert (await refresh(anonymous, token)).status_code == 401
    form = {"username": ADA, "password": PASSWORD}
    assert (await anonymous.post(f"{AUTH}/login", data=form)).status_code == 401
    await log_in(anonymous, "a new battery staple")
    assert (await bob.get(ME)).status_code == 200


async def test_a_new_password_needs_the_current_one(ada: AsyncClient, anonymous: AsyncClient) -> None:
    passwords = {"current_password": "wrong", "new_password": "a new battery staple"}
    assert (await ada.put(f"{ME}/password", json=passwords)).status_code == 403
    await log_in(anonymous)


async def test_an_account_that_is_gone_takes_its_sessions_along(ada: AsyncClient, sign_up: SignUp) -> None:
    assert (await ada.delete(ME)).status_code == 204
    assert (await ada.get(ME)).status_code == 401
    again = await sign_up(ADA)
    assert (await again.get(ME)).status_code == 200
    assert (await ada.get(ME)).status_code == 401

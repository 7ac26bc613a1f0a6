"""A session ends when its user says so, and a token is worth nothing once anything about it is wrong."""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import jwt
import pytest

from probes.callers import (
    API,
    PASSWORD,
    Caller,
    assert_problem,
    at_once,
    eventually,
    log_in,
    log_in_again,
    refresh_token_in,
    sign_up,
)
from servers.service import SECRET_KEY

Claims = dict[str, Any]


async def refresh(client: httpx2.AsyncClient, token: str) -> httpx2.Response:
    return await client.post(f"{API}/auth/refresh", headers={"Cookie": f"refresh_token={token}"})


async def me(client: httpx2.AsyncClient, access_token: str) -> httpx2.Response:
    return await client.get(f"{API}/users/me", headers={"Authorization": f"Bearer {access_token}"})


async def assert_dies(client: httpx2.AsyncClient, access_token: str) -> None:
    """The token is refused within a second."""

    async def is_refused() -> bool:
        return (await me(client, access_token)).status_code == 401

    await eventually(is_refused, within=1)
    assert_problem(await me(client, access_token), 401)


async def test_a_refresh_gives_new_tokens_that_work(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 9."""
    renewed = await refresh(client, newcomer.refresh_token)
    assert renewed.status_code == 200, renewed.text
    assert refresh_token_in(renewed) != newcomer.refresh_token
    assert (await me(client, renewed.json()["access_token"])).status_code == 200
    assert (await refresh(client, refresh_token_in(renewed))).status_code == 200


async def test_a_refresh_token_used_twice_ends_its_session_and_no_other(
    client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 9."""
    other = await log_in_again(client, newcomer.id, newcomer.email)
    renewed = await refresh(client, newcomer.refresh_token)
    assert_problem(await refresh(client, newcomer.refresh_token), 401)
    assert_problem(await refresh(client, refresh_token_in(renewed)), 401)
    await assert_dies(client, renewed.json()["access_token"])
    assert (await me(client, other.access_token)).status_code == 200
    assert (await refresh(client, other.refresh_token)).status_code == 200


async def test_a_refresh_token_used_twice_at_once_works_at_most_once(
    client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 9."""

    async def use(_: int) -> int:
        return (await refresh(client, newcomer.refresh_token)).status_code

    statuses = Counter(await at_once(8, use, range(8)))
    assert statuses[200] <= 1
    assert statuses[200] + statuses[401] == 8


@pytest.mark.parametrize("token", ["", "nonsense", f"{UUID(int=0)}.secret", "a.b.c", "\\", "%00"])
async def test_a_made_up_refresh_token_is_refused(client: httpx2.AsyncClient, token: str) -> None:
    """Probe 9."""
    assert_problem(await refresh(client, token), 401)
    assert_problem(await client.post(f"{API}/auth/refresh"), 401)


async def test_no_script_and_no_other_site_gets_at_the_refresh_token(
    client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 9."""
    for answer in (await log_in(client, newcomer.email), await refresh(client, newcomer.refresh_token)):
        [cookie] = answer.headers.get_list("set-cookie")
        attributes = {attribute.strip().lower() for attribute in cookie.split(";")[1:]}
        assert {"httponly", "secure", "samesite=strict", f"path={API}/auth"} <= attributes
        assert not any(attribute.startswith("domain") for attribute in attributes)
        assert refresh_token_in(answer) not in answer.text


async def test_a_logout_ends_the_session_and_no_other(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 10."""
    other = await log_in_again(client, newcomer.id, newcomer.email)
    left = await client.post(f"{API}/auth/logout", headers=newcomer.headers)
    assert left.status_code == 204
    assert refresh_token_in(left) in {"", '""'}
    await assert_dies(client, newcomer.access_token)
    assert_problem(await refresh(client, newcomer.refresh_token), 401)
    assert (await me(client, other.access_token)).status_code == 200


async def test_a_new_password_ends_every_session(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 10."""
    other = await log_in_again(client, newcomer.id, newcomer.email)
    change = {"current_password": PASSWORD, "new_password": "another fine password"}
    changed = await client.put(f"{API}/users/me/password", json=change, headers=newcomer.headers)
    assert changed.status_code == 204, changed.text
    for session in (newcomer, other):
        await assert_dies(client, session.access_token)
        assert_problem(await refresh(client, session.refresh_token), 401)
    assert_problem(await log_in(client, newcomer.email, PASSWORD), 401)
    assert (await log_in(client, newcomer.email, "another fine password")).status_code == 200


async def test_a_password_does_not_change_without_the_current_one(
    client: httpx2.AsyncClient, newcomer: Caller
) -> None:
    """Probe 10."""
    change = {"current_password": "not the password", "new_password": "another fine password"}
    refused = await client.put(f"{API}/users/me/password", json=change, headers=newcomer.headers)
    assert_problem(refused, 400, 401, 403, 422)
    assert (await me(client, newcomer.access_token)).status_code == 200
    assert (await log_in(client, newcomer.email, PASSWORD)).status_code == 200


async def test_the_token_of_a_deleted_user_is_refused(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 11."""
    deleted = await client.delete(f"{API}/users/me", headers=newcomer.headers)
    assert deleted.status_code == 204
    await assert_dies(client, newcomer.access_token)
    assert_problem(await refresh(client, newcomer.refresh_token), 401)
    assert_problem(await log_in(client, newcomer.email), 401)


def claims_of(caller: Caller) -> Claims:
    claims: Claims = jwt.decode(caller.access_token, options={"verify_signature": False})
    return claims


def sign(claims: Claims, key: str = SECRET_KEY, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, key, algorithm)


def in_minutes(minutes: int) -> int:
    return int((datetime.now(UTC) + timedelta(minutes=minutes)).timestamp())


def with_claims(**changed: object) -> Callable[[Claims], str]:
    return lambda claims: sign({**claims, **changed})


def without_claim(name: str) -> Callable[[Claims], str]:
    return lambda claims: sign({key: value for key, value in claims.items() if key != name})


FORGERIES: dict[str, Callable[[Claims], str]] = {
    "nonsense": lambda _: "nonsense",
    "three parts of nonsense": lambda _: "a.b.c",
    "alg none": lambda claims: sign(claims, "", "none"),
    "alg none, signature kept": lambda claims: sign(claims, "", "none") + sign(claims).rpartition(".")[2],
    "no signature": lambda claims: sign(claims).rpartition(".")[0] + ".",
    "another key": lambda claims: sign(claims, "a key that somebody else made up, long enough"),
    "another algorithm": lambda claims: sign(claims, SECRET_KEY * 2, "HS512"),
    "expired": with_claims(exp=in_minutes(-20), iat=in_minutes(-40)),
    "not yet valid": with_claims(nbf=in_minutes(20)),
    "issued in the future": with_claims(iat=in_minutes(20), exp=in_minutes(40)),
    "another issuer": with_claims(iss="elsewhere"),
    "another audience": with_claims(aud="elsewhere"),
    "a refresh token by its type": with_claims(typ="refresh"),
    "an empty type": with_claims(typ=""),
    "an unknown user": with_claims(sub=str(uuid4())),
    "an unknown session": with_claims(sid=str(uuid4())),
    "a subject that is no id": with_claims(sub="1 OR 1=1"),
    "a subject that is a number": with_claims(sub=1),
    "a subject with a NUL": with_claims(sub="\0"),
    "a session that is a number": with_claims(sid=1),
    "a session that is a list": with_claims(sid=["x"]),
    **{f"no {name}": without_claim(name) for name in ("exp", "iat", "sub", "sid", "iss", "aud", "typ")},
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES.keys())
async def test_a_forged_token_is_refused(
    client: httpx2.AsyncClient, caller: Caller, forge: Callable[[Claims], str]
) -> None:
    """Probe 11."""
    refused = await me(client, forge(claims_of(caller)))
    assert_problem(refused, 401)
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_what_makes_a_forgery_is_the_forged_part(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 11. The same signing, with nothing changed, is accepted; or the others would prove nothing."""
    assert (await me(client, sign(claims_of(caller)))).status_code == 200


async def test_a_refresh_token_is_no_access_token(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 11."""
    assert_problem(await me(client, caller.refresh_token), 401)


async def test_one_users_token_does_not_work_with_anothers_session(
    client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 11."""
    other = await sign_up(client)
    mixed = {**claims_of(caller), "sid": claims_of(other)["sid"]}
    assert_problem(await me(client, sign(mixed)), 401)


@pytest.mark.parametrize("scheme", ["", "Basic ", "Token ", "Bearer Bearer "])
async def test_a_token_under_another_scheme_is_refused(
    client: httpx2.AsyncClient, caller: Caller, scheme: str
) -> None:
    """Probe 11."""
    headers = {"Authorization": f"{scheme}{caller.access_token}"}
    assert_problem(await client.get(f"{API}/users/me", headers=headers), 401)
    assert_problem(await client.get(f"{API}/users/me?access_token={caller.access_token}"), 401)

"""A password goes in and never comes out."""

from uuid import uuid4

import httpx2
import pytest

from probes.callers import (
    API,
    PASSWORD,
    Caller,
    assert_problem,
    log_in,
    new_email,
    order_of,
    register,
    settle,
    sign_up,
)
from servers.database import Kind
from servers.service import Boot, Service

# The account of `cursed@example.com` cannot be written: the driver's error knows the row.
REFUSE_THE_ROW: dict[Kind, str] = {
    "sqlite": """
    CREATE TRIGGER refuse_row BEFORE INSERT ON users WHEN NEW.email = 'cursed@example.com'
    BEGIN SELECT json(NEW.password_hash); END;
    """,
    "postgres": """
    CREATE FUNCTION refuse_row() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'cursed' USING ERRCODE = 'internal_error'; END $$;
    CREATE TRIGGER refuse_row BEFORE INSERT ON users FOR EACH ROW
    WHEN (NEW.email = 'cursed@example.com') EXECUTE FUNCTION refuse_row();
    """,
}

RAISE_WITH_A_PASSWORD_AT_HAND = """
from fastapi import FastAPI

from shop.auth.schemas import Registration
from shop.main import create_app as create_shop


def create_app() -> FastAPI:
    app = create_shop()

    @app.post("/raise")
    async def fail(registration: Registration) -> None:
        raise RuntimeError("with a password at hand")

    return app
"""


async def test_a_password_is_in_no_answer_and_no_log_line(
    service: Service, client: httpx2.AsyncClient
) -> None:
    """Probe 6."""
    secret, second = f"secret-{uuid4().hex}", f"second-{uuid4().hex}"
    caller = await sign_up(client, secret)
    answers = [
        *await misuse(client, caller, secret),
        *await misuse_as(client, caller, secret, second),
        await log_in(client, caller.email, second),
    ]
    await settle(client)
    assert all(answer.status_code < 500 for answer in answers), [answer.status_code for answer in answers]
    for said in [*(answer.text + str(answer.headers) for answer in answers), service.written]:
        assert secret not in said
        assert second not in said
        assert "$argon2" not in said


async def misuse(client: httpx2.AsyncClient, caller: Caller, secret: str) -> list[httpx2.Response]:
    """Send the password where it is refused: as somebody who is not logged in."""
    url = f"{API}/auth/register"
    return [
        await register(client, caller.email, secret),
        await client.post(url, json={"password": secret}),
        await client.post(url, json={"email": new_email(), "password": [secret], "name": "Ada"}),
        await client.post(url, json={"email": secret, "password": secret, "name": {"of": secret}}),
        await client.post(url, json={"email": new_email(), "password": secret * 10, "name": "Ada"}),
        await client.post(url, json=secret),
        await client.post(url, content=f'{{"password": "{secret}"'),
        await client.post(url, content=f'{{"password": "{secret}"', headers={"Content-Type": "text/plain"}),
        await client.post(f"{API}/auth/login", data={"password": secret}),
        await client.post(f"{API}/auth/login", json={"username": caller.email, "password": secret}),
        await client.post(f"{API}/auth/login?password={secret}&username={caller.email}"),
        await log_in(client, caller.email, secret + "?"),
        await log_in(client, secret, secret),
        await log_in(client, new_email(), secret),
    ]


async def misuse_as(
    client: httpx2.AsyncClient, caller: Caller, secret: str, second: str
) -> list[httpx2.Response]:
    """Send passwords where they are refused as somebody who is logged in, then change it for good."""
    url = f"{API}/users/me/password"
    bodies: list[object] = [
        {"current_password": secret},
        {"current_password": secret + "?", "new_password": second},
        {"current_password": secret, "new_password": second * 10},
        {"current_password": [secret], "new_password": {"": second}},
        {"current_password": secret, "new_password": second},
    ]
    return [
        await client.get(f"{API}/users/me", headers=caller.headers),
        await client.patch(f"{API}/users/me", json={"password": secret}, headers=caller.headers),
        *[await client.put(url, json=body, headers=caller.headers) for body in bodies],
    ]


async def test_a_password_is_in_no_log_line_when_the_database_refuses_the_row(
    service: Service, client: httpx2.AsyncClient
) -> None:
    """Probe 6."""
    secret = f"secret-{uuid4().hex}"
    await service.database.run(REFUSE_THE_ROW[service.database.kind])
    answer = await register(client, "cursed@example.com", secret)
    assert_problem(answer, 500, 503)
    await settle(client)
    assert secret not in answer.text + service.written
    assert "$argon2" not in answer.text + service.written


async def test_a_password_is_in_no_log_line_when_a_handler_raises(boot: Boot) -> None:
    """Probe 6."""
    secret = f"secret-{uuid4().hex}"
    async with boot(wrapper=RAISE_WITH_A_PASSWORD_AT_HAND) as service, service.client() as client:
        body = {"email": new_email(), "password": secret, "name": "Ada"}
        answer = await client.post("/raise", json=body)
        assert_problem(answer, 500)
        await settle(client)
        assert "with a password at hand" in service.written
        assert secret not in answer.text + service.written


@pytest.mark.parametrize("length", [1, 11, 129, 5_000, 500_000])
async def test_a_password_that_is_too_short_or_too_long_is_refused(
    client: httpx2.AsyncClient, length: int
) -> None:
    """Probe 7."""
    assert_problem(await register(client, new_email(), "x" * length), 422)


@pytest.mark.parametrize("password", ["x" * 124, "ä" * 124, " padded with spaces "], ids=ascii)
async def test_a_password_is_taken_whole_or_refused(client: httpx2.AsyncClient, password: str) -> None:
    """Probe 7. A hash that ignores what follows the 72nd byte would let the beginning in."""
    email = new_email()
    registered = await register(client, email, password)
    if registered.status_code != 201:
        assert_problem(registered, 422)
        return
    assert (await log_in(client, email, password)).status_code == 200
    assert_problem(await log_in(client, email, password[:-1]), 401)
    assert_problem(await log_in(client, email, password.strip()[:-1] + "?"), 401)


@pytest.mark.parametrize("length", [0, 5_000, 500_000])
async def test_a_login_with_an_absurd_password_is_refused(client: httpx2.AsyncClient, length: int) -> None:
    """Probe 7."""
    assert_problem(await log_in(client, new_email(), "x" * length), 401, 422)


async def test_a_new_password_has_the_same_bounds(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 7."""
    for length in (1, 11, 129):
        change = {"current_password": PASSWORD, "new_password": "x" * length}
        answer = await client.put(f"{API}/users/me/password", json=change, headers=caller.headers)
        assert_problem(answer, 422)
    await order_of(client, caller)

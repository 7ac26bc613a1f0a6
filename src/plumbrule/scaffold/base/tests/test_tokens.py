import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any
from uuid import uuid4

import jwt
import pytest
from conftest import PASSWORD
from httpx2 import AsyncClient
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from [[ package ]].auth import passwords, tokens
from [[ package ]].auth.passwords import ARGON2ID, PasswordHasher
from [[ package ]].auth.tokens import AccessToken
from [[ package ]].errors import NotAuthenticated
from [[ package ]].settings import AuthSettings, Settings

AUTH = AuthSettings()
KEY = AUTH.secret_key.get_secret_value()
TOKEN = AccessToken(user_id=uuid4(), session_id=uuid4())


def claims(**changes: object) -> dict[str, Any]:
    issued: dict[str, Any] = jwt.decode(tokens.encode(TOKEN, AUTH), options={"verify_signature": False})
    return issued | changes


def test_a_token_that_was_issued_is_accepted() -> None:
    assert tokens.decode(tokens.encode(TOKEN, AUTH), AUTH) == TOKEN
    assert tokens.decode(jwt.encode(claims(), KEY), AUTH) == TOKEN


def test_a_token_lasts_as_long_as_the_settings_say() -> None:
    assert claims()["exp"] - claims()["iat"] == AUTH.access_token_minutes * 60


@pytest.mark.parametrize("claim", ["exp", "iat", "sub", "sid", "iss", "aud", "typ"])
def test_a_token_without_one_of_its_claims_is_refused(claim: str) -> None:
    forged = claims()
    del forged[claim]
    with pytest.raises(NotAuthenticated):
        tokens.decode(jwt.encode(forged, KEY), AUTH)


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"iss": "another"},
        {"aud": "another"},
        {"typ": "refresh"},
        {"sub": "not an id"},
        {"sid": "not an id"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_token_with_a_wrong_claim_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.decode(jwt.encode(claims(**changes), KEY), AUTH)


@pytest.mark.parametrize(
    "forged",
    [
        jwt.encode(claims(), "", "none"),
        jwt.encode(claims(), "another key that is long enough for it", "HS256"),
        jwt.encode(claims(), KEY, "HS384"),
        tokens.encode(TOKEN, AUTH)[:-1],
        "rubbish",
    ],
    ids=["unsigned", "another key", "another algorithm", "cut off", "rubbish"],
)
def test_a_token_that_is_not_signed_by_this_service_is_refused(forged: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.decode(forged, AUTH)


async def test_a_refused_token_is_answered_with_how_to_log_in(anonymous: AsyncClient) -> None:
    response = await anonymous.get("/api/v1/users/me", headers={"Authorization": "Bearer rubbish"})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_a_token_of_one_user_with_the_session_of_another_is_refused(
    ada: AsyncClient, bob: AsyncClient, settings: Settings
) -> None:
    first, second = [
        tokens.decode(client.headers["Authorization"].removeprefix("Bearer "), settings.auth)
        for client in (ada, bob)
    ]
    mixed = tokens.encode(AccessToken(first.user_id, second.session_id), settings.auth)
    response = await ada.get("/api/v1/users/me", headers={"Authorization": f"Bearer {mixed}"})
    assert response.status_code == 401


async def test_hashing_leaves_the_event_loop_to_others() -> None:
    hasher = PasswordHasher(threads=1)
    password_hash = await hasher.hash(PASSWORD)
    for work in (hasher.hash(PASSWORD), hasher.verify(PASSWORD, password_hash)):
        hashing = asyncio.ensure_future(work)
        await asyncio.sleep(0)
        assert not hashing.done()
        await hashing


async def test_hashing_takes_no_more_threads_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting((Argon2Hasher(),))
    monkeypatch.setattr(passwords, "ARGON2ID", counting)
    hasher = PasswordHasher(threads=2)
    password_hash = await hasher.hash(PASSWORD)
    await asyncio.gather(*(hasher.hash(PASSWORD) for _ in range(5)))
    await asyncio.gather(*(hasher.verify(PASSWORD, password_hash) for _ in range(5)))
    assert counting.most <= 2


class Counting(PasswordHash):
    """Hashes, and counts how many threads do so at once."""

    lock = Lock()
    now = most = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        yield
        with self.lock:
            self.now -= 1

    def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
        with self.counted():
            return super().hash(password, salt=salt)

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
        with self.counted():
            return super().verify(password, hash)


async def test_a_password_matches_only_its_own_hash() -> None:
    hasher = PasswordHasher(threads=1)
    password_hash = await hasher.hash(PASSWORD)
    assert password_hash.startswith("$argon2id$")
    assert await hasher.verify(PASSWORD, password_hash)
    assert not await hasher.verify(f"{PASSWORD} ", password_hash)


async def test_nobody_gets_in_with_the_password_of_the_decoy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "DECOY", ARGON2ID.hash("the decoy's password"))
    assert not await PasswordHasher(threads=1).verify("the decoy's password", None)

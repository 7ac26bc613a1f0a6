"""What a client may ask for has bounds: pages, bodies, attempts."""

import httpx2
import pytest

from probes.callers import API, Caller, assert_problem, at_once, log_in, new_email, order_of, register
from probes.upload import Body, upload
from servers.service import Boot, Service

MARK = b"an unmistakable piece of the body "
FIELD_OF_A_FORM = b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\n'


@pytest.mark.parametrize(
    "page",
    [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=1000000000",
        "limit=1e9",
        "limit=99999999999999999999999",
        "limit=many",
        "limit=",
        "offset=-1",
        "offset=10001",
        "offset=99999999999999999999999",
    ],
)
async def test_a_page_out_of_bounds_is_refused(client: httpx2.AsyncClient, caller: Caller, page: str) -> None:
    """Probe 4."""
    assert_problem(await client.get(f"{API}/orders?{page}", headers=caller.headers), 422)


async def test_a_page_holds_no_more_than_was_asked_for(client: httpx2.AsyncClient, newcomer: Caller) -> None:
    """Probe 4."""
    paths = [await order_of(client, newcomer) for _ in range(3)]
    pages = [
        (await client.get(f"{API}/orders?limit=2&offset={offset}", headers=newcomer.headers)).json()
        for offset in (0, 2)
    ]
    assert [(len(page["items"]), page["total"]) for page in pages] == [(2, 3), (1, 3)]
    listed = {f"{API}/orders/{order['id']}" for page in pages for order in page["items"]}
    assert listed == set(paths)


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
@pytest.mark.parametrize(
    ("path", "content_type", "opening"),
    [
        (f"{API}/orders", "application/json", b'{"product": "'),
        (f"{API}/auth/register", "application/json", b'{"password": "'),
        (f"{API}/auth/login", "application/x-www-form-urlencoded", b"password="),
        (f"{API}/auth/login", "multipart/form-data; boundary=x", FIELD_OF_A_FORM),
    ],
)
async def test_a_body_of_20_megabytes_is_refused_and_not_echoed(
    service: Service, caller: Caller, path: str, content_type: str, opening: bytes, *, declared: bool
) -> None:
    """Probe 5."""
    body = Body(content_type, opening, MARK * 1024, size=20_000_000)
    answer = await upload(service.url, path, body, caller.headers, declared=declared)
    assert answer.status == 413, answer.body
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["status"] == 413
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert MARK.decode() not in answer.body
    assert MARK.decode() not in service.written


async def test_a_body_just_within_the_limit_is_read(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 5."""
    order = {"product": "tea", "quantity": 1, "note": "x" * 990_000}
    assert_problem(await client.post(f"{API}/orders", json=order, headers=caller.headers), 422)


async def test_thirty_wrong_passwords_for_an_account_are_cut_short(boot: Boot) -> None:
    """Probe 8."""
    async with boot() as service, service.client() as client:
        email = new_email()
        await register(client, email)
        answers = [await log_in(client, email, "not the password") for _ in range(30)]
        assert answers[0].status_code == 401
        assert_is_throttled(answers[-1])


async def test_a_forged_address_does_not_lift_the_limit_of_an_account(boot: Boot) -> None:
    """Probe 8."""
    async with boot() as service, service.client() as client:
        email = new_email()
        await register(client, email)
        answers = [
            await log_in(client, email, "not the password", headers=forged_address(number))
            for number in range(30)
        ]
        assert_is_throttled(answers[-1])


async def test_a_forged_address_does_not_lift_the_limit_of_an_address(boot: Boot) -> None:
    """Probe 8. The server's only trusted proxy is somewhere else."""
    limits = {"SHOP_RATE_LIMITS__LOGIN_PER_ADDRESS": "10/minute", "FORWARDED_ALLOW_IPS": "192.0.2.1"}
    async with boot(**limits) as service, service.client() as client:
        answers = [await log_in(client, new_email(), headers=forged_address(number)) for number in range(12)]
        assert answers[0].status_code == 401
        assert_is_throttled(answers[-1])


async def test_behind_a_trusted_proxy_the_address_it_saw_counts(boot: Boot) -> None:
    """Probe 8. A proxy appends the address it saw to whatever its client claimed."""

    async def try_from(address: str, number: int) -> httpx2.Response:
        headers = {"X-Forwarded-For": f"198.51.100.{number}, {address}"}
        return await log_in(client, new_email(), headers=headers)

    limits = {"SHOP_RATE_LIMITS__LOGIN_PER_ADDRESS": "10/minute", "FORWARDED_ALLOW_IPS": "127.0.0.1"}
    async with boot(**limits) as service, service.client() as client:
        answers = [await try_from("203.0.113.1", number) for number in range(12)]
        assert_is_throttled(answers[-1])
        assert (await try_from("203.0.113.2", 1)).status_code == 401


async def test_eight_users_behind_one_proxy_are_not_throttled_as_one(boot: Boot) -> None:
    """Probe 8."""
    async with boot() as service, service.client() as client:
        emails = [new_email() for _ in range(8)]

        async def use(email: str) -> list[int]:
            registered = await register(client, email)
            attempts = [await log_in(client, email, "a slip of the finger")]
            attempts += [await log_in(client, email) for _ in range(3)]
            return [registered.status_code, *(attempt.status_code for attempt in attempts)]

        assert await at_once(8, use, emails) == [[201, 401, 200, 200, 200]] * 8


def forged_address(number: int) -> dict[str, str]:
    address = f"198.51.100.{number}"
    return {"X-Forwarded-For": address, "X-Real-IP": address, "Forwarded": f"for={address}"}


def assert_is_throttled(answer: httpx2.Response) -> None:
    assert_problem(answer, 429)
    assert int(answer.headers["retry-after"]) > 0


async def test_two_processes_share_their_limits_through_redis(boot: Boot, redis_url: str) -> None:
    """Probe 8, as the README of a project says it: one setting and the package `redis`."""
    shared = {"SHOP_RATE_LIMITS__STORAGE": f"async+{redis_url}"}
    email = new_email()
    statuses = set()
    async with boot(**shared) as one, boot(**shared) as other, one.client() as here, other.client() as there:
        for attempt in range(30):
            answer = await log_in(there if attempt % 2 else here, email, "not the password")
            statuses.add(answer.status_code)
        assert statuses == {401, 429}
        assert_problem(await log_in(here, email), 429)
        assert_problem(await log_in(there, email), 429)

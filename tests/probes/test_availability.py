"""The service stays up, answers while it is busy, says when it cannot, and leaves in order."""

import asyncio
import signal
from collections import Counter

import httpx2
import pytest

from probes.callers import (
    Caller,
    assert_problem,
    at_once,
    eventually,
    log_in,
    order_of,
    place_order,
    sign_up,
)
from servers.database import PostgresServer
from servers.postgres import Cluster
from servers.proxy import line_to
from servers.service import PATIENT, Boot, Project


async def is_ready(client: httpx2.AsyncClient) -> bool:
    return (await client.get("/readyz")).status_code == 200


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_without_its_database_the_service_says_so_fast_and_recovers_alone(
    boot: Boot, project: Project, own_cluster: Cluster
) -> None:
    """Probe 17."""
    database = await own_cluster.server.create()
    project.run("alembic", "upgrade", "head", database=database)
    async with boot(database=database) as service, service.client() as client:
        caller = await sign_up(client)
        path = await order_of(client, caller)

        async def read(_: int = 0) -> httpx2.Response:
            return await client.get(path, headers=caller.headers, timeout=5)

        await at_once(10, read, range(20))
        own_cluster.stop()
        assert_problem(await client.get("/readyz", timeout=2), 503)
        assert (await client.get("/livez")).status_code == 200
        for answer in await at_once(20, read, range(40)):
            assert_problem(answer, 503)
        assert_problem(await log_in(client, caller.email), 503)

        own_cluster.start()
        await eventually(lambda: is_ready(client), within=10)
        assert Counter(answer.status_code for answer in await at_once(10, read, range(20))) == {200: 20}
        assert service.process.poll() is None


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_a_database_that_falls_silent_makes_the_service_unready(
    boot: Boot, project: Project, postgres: PostgresServer
) -> None:
    """Probe 17. The connections stay open and nothing comes back, as behind a broken network."""
    database = await postgres.create()
    project.run("alembic", "upgrade", "head", database=database)
    async with line_to(postgres.port) as line:
        distant = postgres.through(line.port).database(database.name)
        async with boot(database=distant) as service, service.client() as client:
            assert await is_ready(client)
            line.cut()
            for _ in range(3):
                assert_problem(await client.get("/readyz", timeout=2), 503)
                assert (await client.get("/livez", timeout=1)).status_code == 200
            await line.mend()
            await eventually(lambda: is_ready(client), within=10)
    await postgres.drop(database)


@pytest.mark.parametrize("parallel", [64, 256])
async def test_many_parallel_reads_are_all_answered(
    client: httpx2.AsyncClient, caller: Caller, parallel: int
) -> None:
    """Probe 18. A request that needs a second connection to go on would wait for ever."""
    path = await order_of(client, caller)

    async def read(_: int) -> int:
        return (await client.get(path, headers=caller.headers)).status_code

    assert Counter(await at_once(parallel, read, range(parallel))) == {200: parallel}


@pytest.mark.parametrize("kind", ["postgres"], indirect=True)
async def test_the_service_breathes_while_it_hashes_passwords(client: httpx2.AsyncClient) -> None:
    """Probe 19. While it works at 20 logins it answers /livez hundreds of times; were it to hash on its
    event loop, it would get to about one answer a login. Counted, since milliseconds are the machine's.
    """
    callers = [await sign_up(client) for _ in range(20)]
    assert await answers_during_logins(client, callers) > 2 * len(callers)


async def answers_during_logins(client: httpx2.AsyncClient, callers: list[Caller]) -> int:
    """Return how many calls of /livez, one after another, are answered until all of `callers` are in."""
    logins = asyncio.gather(*[log_in(client, caller.email) for caller in callers])
    answers = 0
    while not logins.done():
        assert (await client.get("/livez")).status_code == 200
        answers += 1
    assert {login.status_code for login in await logins} == {200}
    return answers


async def test_what_the_service_has_begun_it_finishes_before_it_leaves(boot: Boot) -> None:
    """Probe 20. Sixteen logins are under way and orders are coming in when the signal arrives."""
    async with boot(**PATIENT) as service, service.client() as client:
        caller = await sign_up(client)
        orders: list[int] = []
        buyers = [asyncio.create_task(buy_until_closed(client, caller, orders)) for _ in range(4)]
        logins = {asyncio.create_task(log_in(client, caller.email)) for _ in range(16)}
        await some_of(logins, 3)
        service.process.send_signal(signal.SIGTERM)
        under_way = sum(not login.done() for login in logins)

        assert {login.status_code for login in await asyncio.gather(*logins)} == {200}
        assert under_way > 0
        await asyncio.gather(*buyers)
        assert set(orders) == {201}
        assert await asyncio.to_thread(service.process.wait, 10) in {0, -signal.SIGTERM}
        [(rows,)] = await service.database.rows("SELECT count(*) FROM orders")
        assert rows == len(orders), "an order was taken, and its buyer not told"


async def buy_until_closed(client: httpx2.AsyncClient, caller: Caller, statuses: list[int]) -> None:
    """Place one order after another, each on its own connection, until the service takes no more."""
    async with httpx2.AsyncClient(
        base_url=client.base_url, timeout=30, trust_env=False, headers={"Connection": "close"}
    ) as buyer:
        try:
            while True:
                statuses.append((await place_order(buyer, caller)).status_code)
        except httpx2.TransportError:
            return


async def some_of(tasks: set[asyncio.Task[httpx2.Response]], count: int) -> None:
    """Return when `count` of the tasks are done."""
    while sum(task.done() for task in tasks) < count:
        await asyncio.wait([task for task in tasks if not task.done()], return_when="FIRST_COMPLETED")

"""What the client hears is what the database holds."""

from collections import Counter

import httpx2

from probes.callers import API, Caller, assert_problem, at_once, order_of, place_order, sign_up
from servers.database import Kind
from servers.service import Boot, Service

# An order of `unlucky` violates a foreign key that is checked when the transaction commits.
LATE_CHECK = """
CREATE TABLE nowhere (id integer PRIMARY KEY);
CREATE TABLE late (id integer REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED);
"""
FAILS_AT_COMMIT: dict[Kind, str] = {
    "sqlite": LATE_CHECK
    + """
    CREATE TRIGGER fail_at_commit AFTER INSERT ON orders WHEN NEW.product = 'unlucky'
    BEGIN INSERT INTO late VALUES (1); END;
    """,
    "postgres": LATE_CHECK
    + """
    CREATE FUNCTION insert_late() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN INSERT INTO late VALUES (1); RETURN NEW; END $$;
    CREATE TRIGGER fail_at_commit AFTER INSERT ON orders FOR EACH ROW
    WHEN (NEW.product = 'unlucky') EXECUTE FUNCTION insert_late();
    """,
}

WRITE_THEN_RAISE = """
from fastapi import FastAPI

from shop.auth.dependencies import CurrentUser
from shop.database import Session
from shop.main import create_app as create_shop
from shop.orders.models import Order


def create_app() -> FastAPI:
    app = create_shop()

    @app.post("/write-then-raise")
    async def write_then_raise(user: CurrentUser, session: Session) -> None:
        session.add(Order(owner_id=user.id, product="abandoned", quantity=1))
        await session.flush()
        raise RuntimeError("after the write")

    return app
"""


async def test_an_order_whose_commit_fails_is_a_server_error_and_no_row(
    service: Service, client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 1."""
    await service.database.run(FAILS_AT_COMMIT[service.database.kind])
    answer = await place_order(client, caller, product="unlucky")
    assert answer.status_code >= 500, f"the client was told {answer.status_code}"
    assert await rows_of(service, "unlucky") == 0
    await order_of(client, caller)


async def test_what_was_created_is_there_for_the_next_request(
    client: httpx2.AsyncClient, caller: Caller
) -> None:
    """Probe 2."""
    await create_then_read(client, caller, 1000)


async def create_then_read(client: httpx2.AsyncClient, caller: Caller, pairs: int) -> None:
    """Every order that was placed is found by the request that follows, with 20 callers at a time."""

    async def one(_: int) -> int:
        path = await order_of(client, caller)
        return (await client.get(path, headers=caller.headers)).status_code

    assert Counter(await at_once(20, one, range(pairs))) == {200: pairs}


async def test_a_location_leads_to_what_was_created(client: httpx2.AsyncClient, caller: Caller) -> None:
    """Probe 2."""
    placed = await place_order(client, caller)
    found = await client.get(placed.headers["location"], headers=caller.headers)
    assert found.json() == placed.json()


async def test_a_handler_that_raises_after_a_write_leaves_no_row(boot: Boot) -> None:
    """Probe 3."""
    async with boot(wrapper=WRITE_THEN_RAISE) as service, service.client() as client:
        caller = await sign_up(client)
        assert_problem(await client.post("/write-then-raise", headers=caller.headers), 500)
        assert await rows_of(service, "abandoned") == 0
        assert (await client.get(f"{API}/orders", headers=caller.headers)).json()["total"] == 0


async def rows_of(service: Service, product: str) -> object:
    [(count,)] = await service.database.rows(f"SELECT count(*) FROM orders WHERE product = '{product}'")
    return count

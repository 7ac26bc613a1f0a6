"""Probes that cannot fail prove nothing: each is run against a miniature service with one fault.

The same miniature without the fault passes, so it is the fault that was noticed.
"""

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from probes import (
    test_access,
    test_availability,
    test_limits,
    test_passwords,
    test_sessions,
    test_transactions,
)
from probes.callers import sign_up
from servers.database import SqliteDatabase
from servers.service import PRODUCTION, Boot, Program, Service, running

Probe = Callable[[Service, Boot], Coroutine[Any, Any, None]]


def of_service(probe: Callable[..., Coroutine[Any, Any, None]], **more: object) -> Probe:
    """Adapt a probe of the shared service: give it the arguments it names."""
    names = probe.__code__.co_varnames[: probe.__code__.co_argcount]

    async def run(service: Service, _: Boot) -> None:
        async with service.client() as client:
            caller = await sign_up(client)
            there = {"service": service, "client": client, "caller": caller, "newcomer": caller, **more}
            await probe(**{name: there[name] for name in names})

    return run


def of_boot(probe: Callable[[Boot], Coroutine[Any, Any, None]]) -> Probe:
    """Adapt a probe that boots a service of its own."""
    return lambda _, boot: probe(boot)


CASES: dict[str, tuple[str, Probe]] = {
    "1": (
        "commit after the response",
        of_service(test_transactions.test_an_order_whose_commit_fails_is_a_server_error_and_no_row),
    ),
    "2": (
        "commit after the response",
        of_service(test_transactions.create_then_read, pairs=200),
    ),
    "4": (
        "pages have no bounds",
        of_service(test_limits.test_a_page_out_of_bounds_is_refused, page="limit=1000000000"),
    ),
    "6 answer": (
        "input is echoed",
        of_service(test_passwords.test_a_password_is_in_no_answer_and_no_log_line),
    ),
    "6 log": (
        "bodies are logged",
        of_service(test_passwords.test_a_password_is_in_no_answer_and_no_log_line),
    ),
    "8 account": (
        "attempts are not limited",
        of_boot(test_limits.test_thirty_wrong_passwords_for_an_account_are_cut_short),
    ),
    "8 forged": (
        "a forged address is believed",
        of_boot(test_limits.test_a_forged_address_does_not_lift_the_limit_of_an_address),
    ),
    "8 office": (
        "an office is one user",
        of_boot(test_limits.test_eight_users_behind_one_proxy_are_not_throttled_as_one),
    ),
    "11": (
        "claims are optional",
        of_service(test_sessions.test_a_forged_token_is_refused, forge=test_sessions.FORGERIES["no exp"]),
    ),
    "12": (
        "orders have no owner",
        of_service(test_access.test_an_order_of_somebody_else_looks_like_one_that_never_was),
    ),
    "19": (
        "hashes on the loop",
        of_service(test_availability.test_the_service_breathes_while_it_hashes_passwords),
    ),
    "20": (
        "dies at once",
        of_boot(test_availability.test_what_the_service_has_begun_it_finishes_before_it_leaves),
    ),
}


def twin_with(fault: str, tmp_path_factory: pytest.TempPathFactory) -> Boot:
    """Return what boots the miniature with a fault, in the way `boot` boots the real service."""

    @asynccontextmanager
    async def boot(**settings: str) -> AsyncIterator[Service]:
        folder = tmp_path_factory.mktemp("twin")
        database = SqliteDatabase(folder / "twin.db")
        settings = {**PRODUCTION, **settings, "TWIN_FAULT": fault, "SHOP_DATABASE__URL": database.url}
        arguments = ("-m", "uvicorn", "twin:create_app", "--factory", "--port", "{port}", "--no-access-log")
        async with running(Program(arguments, Path(__file__).parent, settings), folder, database) as service:
            yield service

    return boot


@pytest.mark.parametrize(("fault", "probe"), CASES.values(), ids=CASES.keys())
async def test_a_probe_notices_its_fault_and_only_that(
    fault: str, probe: Probe, tmp_path_factory: pytest.TempPathFactory
) -> None:
    sound, broken = twin_with("", tmp_path_factory), twin_with(fault, tmp_path_factory)
    async with sound() as service:
        await probe(service, sound)
    async with broken() as service:
        with pytest.raises((AssertionError, httpx2.TransportError, BaseExceptionGroup)):
            await probe(service, broken)

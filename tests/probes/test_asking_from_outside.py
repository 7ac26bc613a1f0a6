"""`plumb audit --probe`: the generated service answers every question well; each broken one is caught."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from plumbrule.config import read_config
from plumbrule.probes import probes
from plumbrule.verbs.outcome import Outcome
from plumbrule.verbs.probe import Question, probe
from plumbrule.verbs.review import target
from servers.database import SqliteDatabase
from servers.service import PRODUCTION, Boot, Program, Project, Service, running

# A miniature with one fault, and the one probe that has to speak.
FAULTS = {
    "strangers are let in": "open-route",
    "signatures are not checked": "forged-token",
    "any origin is allowed": "reflected-origin",
    "says nothing to browsers": "missing-security-headers",
    "shows its docs": "public-documentation",
    "metrics are public": "public-metrics",
    "everything is found": "unknown-path-answered",
    "errors have their own shape": "error-without-problem-json",
    "headers are dropped": "wrong-method-unexplained",
    "pages have no bounds": "unbounded-page",
    "answers are cached": "public-cache-of-private-answer",
    "cookies are open to scripts": "unprotected-cookie",
    "bodies have no limit": "unlimited-body",
    "input is echoed": "echoed-password",
    "passwords may be short": "weak-password-accepted",
    "passwords are cut": "weak-password-accepted",
    "attempts are not limited": "unlimited-logins",
    "no time to come back": "unlimited-logins",
    "a forged address is believed": "unlimited-logins",
    "refresh tokens are reusable": "reusable-refresh-token",
    "refresh tokens open doors": "refresh-token-as-access",
    "logout changes nothing": "token-after-logout",
    "orders have no owner": "row-of-another-user",
    "commit after the response": "answer-before-commit",
    "newcomers are administrators": "privileged-newcomer",
    "users are listed": "privileged-newcomer",
    "many at once fail": "failing-parallel-reads",
    "requests break it": "server-error",
}
# One fault may show in two ways.
ALSO = {
    "many at once fail": {"server-error"},
    "requests break it": {"error-without-problem-json"},
}


@asynccontextmanager
async def miniatures(folder: Path) -> AsyncIterator[Service]:
    """Miniatures of the service, each with one fault, in one process."""
    database = SqliteDatabase(folder / "twin.db")
    settings = {**PRODUCTION, "TWIN_FAULTS": json.dumps(list(FAULTS)), "SHOP_DATABASE__URL": database.url}
    arguments = ("-m", "uvicorn", "twin:create_all", "--factory", "--port", "{port}", "--no-access-log")
    async with running(Program(arguments, Path(__file__).parent, settings), folder, database) as service:
        yield service


@pytest.fixture(scope="module")
async def twins(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    async with miniatures(tmp_path_factory.mktemp("twins")) as service:
        yield service


async def asked(
    folder: Path, url: str, *, select: Iterable[str] = (), write: bool = True, known: str = "documentation"
) -> Outcome:
    ignored = [each.rule.name for each in probes() if known in each.rule.name]
    flags = {"select": list(select) or None, "ignore": ignored or None, "min-confidence": "low"}
    return await asyncio.to_thread(probe, target([folder]), read_config(folder, flags), Question(url, write))


def spoke(outcome: Outcome) -> set[str]:
    return {item.rule.name for item in outcome.findings}


async def test_a_miniature_without_a_fault_has_none(twins: Service, tmp_path: Path) -> None:
    outcome = await asked(tmp_path, f"{twins.url}/sound")
    assert (spoke(outcome), [item.rule.name for item in outcome.skipped]) == (set(), [])


@pytest.mark.parametrize(("fault", "name"), FAULTS.items(), ids=FAULTS)
async def test_a_fault_is_found_and_nothing_else(
    twins: Service, tmp_path: Path, fault: str, name: str
) -> None:
    # All that only read, and of those that write, which takes long, the one that has to speak.
    select = {name, *(each.rule.name for each in probes() if not each.writes)}
    known = "nothing" if name == "public-documentation" else "documentation"
    url = f"{twins.url}/{fault.replace(' ', '-')}"
    outcome = await asked(tmp_path, url, select=select, known=known)
    assert name in spoke(outcome), [(s.rule.name, s.reason) for s in outcome.skipped]
    assert spoke(outcome) - {name} <= ALSO.get(fault, set()), outcome.findings


def test_every_probe_has_a_fault_that_it_finds() -> None:
    assert set(FAULTS.values()) == {each.rule.name for each in probes()}


async def test_without_write_nothing_is_written(tmp_path: Path) -> None:
    async with miniatures(tmp_path) as untouched:
        outcome = await asked(tmp_path, f"{untouched.url}/sound", write=False)
        assert await untouched.database.rows("SELECT * FROM orders") == []
    assert spoke(outcome) == set()
    assert {item.rule.name for item in outcome.skipped if item.reason == "needs --write"} == {
        each.rule.name for each in probes() if each.writes
    }


async def test_a_generated_service_answers_every_question_well(boot: Boot, project: Project) -> None:
    async with boot() as service:
        outcome = await asked(project.folder, service.url, known="nothing")
        assert (outcome.findings, outcome.skipped) == ((), ())
        assert await service.database.rows("SELECT email FROM users") == [], "the accounts are gone again"

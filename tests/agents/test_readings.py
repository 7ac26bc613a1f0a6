"""What `plumb mcp` keeps of a project from one call to the next: its facts, as long as they are true."""

import gc
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from mcp import Client

from agents.session import LATE, Json
from agents.test_mcp import call
from plumbrule.config import Config
from plumbrule.mcp import server
from plumbrule.mcp.readings import MOST, Readings, readings
from plumbrule.model.reading import Reading
from plumbrule.report import View
from plumbrule.report.json import finding_of
from plumbrule.verbs import review
from report.projects import RATES, write

if TYPE_CHECKING:
    from plumbrule.rulekit import Project


@pytest.fixture
def here(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(project)
    return write(project, {"app/rates.py": RATES})


def first_audit(project: Path) -> Json:
    outcome = review.asked(
        review.audited(target := review.target([project]), Config(project)), target, Config(project)
    )
    return [finding_of(item, View()) for item in outcome.findings]


async def test_every_call_after_an_edit_reads_one_file_and_says_what_a_first_audit_says(
    here: Path,
) -> None:
    async with Client(server.server) as client:
        assert (await call(client, "plumb_audit"))["findings"] == first_audit(here)
        reading = readings.of(here)
        for number, (tool, arguments) in enumerate(
            [("plumb_audit", {}), ("plumb_explain", {"name": "blocking-call-in-async"}), ("plumb_map", {})]
        ):
            before = dict(reading.known)
            write(here, {"app/rates.py": RATES.replace("sleep(1)", f"sleep(1{number})")})
            answer = await call(client, tool, **arguments)
            assert {path for path in before if reading.known[path][1] is not before[path][1]} == {
                "app/rates.py"
            }
            if tool == "plumb_audit":
                assert answer["findings"] == first_audit(here)


async def test_what_was_applied_and_undone_is_seen_at_once(here: Path) -> None:
    async with Client(server.server) as client:
        before = (await call(client, "plumb_audit"))["findings"]
        reading = readings.of(here)
        rates = reading.known["app/rates.py"][1]
        plan = await call(client, "plumb_plan", kind="fixes", unsafe=True, select=["commit-after-response"])
        assert [step["path"] for step in plan["steps"]] == ["app/main.py"]
        await call(client, "plumb_apply", plan=plan["plan"])
        after = (await call(client, "plumb_audit"))["findings"]
        assert after == first_audit(here) != before
        await call(client, "plumb_undo")
        assert (await call(client, "plumb_audit"))["findings"] == before
        assert (here / "app/main.py").read_text() == LATE
        assert reading.known["app/rates.py"][1] is rates


async def test_a_project_is_let_go_once_its_answer_is_given(here: Path) -> None:
    async with Client(server.server) as client:
        given: list[weakref.ref[Project]] = []
        gc.disable()
        try:
            for number in range(5):
                write(here, {"app/rates.py": RATES.replace("sleep(1)", f"sleep(2{number})")})
                await call(client, "plumb_map")
                found = readings.of(here)._given
                assert isinstance(found, weakref.ref)
                given.append(found)
            server._rest()
        finally:
            gc.enable()
        assert not any(project() for project in given)


def test_only_the_last_projects_are_kept(tmp_path: Path) -> None:
    kept = Readings()
    first = kept.of(tmp_path / "0")
    for number in range(1, MOST + 1):
        assert kept.of(tmp_path / "0") is first, "the one that was asked for last goes last"
        kept.of(tmp_path / f"{number}")
    assert kept.of(tmp_path / "0") is first
    for number in range(1, MOST + 1):
        kept.of(tmp_path / f"{number}")
    again = kept.of(tmp_path / "0")
    assert isinstance(again, Reading)
    assert again is not first
    assert len(kept._kept) == MOST

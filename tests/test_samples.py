"""The advice that Plumbrule grew from, put into files: what is wrong with it is found, on its line.

`samples/seminars` and `samples/kennel` are two services written as two well-known guides tell one to. The
comment `finds: rule, …` says what an audit has to find on its line, or on the next one if it stands alone.

No rule yet for these, which stand in the samples too:

- seminars: the seminar is read before the caller is known (a 404 tells strangers what exists); an email that
  is any `str`; a password without `max_length`, and one that is stripped; `response_model=` that repeats the
  return type (Ruff's FAST001); a cache read and filled without a lock, so that all misses ask at once.
- kennel: the database is asked in the lifespan; 404 before 403 on somebody else's row; 20 + 10 connections
  times 4 workers; `response_model_exclude_unset` used to hide fields; arq, which is only maintained.
- both: no limit for bodies; a 422 that echoes a password; no request id on errors; no outbox for events;
  `strict_content_type`, the mode of SQLite and the telemetry that FastAPI brings are not thought of.

A rule exists and is silent:

- kennel: `tests-without-lifespan` knows TestClient, not `ASGITransport`; `jwt-claims-not-required` knows
  PyJWT, not python-jose (`jose-import` speaks for it); `query-in-route` lets a look-up by key pass.
- seminars: `settings-at-import` leaves `Settings()` to `nested-settings-default`, whose lines fail first.

What only a linter of names or a reader sees is not here: missing imports, one name for a schema and a table,
type stubs that no longer exist, Motor, aiofiles, formulas for the number of workers.
"""

import re
from pathlib import Path

import pytest

from plumbrule.verbs.audit import audit

SAMPLES = Path(__file__).parent / "samples"
MARK = re.compile(r"# finds: (.+)")

Place = tuple[str, int, str]


def expected(project: Path) -> set[Place]:
    """The path, line and rule of each mark in a project."""
    found = set()
    for path in (p for p in project.rglob("*") if p.suffix == ".py" or p.name == "Dockerfile"):
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if mark := MARK.search(line):
                about = number + (mark.start() == 0)
                found |= {(path.relative_to(project).as_posix(), about, rule) for rule in mark[1].split(", ")}
    return found


def reported(project: Path) -> set[Place]:
    """The path, line and rule of each finding in a project."""
    return {(i.finding.at.path, i.finding.at.line, i.rule.name) for i in audit(project).findings}


@pytest.mark.parametrize("name", ["seminars", "kennel"])
def test_what_is_wrong_in_a_guide_is_found_on_its_line(name: str) -> None:
    marks = expected(SAMPLES / name)
    rules = {rule for _, _, rule in marks}
    # A rule that is younger than the samples may say more; one that is marked says exactly this.
    assert {place for place in reported(SAMPLES / name) if place[2] in rules} == marks


def test_the_samples_have_the_defects_that_both_guides_share() -> None:
    shared = {"commit-after-response", "jwt-subject-unconverted", "partial-error-handlers"}
    shared |= {"error-handler-outside-cors", "double-logged-exception", "plain-secret-field"}
    for project in (SAMPLES / "seminars", SAMPLES / "kennel"):
        assert shared <= {rule for _, _, rule in expected(project)}

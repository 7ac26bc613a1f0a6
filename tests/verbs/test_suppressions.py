"""Comments that suppress: what they hide, and what is said about those that are wrong."""

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.outcome import Outcome
from plumbrule.verbs.suppressions import OWN_RULES
from report.projects import RATES

SLEEP = "    time.sleep(1)\n"


def audited(before: str = "", behind: str = "", *rules: str) -> Outcome:
    text = RATES.replace(SLEEP, f"{before}{SLEEP.rstrip()}{behind}\n")
    chosen = [rule for rule in (*rulebook(), *OWN_RULES) if rule.name in rules or not rules]
    return audit_project(project_of({"main.py": text}), chosen)


def named(outcome: Outcome) -> list[tuple[str, str]]:
    return [(item.rule.name, item.finding.message) for item in outcome.findings if item.rule in OWN_RULES]


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        ("", "  # plumb: ignore[blocking-call-in-async] once a day"),
        ("    # plumb: ignore[blocking-call-in-async] once a day\n", ""),
        ("", "  #plumb:ignore[x-y, blocking-call-in-async]once a day"),
    ],
)
def test_a_comment_hides_the_finding_of_its_line(before: str, behind: str) -> None:
    bare, outcome = audited(), audited(before, behind)
    assert [s.by.reason for s in outcome.suppressed] == ["once a day"]
    assert [s.reported.finding.message for s in outcome.suppressed] == ["`time.sleep` blocks the event loop"]
    hidden = {s.reported.fingerprint for s in outcome.suppressed}
    assert hidden < {item.fingerprint for item in bare.findings}


def test_one_without_a_reason_hides_and_is_a_finding() -> None:
    outcome = audited(behind="  # plumb: ignore[blocking-call-in-async]")
    assert len(outcome.suppressed) == 1
    assert named(outcome) == [("suppression-without-reason", "this suppression does not say why")]


def test_one_that_hides_nothing_is_a_finding() -> None:
    outcome = audited(behind="  # plumb: ignore[jose-import] we are stuck with it")
    assert named(outcome) == [("unused-suppression", "nothing here is hidden by `ignore[jose-import]`")]


def test_one_for_a_rule_that_does_not_exist_gets_a_proposal() -> None:
    outcome = audited(behind="  # plumb: ignore[blocking-cal-in-async] why not")
    assert named(outcome) == [
        ("unused-suppression", "no rule `blocking-cal-in-async`; did you mean `blocking-call-in-async`?")
    ]


def test_one_for_a_rule_that_did_not_run_is_left_alone() -> None:
    outcome = audited(
        "", "  # plumb: ignore[jose-import] later", "unused-suppression", "blocking-call-in-async"
    )
    assert named(outcome) == []

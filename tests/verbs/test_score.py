"""The marks, and that they are explained to the last point."""

import pytest

from plumbrule.model.reading import project_of
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.score import Deduction, score
from report.projects import CLEAN, RATES, many


@pytest.mark.parametrize("source", [CLEAN, RATES, many(40)])
def test_every_point_is_explained(source: str) -> None:
    found = score(audit_project(project_of({"main.py": source})))
    assert [mark.name for mark in found.marks] == [
        "architecture",
        "async",
        "security",
        "database",
        "observability",
    ]
    for mark in found.marks:
        if mark.value is not None:
            assert mark.value == max(0, 100 - sum(d.points for d in mark.deductions))


def test_a_clean_project_has_all_points_and_a_mark_without_rules_has_none() -> None:
    rules = [rule for rule in rulebook() if rule.category == "async"]
    found = score(audit_project(project_of({"main.py": CLEAN}), rules))
    assert found.value == 100
    assert [mark.value for mark in found.marks] == [None, 100, None, None, None]


@pytest.mark.parametrize(("findings", "points"), [(1, 10), (2, 20), (3, 20), (4, 30), (8, 40), (100, 70)])
def test_many_findings_of_a_rule_cost_more_but_not_as_often(findings: int, points: int) -> None:
    assert Deduction("x", "error", findings).points == points

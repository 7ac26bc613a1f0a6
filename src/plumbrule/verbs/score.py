"""`plumb audit --score`: five marks out of a hundred, and where every point went."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from plumbrule.verbs.outcome import Outcome

SHEETS = {
    "architecture": ("architecture", "contracts", "testing"),
    "async": ("async",),
    "security": ("security", "settings"),
    "database": ("database",),
    "observability": ("observability", "operations"),
}
"""a mark, and the categories of rules that count towards it"""
COSTS = {"error": 10, "warning": 4, "note": 1}


@frozen
class Deduction:
    """The points that a rule costs."""

    rule: str
    severity: str
    findings: int

    @property
    def points(self) -> int:
        """The cost of its severity, once more for every doubling of the findings: 1, 2, 4, 8 …"""
        return COSTS[self.severity] * self.findings.bit_length()


@frozen
class Mark:
    """A mark; `value` is None if no rule of it applies to the project."""

    name: str
    value: int | None
    deductions: tuple[Deduction, ...]


@frozen
class Score:
    """The five marks; `value` is the mean of those that apply."""

    marks: tuple[Mark, ...]

    @property
    def value(self) -> int | None:
        """The whole in one number."""
        values = [mark.value for mark in self.marks if mark.value is not None]
        return round(sum(values) / len(values)) if values else None


def score(outcome: Outcome) -> Score:
    """The marks of a project; what a baseline hides still costs, what a comment suppresses does not."""
    counts = Counter((item.rule, item.severity) for item in (*outcome.findings, *outcome.known))
    skipped = {item.rule for item in outcome.skipped}
    applied = {rule.category for rule in outcome.rules if rule not in skipped}
    marks = []
    for name, categories in SHEETS.items():
        deductions = sorted(
            (Deduction(r.name, s, n) for (r, s), n in counts.items() if r.category in categories),
            key=lambda deduction: (-deduction.points, deduction.rule),
        )
        lost = sum(deduction.points for deduction in deductions)
        value = max(0, 100 - lost) if applied & set(categories) else None
        marks.append(Mark(name, value, tuple(deductions)))
    return Score(tuple(marks))

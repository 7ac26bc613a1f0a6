"""One line a finding, as compilers do it and editors read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.summary import headline
from plumbrule.report.view import clean

if TYPE_CHECKING:
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported


def concise(outcome: Outcome, view: View) -> str:
    """The findings, the worst first, and how many there are."""
    lines = [line_of(item, view) for item in outcome.findings]
    return "\n".join([*lines, headline(outcome, view)]) + "\n"


def line_of(item: Reported, view: View) -> str:
    """`place: severity[rule] message`."""
    rule = view.paint(f"{item.severity}[{item.rule.name}]", item.severity)
    return f"{view.place(item.finding.at)}: {rule} {clean(item.finding.message)}"

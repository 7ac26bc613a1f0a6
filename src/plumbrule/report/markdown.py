"""For a comment on a pull request or the summary of a job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.summary import left_out, nothing, rules, scope, trouble
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported

SEVERITIES = ("error", "warning", "note")


def markdown(outcome: Outcome, view: View) -> str:
    """A heading that counts, and a table a severity."""
    by_severity = {s: [i for i in outcome.findings if i.severity == s] for s in SEVERITIES}
    counted = ", ".join(many(len(items), severity) for severity, items in by_severity.items() if items)
    parts = [f"## {counted or nothing(outcome)}{scope(outcome)}"]
    parts += [table(severity, items, view) for severity, items in by_severity.items() if items]
    parts.append(" ".join((f"{rules(outcome)}.", *left_out(outcome, view), *trouble(outcome, view))))
    return "\n\n".join(parts) + "\n"


def table(severity: str, items: Sequence[Reported], view: View) -> str:
    """The findings of one severity."""
    rows = [row(item, view) for item in items]
    heading = f"### {severity.capitalize()}s"
    return "\n".join([heading, "", "| where | what | what to do | rule |", "|---|---|---|---|", *rows])


def row(item: Reported, view: View) -> str:
    """A finding in one line."""
    finding = item.finding
    message = f"{finding.message}: {finding.label}" if finding.label else finding.message
    cells = (
        f"`{view.place(finding.at)}`",
        cell(message),
        cell(finding.help),
        item.rule.name,
    )
    return f"| {' | '.join(cells)} |"


def cell(text: str) -> str:
    """Text that cannot end its cell or begin an element of HTML outside of code."""
    parts = clean(text).replace("|", "\\|").split("`")
    return "`".join(p if n % 2 else p.replace("<", "&lt;") for n, p in enumerate(parts))

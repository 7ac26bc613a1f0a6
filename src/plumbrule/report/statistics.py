"""How often each rule spoke."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.report.summary import headline

if TYPE_CHECKING:
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome


def statistics_of(outcome: Outcome, view: View) -> str:
    """A line a rule and severity: count, severity, name, how many can be fixed; the most frequent first."""
    counts = Counter((item.rule.name, item.severity) for item in outcome.findings)
    fixes = Counter((item.rule.name, item.severity) for item in outcome.findings if item.finding.fix)
    lines = []
    for kind, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        name, severity = kind
        fixable = f"  {fixes[kind]} with a fix" if fixes[kind] else ""
        lines.append(f"{count:>6}  {view.paint(f'{severity:<8}', severity)} {name}{fixable}")
    return "\n".join([*lines, headline(outcome, view)]) + "\n"

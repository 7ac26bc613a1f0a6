"""A project at a glance, for `plumb` alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.full import clipped
from plumbrule.report.summary import headline
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported


def glance(outcome: Outcome, view: View, most: int) -> str:
    """What the project consists of, how much was found, and the worst of it."""
    seen = outcome.overview
    parts = [
        many(seen.files, "file"),
        many(len(seen.routes), "route"),
        many(seen.tables, "table"),
        many(seen.schemas, "schema"),
    ]
    lines = [", ".join(part for part in parts if not part.startswith("0 ")), "", headline(outcome, view)]
    for item in worst_of_each(outcome)[:most]:
        at, severity = item.finding.at, item.severity
        message = clipped(clean(item.finding.message), 11, view)
        lines.append(f"  {view.paint(f'{severity:<8}', severity)} {message}")
        lines.append(f"           {view.path(at.path)}:{at.line}:{at.column}  {item.rule.name}")
    return "\n".join(lines) + "\n"


def worst_of_each(outcome: Outcome) -> list[Reported]:
    """The first finding of every rule, the worst first, and then the others."""
    first = {item.rule.name: item for item in reversed(outcome.findings)}
    return sorted(
        outcome.findings, key=lambda item: (item.severity != "error", first[item.rule.name] is not item)
    )

"""What has changed from one audit to the next, for a person who is at work."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.report.concise import line_of
from plumbrule.report.full import blocks
from plumbrule.report.summary import trouble
from plumbrule.report.view import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Reported
    from plumbrule.verbs.watch import News

MOST = 10
"""findings that are gone and have a line each; the others are counted"""


def changes(news: News, view: View) -> str:
    """The findings that are new, as the report has them, and those that are gone."""
    gone = "".join(f"{line}\n" for line in farewell(news.gone, view))
    if news.config.output_format == "concise":
        return "".join(f"{line_of(item, view)}\n" for item in news.new) + gone
    return "\n" * bool(news.new or news.gone) + blocks(replace(news.outcome, findings=news.new), view) + gone


def farewell(gone: Sequence[Reported], view: View) -> Iterator[str]:
    """A line for each finding that is gone."""
    plain = replace(view, color=False)
    for item in gone[:MOST]:
        yield view.paint(f"gone: {line_of(item, plain)}", "dim")
    if len(gone) > MOST:
        yield view.paint(f"gone: {len(gone) - MOST:,} more", "dim")


def standing(news: News, view: View) -> str:
    """How many findings there are now, what became of them, and what could not be read."""
    new = view.paint(f"{len(news.new):,} new", news.new[0].severity) if news.new else ""
    gone = view.paint(f"{len(news.gone):,} gone", "good") if news.gone else ""
    changed = ", ".join(part for part in (new, gone) if part) or "nothing new"
    text = f"{many(len(news.outcome.findings), 'finding')}: {changed}, in {news.seconds:.1f} s"
    return "; ".join([text, *trouble(news.outcome, view)])

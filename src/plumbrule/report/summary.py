"""The end of a report: what was counted, what was left out, what to do next."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.report.view import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.config import Severity
    from plumbrule.facts.source import Span
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
OTHER_VERSION = re.compile(r"^(\S+)( \S+)? is not [<>=!~].*")
SCREEN = 20
"""findings that are seen at once; of more, the worst are said again at the end"""
RULES = 12
"""rules named in that line"""
MOST = 3
"""reasons or files named in one line; of the others only the number is said"""


def summary(outcome: Outcome, view: View) -> list[str]:
    """The lines of the footer."""
    lines = [headline(outcome, view)]
    if len(outcome.findings) > SCREEN:
        lines.append(view.wrap(worst(outcome), rest="  "))
    lines += [view.wrap(line) for line in (*left_out(outcome, view), *trouble(outcome, view))]
    fixable = [item for item in outcome.findings if item.finding.fix]
    safe = [item for item in fixable if item.finding.fix and item.finding.fix.safe]
    if safe:
        lines.append(f"{many(len(safe), 'finding')} can be fixed: {view.command} --fix")
    if unsure := len(fixable) - len(safe):
        what = f"{unsure} more" if safe else f"{many(unsure, 'finding')} can be fixed"
        lines.append(f"{what} with a look at the change: {view.command} --diff --unsafe")
    if outcome.findings:
        lines.append(f"Why: plumb explain {outcome.findings[0].rule.name}")
    return lines


def headline(outcome: Outcome, view: View) -> str:
    """One line: how much of what, where, by how many rules."""
    severities = Counter(item.severity for item in outcome.findings)
    counted = [view.paint(many(severities[s], s), s) for s in SEVERITIES if severities[s]]
    found = ", ".join(counted) or view.paint(nothing(outcome), "good")
    plain = ", ".join(many(severities[s], s) for s in SEVERITIES if severities[s]) or nothing(outcome)
    text = view.wrap(f"{plain}{scope(outcome)} ({rules(outcome)})")
    return found + text[len(plain) :] if text.startswith(plain) else text


def worst(outcome: Outcome) -> str:
    """The rules that found the worst, and how much of it: where to begin in a report that has scrolled by."""
    severity = outcome.findings[0].severity
    counts = Counter(item.rule.name for item in outcome.findings if item.severity == severity)
    named = [f"{count:,}\N{NO-BREAK SPACE}{name}" for name, count in counts.items()]
    more = f" and {many(len(named) - RULES, 'other rule')}" if len(named) > RULES else ""
    return f"The {severity}s: {', '.join(named[:RULES])}{more}"


def nothing(outcome: Outcome) -> str:
    """What is said where there is no finding."""
    return "No new findings" if outcome.known else "No findings"


def scope(outcome: Outcome) -> str:
    """How many of the routes are affected, or else of the files; of a running service, the requests."""
    if outcome.requests is not None:
        return f" in {many(outcome.requests, 'request')}"
    seen = outcome.overview
    routes, files = len(seen.routes), seen.files - seen.files_of_tests
    if not outcome.findings:
        return f" in {many(routes, 'route')}" if routes else f" in {many(files, 'file')}"
    affected = affected_routes(outcome)
    if affected:
        return f"; {affected:,} of {many(routes, 'route')} affected"
    return f" in {len({item.finding.at.path for item in outcome.findings}):,} of {many(files, 'file')}"


def affected_routes(outcome: Outcome) -> int:
    """How many routes have a finding in their handler, at their decorator, or on the way to it."""
    places: dict[str, list[Span]] = {}
    for item in outcome.findings:
        found = item.finding
        for span in (found.at, *(step.span for step in (*found.chain, *found.also))):
            places.setdefault(span.path, []).append(span)

    def touched(span: Span) -> bool:
        return any(span.start <= place.start < span.end for place in places.get(span.path, ()))

    return sum(any(touched(span) for span in spans) for spans in outcome.overview.routes)


def rules(outcome: Outcome) -> str:
    """How many rules there were, and why some did not apply."""
    text = many(len(outcome.rules), "rule" if outcome.requests is None else "probe")
    if not outcome.skipped:
        return text
    reasons = [reason for reason, _ in Counter(brief(item.reason) for item in outcome.skipped).most_common()]
    more = f" and {len(reasons) - MOST} more" if len(reasons) > MOST else ""
    return f"{text}, {len(outcome.skipped)} skipped: {', '.join(reasons[:MOST])}{more}"


def brief(reason: str) -> str:
    """Why a rule did not apply, without the range of versions that each has of its own."""
    match = OTHER_VERSION.match(reason)
    if match is None:
        return reason
    return f"not for {match[1]}{match[2]}" if match[2] else f"not for this {match[1]}"


def left_out(outcome: Outcome, view: View) -> Iterator[str]:
    """What was found and is not shown."""
    if outcome.known:
        yield f"{many(len(outcome.known), 'finding')} known before, not shown."
    if outcome.suppressed:
        yield f"{many(len(outcome.suppressed), 'finding')} suppressed by comments."
    unsure = [item for item in outcome.unsure if item.confidence == "low"]
    if unsure:
        yield f"{many(len(unsure), 'unsure finding')} not shown: {view.command} --min-confidence low"


def trouble(outcome: Outcome, view: View) -> Iterator[str]:
    """What could not be read, and rules that broke."""
    first = {span.path: span for span in reversed(outcome.unreadable)}
    files = [f"{view.path(path)}:{first[path].line}" for path in sorted(first)]
    if files:
        more = f" and {len(files) - MOST} more" if len(files) > MOST else ""
        yield f"{many(len(files), 'file')} not read in full: {', '.join(files[:MOST])}{more}"
    if outcome.unread:
        named = ", ".join(f"{view.path(file.path)} ({file.reason})" for file in outcome.unread[:MOST])
        more = f" and {len(outcome.unread) - MOST} more" if len(outcome.unread) > MOST else ""
        yield f"{many(len(outcome.unread), 'file')} not read: {named}{more}"
    broken = sorted({failure.rule.name for failure in outcome.failures})
    if broken:
        yield f"{many(len(broken), 'rule')} broke, which is a bug in plumb: {', '.join(broken)}"

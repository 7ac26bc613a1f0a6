"""For programs: everything that is known, in a stable order, without times or absolute paths."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

from plumbrule import __version__
from plumbrule.report.view import is_request
from plumbrule.verbs.score import score

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.finding import Fix
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported, Suppressed
    from plumbrule.verbs.score import Score


def json(outcome: Outcome, view: View) -> str:
    """One document."""
    return dumps(document(outcome, view), indent=2, ensure_ascii=False) + "\n"


def json_line(outcome: Outcome, view: View) -> str:
    """The same in one line, for those who read one after the other."""
    return dumps(document(outcome, view), ensure_ascii=False) + "\n"


def document(outcome: Outcome, view: View) -> dict[str, Any]:
    """All parts."""
    return {
        "version": 1,
        "plumb": __version__,
        "routes": len(outcome.overview.routes) + outcome.overview.routes_of_tests,
        "files": outcome.overview.files,
        "findings": [finding_of(item, view) for item in outcome.findings],
        "known": [item.fingerprint for item in outcome.known],
        "suppressed": [suppressed_of(item, view) for item in outcome.suppressed],
        "unreadable": [place(span, view) for span in outcome.unreadable],
        "unread": [{"path": view.path(file.path), "reason": file.reason} for file in outcome.unread],
        "skipped": [{"rule": item.rule.name, "reason": item.reason} for item in outcome.skipped],
        "failures": [{"rule": item.rule.name, "subject": item.subject} for item in outcome.failures],
        "rules": [rule.name for rule in outcome.rules],
        "score": score_of(score(outcome)),
    }


def finding_of(item: Reported, view: View) -> dict[str, Any]:
    """A finding with all its parts; those that are empty too."""
    finding = item.finding
    return {
        "rule": item.rule.name,
        "category": item.rule.category,
        "severity": item.severity,
        "confidence": item.confidence,
        "fingerprint": item.fingerprint,
        **place(finding.at, view),
        "message": finding.message,
        "label": finding.label,
        "help": finding.help,
        "chain": [{"text": step.text, **place(step.span, view)} for step in finding.chain],
        "also": [{"text": step.text, **place(step.span, view)} for step in finding.also],
        "fix": fix_of(finding.fix, view) if finding.fix else None,
    }


def fix_of(fix: Fix, view: View) -> dict[str, Any]:
    """A fix; `start` and `end` are offsets in bytes."""
    edits = [
        {"path": view.path(e.span.path), "start": e.span.start, "end": e.span.end, "text": e.text}
        for e in fix.edits
    ]
    return {"safe": fix.safe, "edits": edits}


def suppressed_of(item: Suppressed, view: View) -> dict[str, Any]:
    """A finding that a comment hides, and the reason it gives."""
    reported = item.reported
    at = place(reported.finding.at, view)
    return {"rule": reported.rule.name, "fingerprint": reported.fingerprint, **at, "reason": item.by.reason}


def place(span: Span, view: View) -> dict[str, Any]:
    """A place; lines and columns count from 1, columns in characters."""
    return {
        "path": span.path if is_request(span) else view.path(span.path),
        "line": span.line,
        "column": span.column,
        "end_line": span.end_line,
        "end_column": span.end_column,
    }


def score_of(found: Score) -> dict[str, Any]:
    """The marks, each with what it lost."""
    marks = {
        mark.name: {
            "value": mark.value,
            "deductions": [
                {"rule": d.rule, "severity": d.severity, "findings": d.findings, "points": d.points}
                for d in mark.deductions
            ],
        }
        for mark in found.marks
    }
    return {"value": found.value, "marks": marks}

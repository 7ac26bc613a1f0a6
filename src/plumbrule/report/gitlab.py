"""The code quality report of GitLab, a list in the format of Code Climate."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any

from plumbrule.report.view import is_request

if TYPE_CHECKING:
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported

SEVERITIES = {"error": "critical", "warning": "major", "note": "minor"}


def gitlab(outcome: Outcome, view: View) -> str:
    """One entry a finding."""
    return dumps([entry(item, view) for item in outcome.findings], indent=2, ensure_ascii=False) + "\n"


def entry(item: Reported, view: View) -> dict[str, Any]:
    """A finding as GitLab wants it."""
    at = item.finding.at
    return {
        "description": item.finding.message,
        "check_name": item.rule.name,
        "fingerprint": item.fingerprint,
        "severity": SEVERITIES[item.severity],
        "location": {
            "path": at.path if is_request(at) else view.path(at.path),
            "positions": {
                "begin": {"line": at.line, "column": at.column},
                "end": {"line": at.end_line, "column": at.end_column},
            },
        },
    }

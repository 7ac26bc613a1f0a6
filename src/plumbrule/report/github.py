"""Commands of GitHub Actions that annotate the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.view import is_request

if TYPE_CHECKING:
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported

COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(outcome: Outcome, view: View) -> str:
    """One command a finding, the worst first; nothing if there is none."""
    return "".join(f"{command(item, view)}\n" for item in outcome.findings)


def command(item: Reported, view: View) -> str:
    """`::error file=…,line=…::message`."""
    finding, at = item.finding, item.finding.at
    properties = {
        "title": f"plumb: {item.rule.name}",
        "file": view.path(at.path),
        "line": str(at.line),
        "endLine": str(at.end_line),
        "col": str(at.column),
        "endColumn": str(at.end_column),
    }
    if is_request(at):  # there is no file to show it in
        properties = {"title": f"plumb: {item.rule.name}, {at.path}"}
    elif at.line != at.end_line:  # GitHub takes columns only within one line
        del properties["endColumn"]
    written = ",".join(f"{name}={escaped(value, ':', ',')}" for name, value in properties.items())
    text = "\n".join(part for part in (finding.message, finding.label, finding.help) if part)
    return f"::{COMMANDS[item.severity]} {written}::{escaped(text)}"


def escaped(text: str, *more: str) -> str:
    """Text as the runner reads it."""
    for character in ("%", "\r", "\n", *more):
        text = text.replace(character, f"%{ord(character):02X}")
    return text

"""SARIF 2.1.0, which GitHub code scanning and editors read."""

from __future__ import annotations

from json import dumps
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from plumbrule import __version__
from plumbrule.report.view import is_request

if TYPE_CHECKING:
    from plumbrule.facts.source import Span
    from plumbrule.finding import Finding, Rule
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "plumbFingerprint/v1"
RANKS = {"high": 90.0, "medium": 60.0, "low": 30.0}


def sarif(outcome: Outcome, view: View) -> str:
    """One run; suppressed findings are in it, marked as such."""
    used = {item.rule.name: item.rule for item in shown(outcome)}
    rules = sorted({**{rule.name: rule for rule in outcome.rules}, **used}.values(), key=lambda r: r.name)
    index = {rule.name: number for number, rule in enumerate(rules)}
    results = [result(item, index, view) for item in outcome.findings]
    for hidden in outcome.suppressed:
        suppression = {"kind": "inSource", "justification": hidden.by.reason}
        results.append({**result(hidden.reported, index, view), "suppressions": [suppression]})
    run = {
        "tool": {
            "driver": {
                "name": "Plumbrule",
                "semanticVersion": __version__,
                "rules": [descriptor(rule) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "the folder plumb was started in"}}},
        "invocations": [{"executionSuccessful": True, **notifications(outcome, view)}],
        "results": results,
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2, ensure_ascii=False) + "\n"


def shown(outcome: Outcome) -> list[Reported]:
    """Every finding that appears."""
    return [*outcome.findings, *(item.reported for item in outcome.suppressed)]


def descriptor(rule: Rule) -> dict[str, Any]:
    """A rule, with its documentation."""
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": prose(rule)},
        "help": {"text": rule.documentation, "markdown": rule.documentation},
        "defaultConfiguration": {"level": rule.severity, "rank": RANKS[rule.confidence]},
        "properties": {"tags": [rule.category], "precision": PRECISIONS[rule.confidence]},
    }


PRECISIONS = {"high": "very-high", "medium": "high", "low": "medium"}
"""what GitHub calls our confidences"""


def prose(rule: Rule) -> str:
    """The documentation before its first example."""
    return rule.documentation.partition("\n## ")[0].partition("\n")[2].strip() or rule.title


def result(item: Reported, index: dict[str, int], view: View) -> dict[str, Any]:
    """A finding, with the way to it and its fix."""
    finding = item.finding
    text = f"{finding.message}: {finding.label}" if finding.label else finding.message
    text += f". {finding.help[:1].upper()}{finding.help[1:]}" if finding.help else ""
    found = {
        "ruleId": item.rule.name,
        "ruleIndex": index[item.rule.name],
        "level": item.severity,
        "rank": RANKS[item.confidence],
        "message": {"text": text},
        "locations": [{"physicalLocation": physical(finding.at, view)}],
        "partialFingerprints": {FINGERPRINT: item.fingerprint},
    }
    if finding.chain:
        found["codeFlows"] = [{"threadFlows": [{"locations": flow(finding, view)}]}]
    if finding.also:
        found["relatedLocations"] = [located(f"also from {s.text}", s.span, view) for s in finding.also]
    if finding.fix:
        found["fixes"] = [fix_of(finding, view)]
    return found


def flow(finding: Finding, view: View) -> list[dict[str, Any]]:
    """The steps of the chain, and the finding itself as the last."""
    steps = [(step.text, step.span) for step in finding.chain] + [(finding.message, finding.at)]
    return [{"location": located(text, span, view)} for text, span in steps]


def located(text: str, span: Span, view: View) -> dict[str, Any]:
    """A place, and what is there."""
    return {"physicalLocation": physical(span, view), "message": {"text": text}}


def fix_of(finding: Finding, view: View) -> dict[str, Any]:
    """The edits, file by file."""
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in finding.fix.edits if finding.fix else ():
        replacement = {"deletedRegion": region(edit.span), "insertedContent": {"text": edit.text}}
        files.setdefault(edit.span.path, []).append(replacement)
    changes = [{"artifactLocation": artifact(path, view), "replacements": r} for path, r in files.items()]
    return {"description": {"text": finding.help or finding.message}, "artifactChanges": changes}


def notifications(outcome: Outcome, view: View) -> dict[str, Any]:
    """What could not be read, and rules that broke."""
    notes = [
        {
            "level": "warning",
            "message": {"text": "this part could not be read; the rest of the file was"},
            "locations": [{"physicalLocation": physical(span, view)}],
        }
        for span in outcome.unreadable
    ]
    notes += [
        {"level": "warning", "message": {"text": f"{view.path(file.path)} was not read: {file.reason}"}}
        for file in outcome.unread
    ]
    notes += [
        {"level": "error", "message": {"text": f"rule {failure.rule.name} broke on {failure.subject}"}}
        for failure in outcome.failures
    ]
    return {"toolExecutionNotifications": notes} if notes else {}


def physical(span: Span, view: View) -> dict[str, Any]:
    """A place; of a request, its URL."""
    if is_request(span):
        return {"artifactLocation": {"uri": quote(span.path.partition(" ")[2], safe=":/?&=%[]")}}
    return {"artifactLocation": artifact(span.path, view), "region": region(span)}


def artifact(path: str, view: View) -> dict[str, str]:
    """A file, relative to the folder that plumb was started in."""
    return {"uri": quote(view.path(path)), "uriBaseId": "SRCROOT"}


def region(span: Span) -> dict[str, int]:
    """Lines and columns; SARIF too counts from 1, and its end is exclusive."""
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }

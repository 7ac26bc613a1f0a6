"""An outcome as plain values that JSON can carry, and back."""

from __future__ import annotations

from dataclasses import fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from plumbrule.facts.source import Source, Span
from plumbrule.finding import Edit, Finding, Fix, Rule, Step
from plumbrule.verbs.outcome import Outcome, Overview, Reported, Skipped, Suppressed, Suppression

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.rulekit import Project

_of_span = attrgetter(*(field.name for field in fields(Span)))


def recorded(outcome: Outcome) -> dict[str, Any]:
    """Everything about an outcome but the project itself."""
    seen = outcome.overview
    return {
        "overview": [
            seen.files,
            seen.files_of_tests,
            seen.lines,
            seen.routes_of_tests,
            [[_of_span(span) for span in spans] for spans in seen.routes],
            seen.tables,
            seen.schemas,
        ],
        "rules": [_of_rule(rule) for rule in outcome.rules],
        "findings": [_of_reported(item) for item in outcome.findings],
        "suppressed": [[_of_reported(s.reported), _of_comment(s.by)] for s in outcome.suppressed],
        "unused": [_of_comment(comment) for comment in outcome.unused],
        "skipped": [[item.rule.name, item.reason] for item in outcome.skipped],
        "unreadable": [_of_span(span) for span in outcome.unreadable],
    }


def _of_rule(rule: Rule) -> list[Any]:
    axes = (rule.category, rule.severity, rule.confidence, rule.pedantic)
    return [rule.name, *axes, rule.needs, rule.documentation]


def _of_reported(item: Reported) -> list[Any]:
    found = item.finding
    steps, also = ([(s.text, _of_span(s.span)) for s in way] for way in (found.chain, found.also))
    fix = found.fix and ([(_of_span(edit.span), edit.text) for edit in found.fix.edits], found.fix.safe)
    texts = (found.message, found.label, found.help)
    return [
        item.rule.name,
        [_of_span(found.at), *texts, steps, also, fix, found.confidence, found.severity],
        item.fingerprint,
        item.trace,
    ]


def _of_comment(comment: Suppression) -> list[Any]:
    return [comment.rules, comment.reason, _of_span(comment.span), comment.line]


def restored(
    record: dict[str, Any], read: Callable[[], Project], source: Callable[[str], Source | None]
) -> Outcome:
    """The outcome that was recorded."""
    rules = {row[0]: _rule(row) for row in record["rules"]}
    files, tests, lines, others, routes, tables, schemas = record["overview"]
    places = tuple(tuple(Span(*span) for span in spans) for spans in routes)
    return Outcome(
        read,
        source,
        Overview(files, tests, lines, others, places, tables, schemas),
        tuple(rules.values()),
        tuple(_reported(rules, row) for row in record["findings"]),
        tuple(Suppressed(_reported(rules, row), _comment(*by)) for row, by in record["suppressed"]),
        tuple(_comment(*row) for row in record["unused"]),
        tuple(Skipped(rules[name], reason) for name, reason in record["skipped"]),
        tuple(Span(*row) for row in record["unreadable"]),
    )


def _rule(row: list[Any]) -> Rule:
    name, category, severity, confidence, pedantic, needs, documentation = row
    return Rule(name, category, severity, confidence, pedantic, tuple(needs), object, _silent, documentation)


def _silent(_: object) -> tuple[Finding, ...]:
    """What is remembered of a rule is what it is called, not what it does."""
    return ()


def _comment(rules: list[str], reason: str, span: list[Any], line: int) -> Suppression:
    return Suppression(tuple(rules), reason, Span(*span), line)


def _reported(rules: dict[str, Rule], row: list[Any]) -> Reported:
    name, (at, message, label, help_, chain, others, fix, confidence, severity), fingerprint, trace = row
    steps, also = (tuple(Step(text, Span(*span)) for text, span in way) for way in (chain, others))
    mended = fix and Fix(tuple(Edit(Span(*span), text) for span, text in fix[0]), fix[1])
    finding = Finding(Span(*at), message, label, help_, steps, also, mended, confidence, severity)
    return Reported(rules[name], finding, fingerprint, tuple(trace))

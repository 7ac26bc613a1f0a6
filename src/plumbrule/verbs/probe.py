"""`plumb audit --probe`: what a running service answers from outside → findings."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.model.reading import project_of
from plumbrule.plan import Refusal
from plumbrule.probes import (
    Service,
    Skip,
    Wire,
    address_of,
    merged,
    of_code,
    of_document,
)
from plumbrule.verbs.audit import overview
from plumbrule.verbs.outcome import CONFIDENCES, SEVERITIES, Outcome, Reported, Skipped, worst_first
from plumbrule.verbs.review import NoApp, project_at
from plumbrule.verbs.selection import chosen_probes

if TYPE_CHECKING:
    from plumbrule.config import Config
    from plumbrule.probes import Operation, Probe
    from plumbrule.rulekit import Finding, Project, Rule
    from plumbrule.verbs.review import Target


DOCUMENTS = ("/openapi.json", "/api/openapi.json", "/api/v1/openapi.json")


@dataclass(frozen=True, slots=True)
class Question:
    """A service, and whether accounts may be made there."""

    url: str
    write: bool


def probe(target: Target, config: Config, question: Question) -> Outcome:
    """Ask a running service; the code around here, if there is any, says which routes it has."""
    chosen = chosen_probes(config)
    wire = Wire(address_of(question.url))
    document = documented(wire, question.url)
    project = code_of(target)
    service = Service(wire, merged(document, of_code(project)), write=question.write)
    found: list[Reported] = []
    skipped: list[Skipped] = []
    try:
        for each in chosen:
            reason = "" if question.write or not each.writes else "needs --write"
            findings, reason = ([], reason) if reason else asked(each, service)
            found += [reported(each.rule, finding) for finding in findings]
            skipped += [Skipped(each.rule, reason)] if reason else []
    finally:
        for account in service.accounts:
            with suppress(Skip):
                service.doors.remove(account)
    rules = tuple(each.rule for each in chosen)
    shown = [item for item in found if item.severity in upto(SEVERITIES, config.min_severity)]
    shown = [item for item in shown if item.confidence in upto(CONFIDENCES, config.min_confidence)]
    unsure = tuple(item for item in found if item not in shown)
    return Outcome(
        lambda: project,
        lambda _: None,
        overview(project),
        rules,
        worst_first(shown),
        skipped=tuple(skipped),
        unsure=unsure,
        requests=wire.requests,
    )


def documented(wire: Wire, url: str) -> tuple[Operation, ...]:
    """What the OpenAPI document says, wherever it is; refuses a service that does not answer."""
    for path in DOCUMENTS:
        try:
            operations = tuple(of_document(wire.ask("GET", path).text))
        except Skip as silence:
            reason = str(silence).removeprefix(f"GET {path}: ")
            raise Refusal(
                f"--probe {url}: nothing answers there: {reason}; is the service running?"
            ) from silence
        if operations:
            return operations
    return ()


def code_of(target: Target) -> Project:
    """The project around here; an empty one if nothing in it is of FastAPI."""
    try:
        return project_at(target)
    except NoApp:
        return project_of({})


def asked(each: Probe, service: Service) -> tuple[list[Finding], str]:
    """What a probe finds, and why it could not go on if that is so."""
    found: list[Finding] = []
    try:
        found.extend(each.check(service))
    except Skip as reason:
        return found, str(reason)
    return found, ""


def reported(rule: Rule, finding: Finding) -> Reported:
    """A finding with the name of its rule and its request, without the query, as a fingerprint."""
    place = finding.at.path.partition("?")[0]
    return Reported(rule, finding, hashlib.sha256(f"{rule.name}\0{place}".encode()).hexdigest()[:16])


def upto(words: tuple[str, ...], word: str) -> tuple[str, ...]:
    """The words as severe or as sure as one of them."""
    return words[: words.index(word) + 1]

"""What an audit finds out."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, get_args

from plumbrule.facts.frozen import frozen
from plumbrule.finding import Confidence, Finding, Rule, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbrule.facts.source import Source, Span
    from plumbrule.rulekit import Project

SEVERITIES: tuple[str, ...] = get_args(Severity)
CONFIDENCES: tuple[str, ...] = get_args(Confidence)
BY_HARM = (
    "security",
    "database",
    "async",
    "contracts",
    "settings",
    "observability",
    "operations",
    "architecture",
    "testing",
)
OPEN_DOORS = {
    "code-injection",
    "command-injection",
    "cors-wildcard-with-credentials",
    "hardcoded-secret",
    "jwt-algorithm-from-token",
    "jwt-signature-unverified",
    "path-traversal",
    "public-cache-on-private-data",
    "route-without-authentication",
    "path-let-through",
    "secret-in-response",
    "server-side-request-forgery",
    "sql-injection",
    "template-injection",
    "unguarded-router",
    "usable-default-secret",
    "weak-random-token",
}
"""rules whose findings let a stranger in as the code stands"""


@frozen
class Reported:
    """A finding together with its rule; the fingerprint survives moved lines.

    `trace` is what that is made of besides rule and file; there is none of what a running service says.
    """

    rule: Rule
    finding: Finding
    fingerprint: str
    trace: tuple[str, ...] = ()

    @property
    def confidence(self) -> str:
        """How sure it is."""
        return self.finding.confidence or self.rule.confidence

    @property
    def severity(self) -> str:
        """How bad it is: as the rule says, or less."""
        return self.finding.severity or self.rule.severity

    @property
    def order(self) -> tuple[Any, ...]:
        """What lets strangers in first, then what loses data, what is slow, …; the sure before the unsure."""
        severity, confidence = SEVERITIES.index(self.severity), CONFIDENCES.index(self.confidence)
        weight = (self.rule.name not in OPEN_DOORS, BY_HARM.index(self.rule.category))
        return severity, weight, confidence, self.finding.at, self.rule.name, self.finding.message


@frozen
class Suppression:
    """A `# plumb: ignore[rule] reason` comment; `line` is the one it speaks for."""

    rules: tuple[str, ...]
    reason: str
    span: Span
    line: int


@frozen
class Suppressed:
    """A finding that a comment hides."""

    reported: Reported
    by: Suppression


@frozen
class Skipped:
    """A rule that does not apply, and why."""

    rule: Rule
    reason: str


@frozen
class Failure:
    """A rule that broke: a bug in this tool."""

    rule: Rule
    subject: str
    trace: str


@frozen
class Unread:
    """A file that could not be read at all, and why."""

    path: str
    reason: str


@frozen
class Overview:
    """What the audit looked at: `routes` are those outside the tests, each with the places that make it."""

    files: int
    files_of_tests: int
    lines: int
    routes_of_tests: int
    routes: tuple[tuple[Span, ...], ...]
    tables: int
    schemas: int


@dataclass(frozen=True)
class Outcome:
    """Everything an audit found out; `findings` are sorted worst first, then by place.

    `read` gives the project, and `source` the text of a file in it; both may have to be read first.
    `known` are findings that a baseline or an older revision has too, `unsure` those below the confidence or
    the severity that was asked for.
    """

    read: Callable[[], Project] = field(repr=False)
    source: Callable[[str], Source | None] = field(repr=False)
    overview: Overview
    rules: tuple[Rule, ...]
    findings: tuple[Reported, ...]
    suppressed: tuple[Suppressed, ...] = ()
    unused: tuple[Suppression, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    unreadable: tuple[Span, ...] = ()
    unread: tuple[Unread, ...] = ()
    failures: tuple[Failure, ...] = ()
    known: tuple[Reported, ...] = ()
    unsure: tuple[Reported, ...] = ()
    requests: int | None = None
    """how many a running service was sent; None if it was the code that was looked at"""

    @property
    def lines(self) -> int:
        """How many lines were read."""
        return self.overview.lines

    @cached_property
    def project(self) -> Project:
        """The project that was audited."""
        return self.read()


def worst_first(reported: Iterable[Reported]) -> tuple[Reported, ...]:
    """Findings in the order in which they are shown."""
    return tuple(sorted(reported, key=lambda item: item.order))

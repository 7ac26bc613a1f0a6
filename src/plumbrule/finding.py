"""What a rule says, as plain values: light to import, and nothing in them holds on to the code."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Literal

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from plumbrule.facts.source import Span

Severity = Literal["error", "warning", "note"]
Confidence = Literal["high", "medium", "low"]
Category = Literal[
    "architecture",
    "async",
    "security",
    "database",
    "observability",
    "contracts",
    "settings",
    "operations",
    "testing",
]


@frozen
class Edit:
    """Replace the text of a span by another. An empty span (`start == end`) inserts."""

    span: Span
    text: str


@frozen
class Fix:
    """Edits that mend a finding. Unsafe ones may change behaviour and are shown as a diff first."""

    edits: tuple[Edit, ...]
    safe: bool = True


@frozen
class Step:
    """One station on the way from a route to the finding: what stands there, and where."""

    text: str
    span: Span


@frozen
class Finding:
    """What a rule says.

    `message` says what is wrong in the words of the app; `label` why here (under the code); `help` what to
    do, as an
    imperative; `chain` how a request gets here, and `also` where other ways begin; `confidence` and
    `severity` override those of the rule.
    """

    at: Span
    message: str
    label: str = ""
    help: str = ""
    chain: tuple[Step, ...] = ()
    also: tuple[Step, ...] = ()
    fix: Fix | None = None
    confidence: Confidence | None = None
    severity: Severity | None = None


@frozen
class Rule:
    """A rule as it was declared; `check` is called with every `subject` of the project, of the calls with
    those of `calls`, of the functions with those that have a node of one of `nodes`.
    """

    name: str
    category: Category
    severity: Severity
    confidence: Confidence
    pedantic: bool
    needs: tuple[str, ...]
    subject: type = field(compare=False)
    check: Callable[[Any], Iterable[Finding]] = field(repr=False, compare=False)
    documentation: str = field(repr=False)
    calls: tuple[str, ...] = field(default=(), compare=False)
    nodes: frozenset[type] = field(default=frozenset(), compare=False)

    @property
    def title(self) -> str:
        """The first line of its documentation."""
        return self.documentation.strip().partition("\n")[0]

"""`plumb audit`: what the rulebook says about a project."""

from __future__ import annotations

import hashlib
import re
import traceback
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from plumbrule.model.reading import no_collection, read_project
from plumbrule.rulekit import Class, Finding, Function, Module, Project, Rule, Span, subjects
from plumbrule.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SEVERITIES = ("error", "warning", "note")
CONFIDENCES = ("high", "medium", "low")
SUPPRESSION = re.compile(r"#\s*plumb:\s*ignore\[([^\]]*)\]\s*(.*)")


@dataclass(frozen=True, slots=True)
class Reported:
    """A finding together with its rule; the fingerprint survives moved lines."""

    rule: Rule
    finding: Finding
    fingerprint: str

    @property
    def confidence(self) -> str:
        """How sure it is."""
        return self.finding.confidence or self.rule.confidence


@dataclass(frozen=True, slots=True)
class Suppression:
    """A `# plumb: ignore[rule] reason` comment; `line` is the one it speaks for."""

    rules: tuple[str, ...]
    reason: str
    span: Span
    line: int


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A finding that a comment hides."""

    reported: Reported
    by: Suppression


@dataclass(frozen=True, slots=True)
class Skipped:
    """A rule that does not apply, and why."""

    rule: Rule
    reason: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that broke: a bug in this tool."""

    rule: Rule
    subject: str
    trace: str


@dataclass(frozen=True)
class Outcome:
    """Everything an audit found out; `findings` are sorted worst first, then by place."""

    project: Project = field(repr=False)
    rules: tuple[Rule, ...]
    findings: tuple[Reported, ...]
    suppressed: tuple[Suppressed, ...]
    unused: tuple[Suppression, ...]
    skipped: tuple[Skipped, ...]
    unreadable: tuple[Span, ...]
    failures: tuple[Failure, ...]

    @cached_property
    def lines(self) -> int:
        """How many lines were read."""
        return sum(m.source.lines for m in self.project.modules)


def audit(path: Path, rules: Iterable[Rule] | None = None, *, cache: bool = False) -> Outcome:
    """Audit a folder or file with every rule, or only those given."""
    with no_collection():
        return audit_project(read_project(path, cache=cache), rules)


def audit_project(project: Project, rules: Iterable[Rule] | None = None) -> Outcome:
    """Audit a project that is already read."""
    chosen = tuple(rulebook() if rules is None else rules)
    skipped = tuple(Skipped(rule, reason) for rule in chosen if (reason := why_skipped(rule, project)))
    left_out = {s.rule for s in skipped}
    failures: list[Failure] = []
    found = [
        (rule, finding) for rule in chosen if rule not in left_out for finding in run(rule, project, failures)
    ]
    reported = fingerprinted(project, found)
    comments = suppressions(project)
    kept, hidden, unused = apply_suppressions(reported, comments)
    unreadable = tuple(span for m in project.modules for span in m.file.broken)
    return Outcome(
        project, chosen, tuple(sorted(kept, key=order)), hidden, unused, skipped, unreadable, tuple(failures)
    )


def run(rule: Rule, project: Project, failures: list[Failure]) -> Iterable[Finding]:
    """What one rule says about every subject; tests are only for the rules about tests."""
    seen: set[tuple[Span, str]] = set()
    for subject in subjects(project, rule.subject):
        module = getattr(subject, "module", subject)
        if getattr(module, "is_test", False) and rule.category != "testing":
            continue
        try:
            for finding in rule.check(subject):
                if (finding.at, finding.message) not in seen:
                    seen.add((finding.at, finding.message))
                    yield finding
        except Exception:  # noqa: BLE001 - one broken rule must not cost the others; it is reported as our bug
            failures.append(Failure(rule, repr(subject), traceback.format_exc()))


def why_skipped(rule: Rule, project: Project) -> str:
    """Why a rule does not apply; nothing if it does."""
    for need in rule.needs:
        name, _, range_ = re.match(r"([A-Za-z0-9_.-]+)(\s*)(.*)", need).groups()  # type: ignore[union-attr]
        if not project.uses(name):
            return f"no {name}"
        if range_ and not project.may_be(name, range_):
            return f"{name} {project.version(name) or ''} is not {range_}".replace("  ", " ")
    return ""


def order(reported: Reported) -> tuple[Any, ...]:
    """Worst and surest first, then by place."""
    severity, confidence = SEVERITIES.index(reported.rule.severity), CONFIDENCES.index(reported.confidence)
    return severity, confidence, reported.finding.at, reported.rule.name, reported.finding.message


def fingerprinted(project: Project, found: Iterable[tuple[Rule, Finding]]) -> list[Reported]:
    """Give each finding a name of its own: rule, file, the function around it, its code without blanks,
    and a count for twins.
    """
    modules = {m.path: m for m in project.modules}
    counts: dict[tuple[str, ...], int] = {}
    out = []
    for rule, finding in sorted(found, key=lambda pair: (pair[0].name, pair[1].at, pair[1].message)):
        module = modules.get(finding.at.path)
        around, code = surroundings(module, finding.at) if module else ("", "")
        key = (rule.name, finding.at.path, around, code)
        counts[key] = counts.get(key, 0) + 1
        digest = hashlib.sha256("\0".join((*key, str(counts[key]))).encode()).hexdigest()[:16]
        out.append(Reported(rule, finding, digest))
    return out


def surroundings(module: Module, at: Span) -> tuple[str, str]:
    """The name of the function or class around a place, and the code there without blanks."""
    scopes: list[Function | Class] = [*module.functions, *module.classes]
    inside = [scope for scope in scopes if scope.node.start <= at.start < scope.node.end]
    around = max(inside, key=lambda scope: scope.node.start).qualified_name if inside else ""
    return around, "".join(module.source.slice(at.start, min(at.end, at.start + 300)).split())


def suppressions(project: Project) -> list[Suppression]:
    """The `# plumb: ignore[…]` comments of a project; one alone on its line speaks for the next line."""
    found = []
    for module in project.modules:
        for comment in module.file.comments:
            match = SUPPRESSION.match(comment.text)
            if match:
                alone = not module.source.line_text(comment.span.line)[: comment.span.column - 1].strip()
                names = tuple(name.strip() for name in match[1].split(",") if name.strip())
                found.append(Suppression(names, match[2].strip(), comment.span, comment.span.line + alone))
    return found


def apply_suppressions(
    reported: list[Reported], comments: list[Suppression]
) -> tuple[list[Reported], tuple[Suppressed, ...], tuple[Suppression, ...]]:
    """Divide findings into kept and hidden; and the comments that hide nothing."""
    by_place: dict[tuple[str, int], list[Suppression]] = {}
    for comment in comments:
        by_place.setdefault((comment.span.path, comment.line), []).append(comment)
    kept, hidden, used = [], [], set()
    for item in reported:
        at = item.finding.at
        lines = range(at.line, min(at.end_line, at.line + 20) + 1)
        by = next(
            (c for line in lines for c in by_place.get((at.path, line), ()) if item.rule.name in c.rules),
            None,
        )
        if by is None:
            kept.append(item)
        else:
            hidden.append(Suppressed(item, by))
            used.add(by)
    return kept, tuple(hidden), tuple(c for c in comments if c not in used)


def fixed_texts(project: Project, findings: Iterable[Finding]) -> dict[str, str]:
    """The new text of every file that the fixes of some findings change;
    of two that overlap the first wins.
    """
    edits: dict[str, list[Any]] = {}
    for finding in findings:
        for edit in finding.fix.edits if finding.fix else ():
            edits.setdefault(edit.span.path, []).append(edit)
    texts = {}
    for module in project.modules:
        if module.path in edits:
            text, last = module.source.text, len(module.source.text) + 1
            for edit in sorted(
                set(edits[module.path]), key=lambda e: (e.span.start, e.span.end), reverse=True
            ):
                if edit.span.end <= last:
                    text = text[: edit.span.start] + edit.text.encode() + text[edit.span.end :]
                    last = edit.span.start
            texts[module.path] = text.decode("utf-8", "replace")
    return texts

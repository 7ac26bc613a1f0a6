"""`plumb audit`: what the rulebook says about a project."""

from __future__ import annotations

import re
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING

from plumbrule.model.reading import no_collection, read_project
from plumbrule.rulekit import Finding, Project, Rule, Source, Span, subjects
from plumbrule.rules import rulebook
from plumbrule.verbs.fingerprints import fingerprinted
from plumbrule.verbs.outcome import (
    Failure,
    Outcome,
    Overview,
    Reported,
    Skipped,
    Suppressed,
    Suppression,
    Unread,
    worst_first,
)
from plumbrule.verbs.suppressions import OWN_RULES, apply_suppressions, complaints, suppressions
from plumbrule.verbs.unread import weighed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from plumbrule.model.reading import Observer


def audit(path: Path, rules: Iterable[Rule] | None = None) -> Outcome:
    """Audit a folder or file with every rule, or only those given."""
    with no_collection():
        return audit_project(read_project(path), rules)


def audit_project(
    project: Project,
    rules: Iterable[Rule] | None = None,
    observe: Observer | None = None,
) -> Outcome:
    """Audit a project that is already read; `observe` hears how many rules of how many are done."""
    chosen = tuple(rulebook() if rules is None else rules)
    skipped = tuple(Skipped(rule, reason) for rule in chosen if (reason := why_skipped(rule, project)))
    left_out = {s.rule for s in skipped}
    running = [rule for rule in chosen if rule not in left_out]
    failures: list[Failure] = []
    found = asked(project, running, failures, observe)
    comments = suppressions(project)
    kept, hidden, unused = apply_suppressions(fingerprinted(project, found), comments)
    known = {rule.name for rule in (*rulebook(), *chosen, *OWN_RULES)}
    about = complaints(project, comments, unused, {rule.name for rule in running}, known)
    kept += fingerprinted(project, [pair for pair in about if pair[0] in chosen])
    closed = project.tree.closed if project.tree else {}
    sources = {module.path: module.source for module in project.modules}
    return Outcome(
        lambda: project,
        lambda path: sources.get(path) or beside(project, path),
        overview(project),
        chosen,
        worst_first(kept),
        hidden,
        unused,
        skipped,
        tuple(m.file.broken[0] for m in project.modules if m.is_broken and m.path not in closed),
        tuple(Unread(path, reason) for path, reason in sorted(closed.items())),
        tuple(failures),
    )


def asked(
    project: Project, rules: Sequence[Rule], failures: list[Failure], observe: Observer | None
) -> list[tuple[Rule, Finding]]:
    """What the rules find, one rule after the other."""
    found: list[tuple[Rule, Finding]] = []
    for number, rule in enumerate(rules):
        if observe:
            observe("asking the rules", number, len(rules))
        found += [(rule, finding) for finding in run(rule, project, failures)]
    return weighed(project, found)


def beside(project: Project, path: str) -> Source | None:
    """The text of a file that is no code; None if it cannot be read."""
    with suppress(OSError):
        return Source(path, project.tree.read(path)) if project.tree is not None else None
    return None


def overview(project: Project) -> Overview:
    """The figures of a project."""
    routes = project.code_routes
    return Overview(
        len(project.modules),
        len(project.modules) - len(project.code_modules),
        sum(module.source.lines for module in project.modules),
        len(project.routes) - len(routes),
        tuple((r.span, *([r.handler.node.span] if r.handler is not None else ())) for r in routes),
        len(project.tables),
        len(project.schemas),
    )


def run(rule: Rule, project: Project, failures: list[Failure]) -> Iterable[Finding]:
    """What one rule says, each thing once at a place."""
    seen: set[tuple[Span, str]] = set()
    for subject in subjects(project, rule):
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


__all__ = [
    "Outcome",
    "Reported",
    "Skipped",
    "Suppressed",
    "Suppression",
    "audit",
    "audit_project",
]

"""Findings beside code that does not parse: they are less sure, for what was not read may say otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from plumbrule.rulekit import Confidence

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.rulekit import Finding, Module, Project, Rule, Span

LEVELS: tuple[Confidence, ...] = get_args(Confidence)


def weighed(project: Project, found: Iterable[tuple[Rule, Finding]]) -> list[tuple[Rule, Finding]]:
    """Findings with the confidence that the files they rest on allow."""
    broken = project.broken
    return [(rule, lowered(rule, finding, broken) if broken else finding) for rule, finding in found]


def lowered(rule: Rule, finding: Finding, broken: dict[str, Module]) -> Finding:
    """Low if a function or statement that the finding rests on was not read in full, else a step lower if
    another part of such a file was not.
    """
    sites = [finding.at, *(step.span for step in finding.chain)]
    touched = [(broken[site.path], site) for site in sites if site.path in broken]
    if not touched:
        return finding
    least = len(LEVELS) - 1
    known = LEVELS.index(finding.confidence or rule.confidence)
    near = any(is_beside(module, site) for module, site in touched)
    return replace(finding, confidence=LEVELS[least if near else min(known + 1, least)])


def is_beside(module: Module, site: Span) -> bool:
    """Whether the statement around a place, as it stands in its module, has a part that does not parse."""
    around = [s for s in module.body if s.start <= site.start <= s.end]
    return any(
        statement.start <= span.start <= statement.end for statement in around for span in module.file.broken
    )

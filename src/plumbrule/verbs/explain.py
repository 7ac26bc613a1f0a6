"""`plumb explain`: what one rule finds in the project around the current folder."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.verbs.memory import Memory
from plumbrule.verbs.review import asked, review

if TYPE_CHECKING:
    from collections.abc import Sequence

    from plumbrule.config import Config
    from plumbrule.model.reading import Observer, Reading
    from plumbrule.rulekit import Rule
    from plumbrule.verbs.outcome import Reported
    from plumbrule.verbs.review import Target


def findings_here(
    target: Target,
    config: Config,
    rule: Rule,
    observe: Observer | None = None,
    reading: Reading | None = None,
) -> Sequence[Reported] | None:
    """Every finding of the rule, unsure ones too; None if there is no FastAPI project here."""
    one = replace(
        config, select=(rule.name,), ignore=(), min_severity="note", min_confidence="low", pedantic=True
    )
    everything = Memory(config).recall()
    if everything and any(known.name == rule.name for known in everything.rules):
        return [item for item in asked(everything, target, one).findings if item.rule.name == rule.name]
    try:
        return review(target, one, observe=observe, reading=reading).findings
    except Refusal:
        return None

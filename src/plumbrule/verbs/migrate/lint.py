"""`lint`: what the rulebook says about migrations; nothing is run, and no database is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from plumbrule.config import read_config, suggestion
from plumbrule.model.reading import read_project
from plumbrule.plan import Refusal
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.migrate.place import NOWHERE, NoEnvironment
from plumbrule.verbs.review import project_root
from plumbrule.verbs.selection import expanded, known_rules

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from plumbrule.verbs.outcome import Outcome

RULES = (
    "data-losing-migration",
    "divided-migrations",
    "enum-type-left-behind",
    "irreversible-migration",
    "locking-migration",
    "rename-as-drop",
    "required-column-without-default",
    "unnamed-constraints",
)


def lint(folder: Path, revisions: Sequence[str]) -> Outcome:
    """What is wrong with the migrations of a project, or with some of them."""
    root = project_root(folder)
    config = read_config(root)
    known = known_rules(config)
    ignored = expanded(config, "ignore", known)
    outcome = audit_project(read_project(root), [known[name] for name in RULES if name not in ignored])
    paths = {m.revision: m.module.path for m in outcome.project.migrations.all}
    if not paths:
        raise NoEnvironment(NOWHERE)
    for name in revisions:
        if name not in paths:
            raise Refusal(
                f"no revision `{name}`{suggestion(name, paths) or '; plumb migrate status lists them'}"
            )
    wanted = {paths[name] for name in revisions}
    shown = tuple(f for f in outcome.findings if not wanted or f.finding.at.path in wanted)
    return replace(outcome, findings=shown)


def fails(outcome: Outcome) -> bool:
    """Whether something was found that is more than a note."""
    return any(item.severity != "note" for item in outcome.findings)

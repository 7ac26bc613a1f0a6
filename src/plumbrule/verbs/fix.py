"""`plumb audit --fix`: the fixes of findings → a plan."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.facts.syntax import read
from plumbrule.plan import Edit as FileEdit
from plumbrule.plan import Plan, Step
from plumbrule.rulekit import Project
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.edited import edited, is_broken
from plumbrule.verbs.review import asked, without
from plumbrule.verbs.selection import chosen_rules

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from plumbrule.config import Config
    from plumbrule.rulekit import Edit, Finding, Module
    from plumbrule.verbs.outcome import Outcome, Reported
    from plumbrule.verbs.review import Target

ROUNDS = 10
"""fixes that stand in each other's way are made one after the other; more rounds than this is a quarrel"""


def fixable(outcome: Outcome, *, unsafe: bool = False) -> list[Reported]:
    """The findings that can be fixed."""
    return [item for item in outcome.findings if item.finding.fix and (item.finding.fix.safe or unsafe)]


def plan(outcome: Outcome, target: Target, config: Config, *, unsafe: bool) -> tuple[Plan, Outcome]:
    """The plan that fixes what can be fixed, and what would be found after it."""
    before = outcome.project
    reasons: dict[str, Counter[str]] = {}
    for _ in range(ROUNDS):
        items = fixable(outcome, unsafe=unsafe)
        texts, made = fixed(outcome.project, [item.finding for item in items])
        if not texts:
            break
        for item in items:
            for path in {edit.span.path for edit in edits_of(item.finding) if item.finding in made}:
                reasons.setdefault(path, Counter())[item.rule.name] += 1
        outcome = again(outcome, texts, target, config)
    after = {module.path: module.source.text for module in outcome.project.modules}
    steps = (
        Step(FileEdit(m.path, decoded(m.source.text), decoded(after[m.path])), why(reasons[m.path]))
        for m in before.modules
        if m.source.text != after[m.path]
    )
    return Plan(config.root, tuple(steps)), outcome


def again(outcome: Outcome, texts: dict[str, bytes], target: Target, config: Config) -> Outcome:
    """What the audit would find if some files were different."""
    modules = outcome.project.modules
    files = [read(m.path, texts[m.path]) if m.path in texts else m.file for m in modules]
    found = audit_project(
        Project(files, outcome.project.tree), chosen_rules(config)
    )  # a remembered outcome has none
    known = {item.fingerprint: item.finding.at.path for item in outcome.known}
    return without(asked(found, target, config), known, target.root)


def fixed(project: Project, findings: Sequence[Finding]) -> tuple[dict[str, bytes], list[Finding]]:
    """The new content of the files that fixes change, and the findings whose fixes were made.

    A fix is made whole or not at all: of two that overlap the first wins, and so it does of two that would
    leave a file broken.
    """
    chosen: dict[str, list[Edit]] = {}
    made = []
    for finding in findings:
        edits = edits_of(finding)
        if edits and all(fits(edit, chosen.get(edit.span.path, [])) for edit in edits):
            made.append(finding)
            for edit in edits:
                if edit not in chosen.setdefault(edit.span.path, []):
                    chosen[edit.span.path].append(edit)
    changed = [module for module in project.modules if module.path in chosen]
    texts = {m.path: edited(m, chosen[m.path]) for m in changed}
    broken = {m.path for m in changed if is_broken(m.path, m.file, texts[m.path])}
    if broken:
        return fixed(project, fitting(changed, made, broken))
    return {m.path: texts[m.path] for m in changed if texts[m.path] != m.source.text}, made


def fitting(changed: Sequence[Module], made: Sequence[Finding], broken: Collection[str]) -> list[Finding]:
    """Those of some findings whose fixes leave no file broken, whatever others are made with them."""
    left = [finding for finding in made if not paths_of(finding) & set(broken)]
    for module in (module for module in changed if module.path in broken):
        here: list[Edit] = []
        for finding in (one for one in made if paths_of(one) == {module.path}):
            more = [edit for edit in edits_of(finding) if edit not in here]
            if not is_broken(module.path, module.file, edited(module, [*here, *more])):
                here += more
                left.append(finding)
    return left


def paths_of(finding: Finding) -> set[str]:
    """The files that the fix of a finding changes."""
    return {edit.span.path for edit in edits_of(finding)}


def edits_of(finding: Finding) -> tuple[Edit, ...]:
    """The edits of the fix of a finding."""
    return finding.fix.edits if finding.fix else ()


def fits(edit: Edit, others: Iterable[Edit]) -> bool:
    """Whether an edit touches nothing that others change; the same edit twice is one."""
    return all(other == edit or not touch(edit, other) for other in others)


def touch(one: Edit, other: Edit) -> bool:
    """Whether two edits meet. What is inserted at the edge of what is replaced may belong to it."""
    (start, end), (first, last) = (one.span.start, one.span.end), (other.span.start, other.span.end)
    if (start == end) != (first == last):
        return start <= last and first <= end
    return start < last and first < end


def fixed_texts(project: Project, findings: Sequence[Finding]) -> dict[str, str]:
    """The new text of every file that the fixes of some findings change."""
    return {path: decoded(text) for path, text in fixed(project, findings)[0].items()}


def decoded(text: bytes) -> str:
    """A text as the plan engine takes it."""
    return text.decode("utf-8", "surrogateescape")


def why(rules: Counter[str]) -> str:
    """The reason of a step: the rules, and how often each."""
    return ", ".join(f"{name} ({count})" if count > 1 else name for name, count in sorted(rules.items()))

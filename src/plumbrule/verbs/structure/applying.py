"""Prove a restructure in scratch folders, then carry it out: all of it or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal, apply, check, recover, undo
from plumbrule.proof import interpreter
from plumbrule.proof.moved import Moved
from plumbrule.proof.subject import read
from plumbrule.proof.verdict import Check, Verdict, outcome
from plumbrule.restructure import MoveMap
from plumbrule.verbs.structure import commits
from plumbrule.verbs.structure.check import base_of, prove, scratch
from plumbrule.verbs.structure.trees import copied, place_of, repository_of

if TYPE_CHECKING:
    from pathlib import Path

    from plumbrule.verbs.init import Observer
    from plumbrule.verbs.structure.check import Terms
    from plumbrule.verbs.structure.planning import Planned
    from plumbrule.verbs.structure.trees import Place


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done: the commits, if any were made, and a note for the reader."""

    files: int
    commits: tuple[str, ...] = ()
    note: str = ""


def static_check(planned: Planned) -> Check:
    """What can be told without running anything."""
    said = [str(problem) for problem in planned.problems]
    return outcome("code", said[:12], compared=f"{len(planned.rewrite.steps)} steps")


def proved(planned: Planned, terms: Terms, observe: Observer) -> Verdict:
    """The verdict on a plan; nothing outside of scratch folders is written."""
    static = static_check(planned)
    if static.status == "differs":
        return Verdict((static,))
    place = planned.place
    python = interpreter.find(place.root, terms.python)
    with scratch() as folder:
        before = copied(place, folder / "before")
        after = copied(place, folder / "after")
        apply(planned.plan(after.whole), undoable=False)
        base = base_of(read(before.root), python, terms, observe)
        found = Moved(MoveMap(inside(planned.rewrite.names, place.inside)))
        verdict = prove(base, read(after.root), found, terms, observe)
    return Verdict((static, *verdict.checks), verdict.volatile)


def inside(names: MoveMap, folder: str) -> dict[str, str]:
    """The names as the project's own folder spells them too."""
    prefix = f"{folder.replace('/', '.')}." if folder else ""
    short = {old.removeprefix(prefix): new.removeprefix(prefix) for old, new in names.names.items()}
    return {**short, **names.names}


def refuse_dirty(place: Place, plan: Path | None = None) -> None:
    """Refuse a project with work that is not committed, before it is proved for minutes."""
    repository = repository_of(place.whole)
    if repository is not None:
        commits.refuse_dirty(repository, plan)


def carried_out(
    planned: Planned, *, commit: bool, allow_dirty: bool, plan_file: Path | None = None
) -> Applied:
    """Change the files under the journal of plans, and commit them in two steps."""
    root = planned.place.whole
    plan = planned.plan(root)
    repository = repository_of(root)
    if repository is None:
        apply(plan)
        return Applied(
            len(plan.steps), note="there is no git repository; plumb structure --undo brings it back"
        )
    if not allow_dirty:
        commits.refuse_dirty(repository, plan_file)
    check(plan)
    if not commit or allow_dirty:
        apply(plan)
        return Applied(len(plan.steps), note="not committed")
    old, new = commits.head(repository), commits.prepare(plan, planned.proposal.layout or "of the plan")
    apply(plan)
    commits.advance(repository, new, old or "")
    made = commits.run(repository, "rev-list", "--reverse", f"{old}..{new}").split()
    return Applied(len(plan.steps), tuple(made))


def recovered(root: Path) -> bool:
    """Bring back what a run that was killed has left half done."""
    return recover(place_of(root).whole)


def taken_back(root: Path) -> tuple[tuple[str, ...], str]:
    """Undo the last restructure: the files, and the commits if nothing came after them."""
    root, repository = place_of(root).whole, repository_of(root)
    base = commits.base_of(repository) if repository else None
    if repository and base:
        commits.refuse_edited(repository)
    try:
        paths = undo(root)
    except Refusal:
        if repository is None or base is None:
            raise
        raise Refusal(f"the files have no history in .plumb any more; git reset --hard {base[:12]}") from None
    if repository and base:
        commits.advance(repository, base, commits.head(repository) or "")
        return paths, f"back at {base[:12]}"
    return paths, "the commits stay as they are" if repository else ""

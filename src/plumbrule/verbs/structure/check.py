"""`plumb structure --check`: whether two trees behave the same."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.proof import interpreter
from plumbrule.proof.compare import compare
from plumbrule.proof.moved import Moved, moved
from plumbrule.proof.snapshot import Permissions, take
from plumbrule.proof.subject import read
from plumbrule.proof.suites import compare_tests, compare_types
from plumbrule.proof.verdict import Check, Verdict, outcome
from plumbrule.verbs.structure.trees import Place, copied, of_revision, place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.proof.snapshot import Snapshot
    from plumbrule.proof.subject import Subject
    from plumbrule.verbs.init import Observer


@dataclass(frozen=True, slots=True)
class Terms:
    """How to prove: the interpreter, what project code may do, whether its tests are run."""

    python: Path | None = None
    permissions: Permissions = field(default_factory=Permissions)
    tests: bool = False
    types: bool = True
    unproved: tuple[str, ...] = ()
    """checks that need not be run"""


def check(root: Path, base: str, other: str | None, terms: Terms, observe: Observer) -> Verdict:
    """Compare two folders or git revisions; without a second one, the project as it is."""
    place = place_of(root)
    with scratch() as folder:
        before = tree(place, base, folder / "before")
        after = tree(place, other, folder / "after") if other else copied(place, folder / "after")
        python = interpreter.find(root, terms.python)
        one, two = read(before.root), read(after.root)
        found = moved(one, two)
        verdict = prove(base_of(one, python, terms, observe), two, found, terms, observe)
    tested = any(c.name == "tests" and c.status == "equal" for c in verdict.checks)
    return Verdict((code_check(found, tested=tested), *verdict.checks), verdict.volatile)


@dataclass(frozen=True, slots=True)
class Base:
    """The tree that others are held against, and two snapshots: what they differ in changes by itself."""

    subject: Subject
    python: Path
    first: Snapshot
    again: Snapshot


def base_of(subject: Subject, python: Path, terms: Terms, observe: Observer) -> Base:
    """Run a tree in a scratch folder twice."""
    observe("running the project as it is")
    first = take(subject, python, terms.permissions)
    if first.error:
        return Base(subject, python, first, first)
    observe("and once more, to see what changes by itself")
    return Base(subject, python, first, take(subject, python, terms.permissions))


def prove(base: Base, after: Subject, found: Moved, terms: Terms, observe: Observer) -> Verdict:
    """The verdict on a tree in another scratch folder."""
    if base.first.error:
        return compare(base.first, base.again, base.first, found.names)
    observe("running the project as it is to be")
    now = take(after, base.python, terms.permissions)
    verdict = compare(base.first, base.again, now, found.names)
    more: list[Check] = []
    if terms.types and verdict.status != "differs":
        more += compare_types(base.subject.root, after.root, base.python, found.names)
    if terms.tests and verdict.status != "differs":
        observe("running the tests, before and after")
        more += compare_tests(base.subject.root, after.root, base.python, base.subject.groups)
    return Verdict((*verdict.checks, *more), verdict.volatile).without(terms.unproved)


def code_check(found: Moved, *, tested: bool) -> Check:
    """Whether the code of all definitions is what it was: what they do is seen by tests alone."""
    if not found.changed:
        return outcome("code", [])
    names = ", ".join(found.changed[:5]) + (" …" if len(found.changed) > 5 else "")
    why = f"{len(found.changed)} definitions have other code ({names}); only tests can tell: --verify tests"
    return Check("code", "not run", (why,), needed=not tested)


def tree(place: Place, named: str, to: Path) -> Place:
    """A folder or a git revision, in a scratch folder."""
    to.mkdir()
    if Path(named).is_dir():
        return copied(place_of(Path(named).resolve()), to)
    return of_revision(place, named, to)


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever the project has put into it."""
    with tempfile.TemporaryDirectory(prefix="plumb-proof-", ignore_cleanup_errors=True) as folder:
        yield Path(folder).resolve()

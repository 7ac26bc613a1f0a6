"""The revisions of a project, and where its database is among them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.verbs.migrate.refusals import Failed, refusal, refusing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.verbs.migrate.guest import Guest


@dataclass(frozen=True, slots=True)
class Revision:
    """One migration: its name, what it builds on, its title, its file."""

    name: str
    follows: tuple[str, ...]
    title: str
    path: str


@dataclass(frozen=True, slots=True)
class History:
    """All revisions, each after those it builds on."""

    revisions: tuple[Revision, ...]
    heads: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(revision.name for revision in self.revisions)

    def applied(self, current: Iterable[str]) -> set[str]:
        """The revisions that a database has which is at `current`."""
        by_name = {revision.name: revision for revision in self.revisions}
        found: set[str] = set()
        queue = list(current)
        while queue:
            name = queue.pop()
            if name not in found and name in by_name:
                found.add(name)
                queue += by_name[name].follows
        return found


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a database is; `there` says whether it exists."""

    database: str
    kind: str
    heads: tuple[str, ...]
    there: bool = True


def read_history(guest: Guest) -> History:
    """The revisions, without a look at the database."""
    with refusing():
        answer = guest.ask("history")
    revisions = tuple(
        Revision(item["revision"], tuple(item["follows"]), item["title"], item["path"])
        for item in answer["revisions"]
    )
    return History(revisions, tuple(answer["heads"]))


def read_whereabouts(guest: Guest, history: History) -> Whereabouts:
    """Where the database is; refuses a revision that no file has."""
    try:
        answer = guest.ask("current")
    except Failed as failed:
        if failed.kind != "missing":
            raise refusal(failed, history.names) from failed
        answer = guest.ask("target")
        return Whereabouts(answer["database"], answer["kind"], (), there=False)
    unknown = [name for name in answer["heads"] if name not in history.names]
    if unknown:
        raise Refusal(
            f"the database is at `{unknown[0]}`, which no file of this project has; "
            "check out the branch that brought it"
        )
    return Whereabouts(answer["database"], answer["kind"], tuple(answer["heads"]))


def folders(history: History) -> set[Path]:
    """The folders that the revisions are in."""
    return {Path(revision.path).parent for revision in history.revisions}

"""`up`, `down`: a migration at a time, each in a transaction of its own: how far it went is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.verbs.migrate import tree
from plumbrule.verbs.migrate.guest import Guest, guest
from plumbrule.verbs.migrate.history import History, Whereabouts, folders, read_history, read_whereabouts
from plumbrule.verbs.migrate.refusals import Failed, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.verbs.migrate.place import Place


@dataclass(frozen=True, slots=True)
class Walked:
    """The migrations that were taken, each with its seconds, and where the database is now."""

    steps: tuple[tuple[str, str, float], ...]
    at: Whereabouts


def status(place: Place) -> tuple[History, Whereabouts]:
    """Every revision, and where the database is."""
    with guest(place, reading=True) as visitor:
        history = read_history(visitor)
        return history, read_whereabouts(visitor, history)


def walk(
    place: Place, destination: str, *, up: bool, allow_dirty: bool, observe: Callable[[str], None]
) -> Walked:
    """Take the migrations to `destination`; when one fails, say where that leaves the database."""
    with guest(place, reading=not up) as visitor:
        history = read_history(visitor)
        if not allow_dirty:
            tree.refuse_changed(folders(history))
        names = way(visitor, history, destination, up=up)
        titles = {revision.name: revision.title for revision in history.revisions}
        steps = []
        for name in names:
            observe(f"{'up to' if up else 'down from'} {name} {titles[name]}")
            steps.append((name, titles[name], take(visitor, history, name, up=up)))
        return Walked(tuple(steps), read_whereabouts(visitor, history))


def way(visitor: Guest, history: History, destination: str, *, up: bool) -> list[str]:
    """The migrations to take, in order."""
    try:
        return list(visitor.ask("way", destination=destination, up=up)["revisions"])
    except Failed as failed:
        if failed.kind == "alembic":
            read_whereabouts(visitor, history)  # refuses, if it is the database that is somewhere unknown
        raise refusal(failed, history.names) from failed


def take(visitor: Guest, history: History, name: str, *, up: bool) -> float:
    """Take one migration; gives the seconds."""
    try:
        return float(visitor.ask("step", revision=name, up=up)["seconds"])
    except Failed as failed:
        if failed.kind != "step":
            raise refusal(failed, history.names) from failed
        at = ", ".join(read_whereabouts(visitor, history).heads) or "the beginning"
        place = f" at {failed.failure['place']}" if failed.failure["place"] else ""
        raise Refusal(
            f"{name} failed going {'up' if up else 'down'}{place}: {failed.reason}; "
            f"the database is at {at}, as it was before this migration"
        ) from failed

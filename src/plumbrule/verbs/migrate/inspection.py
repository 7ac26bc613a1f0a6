"""`check` and `sql`: the models against the database, and what is pending as a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.verbs.migrate.guest import guest
from plumbrule.verbs.migrate.history import Whereabouts, read_history, read_whereabouts
from plumbrule.verbs.migrate.refusals import TWO_HEADS, refusing

if TYPE_CHECKING:
    from plumbrule.verbs.migrate.place import Place


def check(place: Place) -> tuple[Whereabouts, tuple[str, ...]]:
    """How the models and the database differ; refuses a database that is not at the head."""
    with guest(place, reading=True) as visitor:
        history = read_history(visitor)
        at = read_whereabouts(visitor, history)
        pending = len(history.revisions) - len(history.applied(at.heads))
        if pending or not at.there:
            what = f"{pending} pending" if at.there else "not there yet"
            raise Refusal(f"the database {at.database} is not up to date ({what}); plumb migrate up first")
        with refusing(history.names):
            return at, tuple(visitor.ask("differences")["differences"])


def sql(place: Place, start: str | None, end: str) -> str:
    """The statements from where the database is, or from `start`, to `end`; nothing is run."""
    with guest(place, reading=True) as visitor:
        history = read_history(visitor)
        if start is None:
            heads = read_whereabouts(visitor, history).heads
            if len(heads) > 1:
                raise Refusal(f"the database is at {', '.join(heads)}; name one by --from")
            start = heads[0] if heads else "base"
        if end == "head" and len(history.heads) > 1:
            raise Refusal(TWO_HEADS)
        with refusing(history.names):
            visitor.ask("target")
            return str(visitor.ask("sql", start=start, end=end)["sql"])

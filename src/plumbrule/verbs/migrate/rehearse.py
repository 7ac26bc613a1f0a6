"""`rehearse`: up, down and up again on a scratch database, a migration at a time, with rows in the tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.plan import Refusal, read_text
from plumbrule.verbs.migrate import judging
from plumbrule.verbs.migrate.compare import differences
from plumbrule.verbs.migrate.guest import Guest, guest
from plumbrule.verbs.migrate.history import History, Revision, read_history
from plumbrule.verbs.migrate.refusals import Failed, refusing
from plumbrule.verbs.migrate.rehearsal import Fault, Note, Rehearsed, Step

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.verbs.migrate.place import Place

DELIBERATE = "NotImplementedError"


def rehearse(place: Place, rows: int, since: str | None, observe: Callable[[str], None]) -> Rehearsed:
    """Rehearse every migration, or those after `since`; the real database is not touched."""
    with guest(place, reading=True) as visitor:
        history = read_history(visitor)
        with refusing(history.names):
            chosen = after(visitor, history, since)
            made = visitor.ask("rehearse")
            stage = Stage(visitor, rows)
            stage.divided(history)
            for number, revision in enumerate(history.revisions):
                observe(f"{number + 1} of {len(history.revisions)}: {revision.name} {revision.title}")
                if not (stage.take(revision) if revision in chosen else stage.pass_by(revision)):
                    break
        return stage.rehearsed(made, len(chosen))


def after(visitor: Guest, history: History, since: str | None) -> tuple[Revision, ...]:
    """The revisions that come after one."""
    if since is None:
        return history.revisions
    done = history.applied(visitor.ask("resolve", revision=since)["revisions"])
    return tuple(revision for revision in history.revisions if revision.name not in done)


class Stage:
    """The scratch database and what was seen on it so far."""

    def __init__(self, visitor: Guest, rows: int) -> None:
        self.visitor = visitor
        self.rows = rows
        self.code: dict[str, str] = {}
        self.done: list[str] = []
        self.steps: list[Step] = []
        self.faults: list[Fault] = []
        self.notes: list[Note] = []
        self.refused: dict[str, str] = {}

    def rehearsed(self, made: dict[str, Any], chosen: int) -> Rehearsed:
        """What came of it."""
        notes = [*self.notes, *(Note("", f"no rows in {t}: {r}") for t, r in sorted(self.refused.items()))]
        left = chosen - len(self.steps)
        swept = tuple(made["swept"])
        return Rehearsed(
            made["kind"], self.rows, tuple(self.steps), tuple(self.faults), tuple(notes), swept, left
        )

    def divided(self, history: History) -> None:
        """Two heads are a fault of the whole."""
        if len(history.heads) > 1:
            heads = ", ".join(history.heads)
            message = f"there are {len(history.heads)} heads: {heads}; `upgrade head` stops there"
            self.faults.append(Fault("", "divided-migrations", message, "join them by `alembic merge heads`"))

    def pass_by(self, revision: Revision) -> bool:
        """Take a migration up that is not to be rehearsed."""
        try:
            self.visitor.ask("step", revision=revision.name, up=True)
        except Failed as failed:
            if failed.kind != "step":
                raise
            raise Refusal(f"{revision.name} fails before the rehearsal begins: {failed.reason}") from failed
        self.done.append(revision.name)
        return True

    def take(self, revision: Revision) -> bool:
        """Rehearse one migration; gives whether those after it can be."""
        name = revision.name
        self.code[name] = read_text(Path(revision.path))
        if self.rows:
            self.refused |= self.visitor.ask("fill", count=self.rows)["refused"]
        before, held = self.schema(), self.contents()
        up = self.up(name, filled=bool(self.rows))
        if up is None:
            self.steps.append(Step(name, revision.title))
            return self.retry(name)
        after, holding = self.schema(), self.contents()
        self.faults += judging.renamed(name, held, holding)
        self.faults += judging.emptied(name, held, holding, self.code[name])
        self.faults += judging.locking(name, before, after, up["statements"])
        down, again = self.back(name, before, after, held)
        self.steps.append(Step(name, revision.title, up["seconds"], down, again))
        self.done.append(name)
        return True

    def up(self, name: str, *, filled: bool) -> dict[str, Any] | None:
        """Take it up; None if that fails, which is a fault."""
        try:
            return self.visitor.ask("step", revision=name, up=True)
        except Failed as failed:
            place = self.place_of(failed)
            self.faults.append(judging.failing_up(name, place, failed.reason, filled=filled))
            return None

    def retry(self, name: str) -> bool:
        """Take it up on empty tables, so that those after it can be rehearsed."""
        try:
            self.visitor.ask("restart", revisions=[*self.done, name])
        except Failed as failed:
            self.place_of(failed)
            return False
        self.done.append(name)
        return True

    def back(
        self, name: str, before: dict[str, Any], after: dict[str, Any], held: dict[str, Any]
    ) -> tuple[float | None, float | None]:
        """Down, and up again; gives the seconds, and leaves the database as it is after up."""
        try:
            down = float(self.visitor.ask("step", revision=name, up=False)["seconds"])
        except Failed as failed:
            self.cannot(name, failed)
            if self.schema() != after:
                self.visitor.ask("restart", revisions=[*self.done, name])
            return None, None
        found = differences(before["facts"], self.schema()["facts"])
        gone = judging.lost(held, self.contents())
        if gone:
            self.notes.append(Note(name, f"up and down lose {judging.listed(gone)}"))
        try:
            again, reason = float(self.visitor.ask("step", revision=name, up=True)["seconds"]), ""
        except Failed as failed:
            self.place_of(failed)
            again, reason = None, failed.reason
        if found or reason:
            self.faults.append(judging.not_reversed(name, found, reason))
        self.settle(name, after, found=bool(found or reason))
        return down, again

    def settle(self, name: str, after: dict[str, Any], *, found: bool) -> None:
        """See to it that the database is as it was after the first up."""
        other = differences(after["facts"], self.schema()["facts"])
        if other and not found:
            message = f"up, down and up again gives something else: {judging.listed(other)}"
            self.faults.append(Fault(name, "irreversible-migration", message, judging.TAKE_BACK))
        if other:
            self.visitor.ask("restart", revisions=[*self.done, name])

    def cannot(self, name: str, failed: Failed) -> None:
        """Down raises: on purpose, or because something is wrong."""
        place = self.place_of(failed)
        if failed.failure["type"] == DELIBERATE:
            self.notes.append(Note(name, f"cannot be taken back, and says so: {failed.failure['reason']}"))
        else:
            self.faults.append(judging.failing_down(name, place, failed.reason, self.code[name]))

    def place_of(self, failed: Failed) -> str:
        """Where a migration has raised; any other failure ends the rehearsal."""
        if failed.kind != "step":
            raise failed
        return str(failed.failure["place"])

    def schema(self) -> dict[str, Any]:
        """What the scratch database looks like."""
        return self.visitor.ask("schema")

    def contents(self) -> dict[str, Any]:
        """What its tables hold."""
        tables: dict[str, Any] = self.visitor.ask("contents")["tables"]
        return tables

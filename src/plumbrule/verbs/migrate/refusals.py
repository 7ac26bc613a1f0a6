"""What went wrong in the project's interpreter, as one line that names the thing, the place, the way out."""

from __future__ import annotations

import contextlib
import re
from typing import TYPE_CHECKING, Any

from plumbrule.config import suggestion
from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ABSENT = re.compile(r'database "[^"]*" does not exist|Unknown database')
UNKNOWN = re.compile(r"Can't locate revision identified by '([^']*)'|No such revision.*?'([^']*)'")
Answer = dict[str, Any]
TWO_HEADS = "the migrations have more than one head; join them by alembic merge heads"


class Failed(Exception):  # noqa: N818  a failure of the project is no error of ours
    """What was asked did not succeed; `failure` says of what kind it is, where, and why."""

    def __init__(self, failure: Answer) -> None:
        super().__init__(failure.get("reason", failure["kind"]))
        self.failure = failure

    @property
    def kind(self) -> str:
        """What has failed: import, connection, missing, alembic, step, environment, …"""
        return str(self.failure["kind"])

    @property
    def reason(self) -> str:
        """The last word, with the type of the exception."""
        reason, type_ = str(self.failure.get("reason", "")), str(self.failure.get("type", ""))
        return reason if reason.startswith(type_) else f"{type_}: {reason}"


@contextlib.contextmanager
def refusing(revisions: Iterable[str] = ()) -> Iterator[None]:
    """Turn failures into refusals."""
    try:
        yield
    except Failed as failed:
        raise refusal(failed, revisions) from failed


def refusal(failed: Failed, revisions: Iterable[str] = ()) -> Refusal:
    """The refusal for a failure."""
    if failed.kind == "alembic":
        return by_alembic(str(failed.failure["reason"]), revisions)
    return Refusal(sentence(failed))


def sentence(failed: Failed) -> str:
    """A failure that has nothing to do with revisions, in words."""
    failure, reason = failed.failure, str(failed.failure.get("reason", ""))
    match failed.kind:
        case "import":
            return (
                f"no {failure['module']} in {failure['python']}; "
                "install it there, or name the project's interpreter by --python"
            )
        case "connection":
            return unreached(failed)
        case "missing":
            return "the file of the database is not there yet; plumb migrate up makes it"
        case "strayed":
            return (
                f"the project connects to {reason} past its engine, "
                "so it cannot be rehearsed; nothing was changed there"
            )
        case "unsupported":
            return reason
        case _:
            where = f"{failure.get('place') or 'env.py'}: {failed.reason}"
            absent = failure.get("type") == "ModuleNotFoundError"
            return f"{where}; install it, or name the project's interpreter by --python" if absent else where


def unreached(failed: Failed) -> str:
    """Why there is no connection."""
    failure = failed.failure
    if ABSENT.search(failure["reason"]):
        return f"no database `{failure['name']}` at {failure['at']}; create it, or correct the URL"
    reason = failed.reason.rstrip(".")
    return f"cannot reach the database {failure['at']}: {reason}; start it, or correct the URL"


def by_alembic(reason: str, revisions: Iterable[str]) -> Refusal:
    """What Alembic refuses, with a way out."""
    unknown = UNKNOWN.search(reason)
    if unknown:
        word = unknown.group(1) or unknown.group(2)
        return Refusal(
            f"no revision `{word}`{suggestion(word, revisions) or '; plumb migrate status lists them'}"
        )
    if "not up to date" in reason:
        return Refusal("the database is not up to date; plumb migrate up first")
    if "ultiple head" in reason:
        return Refusal(TWO_HEADS)
    if "batch mode with dialect sqlite requires a live database connection" in reason:
        return Refusal("SQLite alters a table by copying it, which needs its rows: there is no SQL to show")
    return Refusal(reason.rstrip("."))

"""An exception → what kind of failure it is, where in the project, and its last word."""

from __future__ import annotations

import os
import traceback
from typing import Any

from alembic.script.revision import RevisionError
from alembic.util import CommandError

from .connections import Line, Missing, Strayed

Failure = dict[str, Any]


class ConnectionFailure(Exception):
    """The database could not be reached; the cause says why."""

    def __init__(self, line: Line) -> None:
        super().__init__(line.description)
        self.line = line


class StepFailure(Exception):
    """A migration raised; the cause says what."""


class Unsupported(Exception):
    """Something that cannot be done with this project or database; the message says what."""


KINDS: tuple[tuple[type[BaseException], str], ...] = (
    (StepFailure, "step"),
    (Missing, "missing"),
    (Strayed, "strayed"),
    (Unsupported, "unsupported"),
    (CommandError, "alembic"),
    (RevisionError, "alembic"),
)


def failure_of(error: BaseException) -> Failure:
    """The failure that an exception stands for."""
    cause = error.__cause__ if isinstance(error, (ConnectionFailure, StepFailure)) else error
    assert cause is not None
    failure: Failure = {"type": name_of(cause), "reason": reason_of(cause), "place": place_of(cause)}
    if isinstance(error, ConnectionFailure):
        line = error.line
        return {**failure, "kind": "connection", "at": line.description, "name": line.database}
    return {**failure, "kind": next((name for kind, name in KINDS if isinstance(error, kind)), "environment")}


def name_of(error: BaseException) -> str:
    """The name of the database's own exception where there is one, else of the exception."""
    original = driver_error(error)
    return type(original or error).__name__


def reason_of(error: BaseException) -> str:
    """Its first line, without the wrapping that SQLAlchemy and drivers put around it."""
    original = driver_error(error) or error
    if type(original).__name__ == "ValidationError" and callable(getattr(original, "errors", None)):
        return told(original)
    text = str(original).strip() or type(original).__name__
    line = text.splitlines()[0]
    return line.rpartition(">: ")[2] if line.startswith("<class ") else line


def told(error: Any) -> str:
    """What Pydantic has to say of settings: the first value that is wrong, by its path."""
    first, *others = error.errors()
    more = f" (and {len(others)} more)" if others else ""
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}{more}"


def driver_error(error: BaseException) -> BaseException | None:
    """What the driver itself has raised, inside of SQLAlchemy's exception."""
    original: BaseException | None = getattr(error, "orig", None)
    inner = original.__cause__ if original is not None else None
    return inner or original


def place_of(error: BaseException) -> str:
    """The last line of the project's own code that it came through."""
    here = os.path.realpath(os.getcwd())
    frames = [os.path.realpath(frame.filename) for frame in traceback.extract_tb(error.__traceback__)]
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__)]
    if isinstance(error, SyntaxError) and error.filename:
        frames, lines = [*frames, os.path.realpath(error.filename)], [*lines, error.lineno]
    for file, number in reversed(list(zip(frames, lines))):
        path = os.path.relpath(file, here)
        if not path.startswith("..") and "site-packages" not in path and os.path.exists(file):
            return f"{path}:{number}"
    return ""

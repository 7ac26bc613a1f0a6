"""One JSON line asks, one answers; what the project prints goes to stderr and disturbs nothing."""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, Callable, TextIO

if TYPE_CHECKING:
    from .desk import Desk

Answer = dict[str, Any]


def imported() -> type[Desk] | ImportError:
    """What answers, or which package it misses."""
    try:
        from .desk import Desk
    except ImportError as error:
        return error
    return Desk


def serve(found: type[Desk] | ImportError) -> None:
    """Answer until the other side is gone, and leave no scratch database behind."""
    requests, answers = pipes()
    if isinstance(found, ImportError):
        say(answers, {"failure": {"kind": "import", "module": found.name or "", "python": sys.executable}})
        return
    # Not SIGINT: asyncio keeps that for the next turn of its loop, which a migration may never give it.
    signal.signal(signal.SIGTERM, interrupted)
    desk = found()
    try:
        for line in requests:
            request = json.loads(line)
            say(answers, answered(getattr(desk, request.pop("do")), request))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        desk.close()


def interrupted(*_: object) -> None:
    """Leave in order."""
    raise KeyboardInterrupt


def answered(work: Callable[..., Answer], request: Answer) -> Answer:
    """What came of a request: a result, or what went wrong."""
    from .failures import failure_of

    try:
        return {"result": work(**request)}
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # migrations end with SystemExit, and our own stops are no Exception
        traceback.print_exc()
        return {"failure": failure_of(error)}


def pipes() -> tuple[TextIO, TextIO]:
    """Our ends of the conversation, which nobody else can read or write."""
    requests, answers = os.fdopen(os.dup(0), encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return requests, answers


def say(answers: TextIO, answer: Answer) -> None:
    """Write one line."""
    answers.write(json.dumps(answer, default=str) + "\n")
    answers.flush()

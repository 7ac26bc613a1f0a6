"""One JSON line asks, one answers; what the project prints goes to stderr and disturbs nothing."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Any, Callable, TextIO

Answer = dict[str, Any]


def serve() -> None:
    """Answer until the other side is gone, and leave no scratch database behind."""
    requests, answers = pipes()
    try:
        from .desk import Desk
    except ImportError as error:
        say(answers, {"failure": {"kind": "import", "module": error.name or "", "python": sys.executable}})
        return
    desk = Desk()
    try:
        for line in requests:
            request = json.loads(line)
            say(answers, answered(getattr(desk, request.pop("do")), request))
    except (KeyboardInterrupt, BrokenPipeError):
        pass
    finally:
        desk.close()


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

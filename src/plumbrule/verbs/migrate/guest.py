"""A process of the project's interpreter that answers questions about its migrations."""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from plumbrule.plan import Refusal
from plumbrule.verbs.migrate.place import Place
from plumbrule.verbs.migrate.refusals import Answer, Failed, refusing

INSIDE = Path(__file__).with_name("inside")
PATIENCE = 20  # seconds that it has to tidy up


class Guest:
    """The conversation with it."""

    def __init__(self, place: Place, process: subprocess.Popen[str], said: IO[str]) -> None:
        self.place = place
        self.said = said
        self.requests, self.answers = ends(process)

    def ask(self, do: str, **arguments: object) -> Answer:
        """What it answers to a request; raises `Failed` if it could not do it."""
        with contextlib.suppress(BrokenPipeError):  # it may have answered before it ended
            self.requests.write(json.dumps({"do": do, **arguments}) + "\n")
            self.requests.flush()
        line = self.answers.readline()
        if not line:
            raise Refusal(f"{self.place.python} ended without an answer: {self.last_words()}")
        answer: Answer = json.loads(line)
        if "failure" in answer:
            raise Failed(answer["failure"])
        result: Answer = answer["result"]
        return result

    def last_words(self) -> str:
        """The last line of what it and the project have written."""
        self.said.seek(0)
        return (self.said.read().strip().splitlines() or ["nothing"])[-1]


@contextlib.contextmanager
def guest(place: Place, *, reading: bool = False) -> Iterator[Guest]:
    """Start it, let it find the migrations, and end it; nothing of it is left behind."""
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as said:
        process = start(place, said)
        try:
            found = Guest(place, process, said)
            files = {
                "ini": str(place.ini) if place.ini else None,
                "toml": str(place.toml) if place.toml else None,
            }
            with refusing():
                found.ask("open", **files, reading=reading)
                yield found
        except BaseException:
            with contextlib.suppress(OSError):
                process.terminate()
            raise
        finally:
            end(process)


def start(place: Place, said: IO[str]) -> subprocess.Popen[str]:
    """Start it in a session of its own: an interrupt of ours reaches it through us, and in order."""
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    try:
        return subprocess.Popen(
            [place.python, INSIDE],
            cwd=place.root,
            env={**kept, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=said,
            encoding="utf-8",
            start_new_session=True,
        )
    except OSError as error:
        raise Refusal(f"cannot start {place.python}: {error.strerror}") from error


def end(process: subprocess.Popen[str]) -> None:
    """Let it tidy up, and make sure that it ends."""
    requests, answers = ends(process)
    with contextlib.suppress(OSError):
        requests.close()
    try:
        process.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        answers.close()


def ends(process: subprocess.Popen[str]) -> tuple[IO[str], IO[str]]:
    """The pipes to it."""
    if process.stdin is None or process.stdout is None:
        raise ValueError("the process was started without pipes")
    return process.stdin, process.stdout

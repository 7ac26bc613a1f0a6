"""Steps and plans, and how they are shown."""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import assert_never

LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""what git takes for a line: a form feed ends none"""


class Refusal(Exception):  # noqa: N818  a request that is refused is not an error of the program
    """A request that cannot be met: one line that names the thing, the place and the way out."""


@dataclass(frozen=True, slots=True)
class Create:
    """A file that does not exist yet."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Edit:
    """New content for a file that holds `before`."""

    path: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Move:
    """A file that holds `before` and goes to `to`, where it holds `after`."""

    path: str
    to: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Delete:
    """A file that holds `before` and goes away."""

    path: str
    before: str


Operation = Create | Edit | Move | Delete


@dataclass(frozen=True, slots=True)
class Step:
    """One operation, why it is done, and the heading it is shown under."""

    operation: Operation
    reason: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in their order; paths are relative to `root`, with forward slashes."""

    root: Path
    steps: tuple[Step, ...]


def by_group(plan: Plan) -> dict[str, tuple[Step, ...]]:
    """The steps under their headings, both in the order of the plan."""
    groups: dict[str, tuple[Step, ...]] = {}
    for step in plan.steps:
        groups[step.group] = (*groups.get(step.group, ()), step)
    return groups


def diff(step: Step) -> str:
    """What the step does, as a unified diff that `git apply` understands."""
    match step.operation:
        case Create(path, text):
            return f"{_header(path, path)}new file mode 100644\n" + _unified(None, path, "", text)
        case Edit(path, before, after):
            return _header(path, path) + _unified(path, path, before, after)
        case Move(path, to, before, after):
            moved = f"{_header(path, to)}rename from {path}\nrename to {to}\n"
            return moved + _unified(path, to, before, after)
        case Delete(path, before):
            return f"{_header(path, path)}deleted file mode 100644\n" + _unified(path, None, before, "")
        case _:
            assert_never(step.operation)


def _header(old: str, new: str) -> str:
    """The line without which git takes a file for a part of the rename before it."""
    return f"diff --git a/{old} b/{new}\n"


def _unified(old: str | None, new: str | None, before: str, after: str) -> str:
    names = (f"a/{old}" if old else "/dev/null", f"b/{new}" if new else "/dev/null")
    lines = difflib.unified_diff(LINE.findall(before), LINE.findall(after), *names)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )

"""The verdict of a proof, for a person, a program and a pull request."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from typing import TYPE_CHECKING

from plumbrule.report.markdown import cell
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.proof.verdict import Check, Verdict
    from plumbrule.report.view import View

STYLES = {"equal": "good", "differs": "error", "not run": "warning"}
SHOWN = 3
"""volatile values that are named"""


def text(verdict: Verdict, view: View) -> str:
    """A line a check, its details below, and the sum."""
    left = max((len(check.name) for check in verdict.checks), default=0)
    lines = []
    for check in verdict.checks:
        status = view.paint(f"{check.status:<8}", STYLES[check.status])
        lines.append(f"{status} {check.name:<{left}}  {check.compared}".rstrip())
        lines += [f"         {clean(detail)}" for detail in check.details]
    return "\n".join([*lines, "", summary(verdict)]) + "\n"


def summary(verdict: Verdict) -> str:
    """The verdict in one line."""
    counts = {status: [c for c in verdict.checks if c.status == status] for status in STYLES}
    left_out = f" {volatile(verdict)}" if verdict.volatile else ""
    match verdict.status:
        case "equal":
            said = f"Equal in {many(len(counts['equal']), 'check')}"
            skipped = ", ".join(c.name for c in counts["not run"])
            return f"{said}{f'; not run: {skipped}' if skipped else ''}.{left_out}"
        case "differs":
            return f"Differs in {', '.join(c.name for c in counts['differs'])}.{left_out}"
        case "not run":
            names = ", ".join(c.name for c in verdict.obstacles) or "everything"
            return f"Not proved: {names} could not be compared.{left_out}"


def volatile(verdict: Verdict) -> str:
    """The values that were left out."""
    names = ", ".join(verdict.volatile[:SHOWN]) + (" …" if len(verdict.volatile) > SHOWN else "")
    return f"Left out, because two runs of the same code differ: {names}."


def json(verdict: Verdict, view: View) -> str:
    """An object."""
    _ = view
    checks = [asdict(check) for check in verdict.checks]
    told = {"verdict": verdict.status, "checks": checks, "volatile": verdict.volatile}
    return dumps(told, indent=2, ensure_ascii=False) + "\n"


def markdown(verdict: Verdict, view: View) -> str:
    """A heading, and a table of the checks."""
    _ = view
    rows = [row(check) for check in verdict.checks]
    table = "\n".join(["| check | verdict | compared | where or why |", "|---|---|---|---|", *rows])
    return f"## Proof\n\n{summary(verdict)}\n\n{table}\n"


def row(check: Check) -> str:
    """A check in one line of the table."""
    return f"| {check.name} | {check.status} | {check.compared} | {cell('; '.join(check.details))} |"


VERDICT_FORMATS: dict[str, Callable[[Verdict, View], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
}

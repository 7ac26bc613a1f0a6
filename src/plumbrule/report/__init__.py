"""Outcome → text, in every format; pure functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.report.concise import concise
from plumbrule.report.full import full
from plumbrule.report.github import github
from plumbrule.report.gitlab import gitlab
from plumbrule.report.json import json
from plumbrule.report.markdown import markdown
from plumbrule.report.sarif import sarif
from plumbrule.report.view import View

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.config import Format
    from plumbrule.verbs.outcome import Outcome

FORMATS: dict[Format, Callable[[Outcome, View], str]] = {
    "full": full,
    "concise": concise,
    "json": json,
    "sarif": sarif,
    "github": github,
    "gitlab": gitlab,
    "markdown": markdown,
}
FOR_PEOPLE: tuple[Format, ...] = ("full", "concise")

__all__ = ["FORMATS", "FOR_PEOPLE", "View"]

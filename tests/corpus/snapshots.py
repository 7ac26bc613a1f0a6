"""What the rulebook says about each repository of the corpus, as `rule path:line`, so that a change shows.

Errors and warnings at default confidence; no text of anybody's source.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.verbs.outcome import Outcome

FOLDER = Path(__file__).with_name("findings")


def shown(outcome: Outcome) -> list[str]:
    """The findings of an audit that a snapshot keeps."""
    kept = (
        item
        for item in outcome.findings
        if item.severity != "note" and not item.rule.pedantic and item.confidence != "low"
    )
    return [f"{i.rule.name} {i.finding.at.path}:{i.finding.at.line}" for i in kept]


def read(name: str) -> list[str] | None:
    """The snapshot of a repository, None if there is none yet."""
    path = FOLDER / f"{name}.txt"
    return path.read_text().splitlines() if path.is_file() else None


def write(name: str, lines: Iterable[str]) -> None:
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.txt").write_text("".join(f"{line}\n" for line in sorted(lines)))


def changes(old: list[str], new: list[str]) -> list[str]:
    """What is gone and what is new, each line with its sign; a line may stand more than once."""
    gone, more = list(old), []
    for line in new:
        if line in gone:
            gone.remove(line)
        else:
            more.append(line)
    return [*(f"- {line}" for line in sorted(gone)), *(f"+ {line}" for line in sorted(more))]

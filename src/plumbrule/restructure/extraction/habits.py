"""What a project's configuration says of how its code is written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.restructure.extraction.outline import LONGEST
from plumbrule.restructure.tree import folders_above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.tree import Tree

LENGTH = re.compile(rb"^\s*(?:line[-_]length|max-line-length)\s*=\s*(\d+)", re.MULTILINE)
OLD = re.compile(rb"^\s*(?:requires-python|python)\s*=\s*\"[\^>=~ ]*3\.[678]\b", re.MULTILINE)
STRICT = re.compile(
    rb"^\s*(?:strict|disallow_untyped_defs|disallow_incomplete_defs)\s*=\s*true", re.MULTILINE | re.IGNORECASE
)
FILES = ("pyproject.toml", "mypy.ini", "ruff.toml", ".ruff.toml", "setup.cfg", ".flake8")


@dataclass(frozen=True, slots=True)
class Habits:
    """How long a line may be, whether `tuple[int]` is an error, and whether everything must have a type."""

    longest: int = LONGEST
    is_old: bool = False
    is_strict: bool = False


def habits_of(tree: Tree, path: str) -> Habits:
    """The habits that hold for a file."""
    texts = list(_configuration(tree, path))
    lengths = [int(found[1]) for text in texts if (found := LENGTH.search(text))]
    old, strict = (any(pattern.search(text) for text in texts) for pattern in (OLD, STRICT))
    return Habits(lengths[0] if lengths else LONGEST, old, strict)


def _configuration(tree: Tree, path: str) -> Iterator[bytes]:
    """The configuration that holds for a file, the nearest first."""
    for folder in folders_above(path):
        for name in FILES:
            text = tree.files.get(f"{folder}/{name}" if folder else name)
            if text is not None:
                yield text

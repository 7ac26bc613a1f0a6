"""What a project's configuration says of how its code is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.restructure.extraction.outline import LONGEST
from plumbrule.restructure.tree import folders_above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.tree import Tree

LENGTH = re.compile(rb"^\s*(?:line[-_]length|max-line-length)\s*=\s*(\d+)", re.MULTILINE)
OLD = re.compile(rb"^\s*(?:requires-python|python)\s*=\s*\"[\^>=~ ]*3\.[678]\b", re.MULTILINE)
FILES = ("pyproject.toml", "ruff.toml", ".ruff.toml", "setup.cfg", ".flake8")


def longest_line(tree: Tree, path: str) -> int:
    """How long a line may be in a file."""
    for text in _configuration(tree, path):
        if found := LENGTH.search(text):
            return int(found[1])
    return LONGEST


def is_for_old_python(tree: Tree, path: str) -> bool:
    """Whether a file is to run where `tuple[int]` is an error."""
    return any(OLD.search(text) for text in _configuration(tree, path))


def _configuration(tree: Tree, path: str) -> Iterator[bytes]:
    """The configuration that holds for a file, the nearest first."""
    for folder in folders_above(path):
        for name in FILES:
            text = tree.files.get(f"{folder}/{name}" if folder else name)
            if text is not None:
                yield text

"""Whether Python still takes a file: the parser of the facts forgives much that Python does not."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from plumbrule.restructure.moves import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.restructure.tree import Tree


def unparsable(before: Tree, after: Tree, made_of: Mapping[str, str | None]) -> Iterator[Problem]:
    """The written files that Python does not take any more; `made_of` says which file each was, if any.

    A project may be written in a newer Python than this one: where it does not take what was there before,
    the facts alone can tell.
    """
    changed = {new: old for new, old in made_of.items() if after.files[new] != before.files.get(old or "")}
    newer = {old for old in changed.values() if old and fault(old, before.files[old])}
    for path, old in changed.items():
        spans = after.facts(path).broken
        if spans and not (old and before.facts(old).broken):
            yield Problem("syntax", path, spans[0].line, "would not parse any more")
        elif old not in newer and (old or not newer):
            problem = fault(path, after.files[path])
            if problem:
                yield problem


def fault(path: str, text: bytes) -> Problem | None:
    """Why Python does not take a file, and where."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return Problem("syntax", path, error.lineno or 1, f"would not parse any more: {error.msg}")
    except (ValueError, RecursionError):
        return Problem("syntax", path, 1, "would not parse any more")
    return None

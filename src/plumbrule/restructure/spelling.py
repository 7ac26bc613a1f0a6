"""How a file names a module: as it did before, absolutely from the same root, or relatively."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from, is_within, key_of, shared

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.names import Found, Names


def absolute(names: Names, key: str, root: str | None, importer: str) -> str:
    """The absolute name of a module, from `root` if it lies there."""
    if root is not None and is_within(key, root) and key != root:
        return dotted_from(key, root)
    return dotted_from(key, _root_for(names, key, importer))


def relative(names: Names, key: str, importer: str) -> str:
    """`..name` as a file at `importer` says it; the absolute name where dots do not reach."""
    folder = importer.rpartition("/")[0]
    common = shared(key, folder)
    top = _root_depth(names, importer)
    if common <= top:
        return absolute(names, key, None, importer)
    level = len(folder.split("/")) - common + 1
    return "." * level + ".".join(key.split("/")[common:])


def _root_depth(names: Names, importer: str) -> int:
    around = [root for root in names.roots if is_within(importer, root) and root not in names.crossed]
    deepest = max(around, key=len, default="")
    return len(deepest.split("/")) if deepest else 0


def _root_for(names: Names, key: str, importer: str) -> str:
    """The root from which a file would spell a module: the deepest that holds both."""
    usable = [root for root in names.roots if is_within(key, root) and key != root]
    ranked = sorted(usable, key=lambda root: (is_within(importer, root), len(root)))
    if not ranked and names.roots:
        raise Refusal(f"{importer} cannot import {key}: it lies outside {', '.join(sorted(names.roots))}")
    return ranked[-1] if ranked else ""


def absolute_imports(names: Names, path: str) -> Iterator[tuple[n.Alias, Found]]:
    """The names of a file that are imported from modules of the tree without dots, and which they mean."""
    for statement in names.imports(path):
        for alias in statement.names:
            if isinstance(statement, n.Import):
                found = names.find(alias.name, path)
            else:
                found = None if statement.level else names.find(statement.module, path)
            if found is not None:
                yield alias, found


def usable_roots(names: Names) -> dict[str, set[str | None]]:
    """By file: the roots that its own imports start from; of one without any, those by which others know it.

    A file that says all with dots can be run from every root that holds it: None is its only one.
    """
    said = {path: list(absolute_imports(names, path)) for path in names.tree.python}
    known: dict[str, set[str | None]] = {}
    for found in (found for imports in said.values() for _, found in imports):
        known.setdefault(found.key, set()).add(found.root)
    return {
        path: {found.root for _, found in imports}
        or ({None} if _has_dots(names, path) else known.get(key_of(path), set()))
        for path, imports in said.items()
    }


def _has_dots(names: Names, path: str) -> bool:
    return any(isinstance(s, n.ImportFrom) and s.level > 0 for s in names.imports(path))

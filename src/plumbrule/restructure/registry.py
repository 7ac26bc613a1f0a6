"""A module whose tables have all left it: it stays to name them, for mappers and migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.edits import newline
from plumbrule.restructure.leaving import is_empty, staying
from plumbrule.restructure.needs import Need, lines, spelled_like

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site

SIGNS = (b"table=True", b"__tablename__", b"mapped_column(", b"Column(", b"__table__")
PURPOSE = '"""Every table, so that mappers and migrations know them all."""'


def tables(site: Site, path: str) -> dict[str, str]:
    """The tables that leave a module, and where each goes."""
    text = site.tree.files[path]
    return {
        node.name: segment.target
        for segment in site.segments.get(path, ())
        for node in segment.nodes
        if isinstance(node, n.ClassDef) and any(sign in text[node.start : node.end] for sign in SIGNS)
    }


def is_registry(site: Site, path: str) -> bool:
    """Whether a module that all has left stays, to name the tables that were in it."""
    return bool(tables(site, path)) and is_empty(site, path)


def registry(site: Site, path: str, kept: str) -> str:
    """The text of such a module: the imports that others read there, and the tables."""
    home, end = site.whole.path(path), newline(site.tree.files[path])
    found = tables(site, path)
    needs = [Need(3, spelled_like(site, path, target, home), name, name) for name, target in found.items()]
    imports = lines(needs)
    exported = ", ".join(f'"{name}"' for name in sorted({*found, *_others(site, path)}))
    all_ = [f"__all__ = [{exported}]"]
    if len(all_[0]) > 88:
        all_ = ["__all__ = [", *(f'    "{name}",' for name in sorted({*found, *_others(site, path)})), "]"]
    lead = [PURPOSE, ""] if not any(isinstance(s, n.ExprStatement) for s in staying(site, path)) else []
    above = [kept.strip().replace("\r\n", "\n"), ""] if kept.strip() else []
    return end.join("\n".join([*lead, *above, *imports, "", *all_, ""]).split("\n"))


def _others(site: Site, path: str) -> set[str]:
    """The imported names that a module keeps because others read them there."""
    gone = site.pruned.get(path, set())
    kept = (s for s in staying(site, path) if isinstance(s, n.ImportFrom) and s.module != "__future__")
    return {alias.asname or alias.name for s in kept for alias in s.names if alias not in gone} - {"*"}

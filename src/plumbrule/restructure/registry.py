"""Tables that leave the module they were all in: whoever loaded them all by importing it still does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.cycles import reachable
from plumbrule.restructure.edits import newline
from plumbrule.restructure.leaving import insert_imports, is_empty, staying
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.names import key_of
from plumbrule.restructure.needs import Need, lines, spelled_like

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site
    from plumbrule.restructure.tree import Tree

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


def load_tables(site: Site, after: Tree) -> bool:
    """Add the imports by which all that loaded every table of a module still does; tells whether any."""
    added = False
    old, new = Meanings(site.tree), Meanings(after)
    before, now = old.edges(site.tree.python), new.edges(after.python)
    for path in site.segments:
        targets = {dotted(key) for key in tables(site, path).values()}
        if not targets:
            continue
        module = dotted(key_of(path))
        for entry in _entries(site, before):
            reached = reachable(entry, before)
            if module in reached and not targets <= reachable(_renamed(site, entry), now):
                added |= _add(
                    site, path, [name for name in sorted(reached) if module in before.get(name, ())], targets
                )
    return added


def _entries(site: Site, edges: dict[str, set[str]]) -> list[str]:
    """The modules that nothing imports: applications, scripts, migrations; tests start from one of them."""
    imported = set().union(*edges.values()) if edges else set()
    own = {dotted(key): path for key, path in site.names.modules.items()}
    return [name for name in edges if name not in imported and not _is_test(own.get(name, ""))]


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py") or "/tests/" in f"/{path}"


def _renamed(site: Site, name: str) -> str:
    return dotted(site.whole.key(name.replace(".", "/")))


def _add(site: Site, path: str, importers: list[str], targets: set[str]) -> bool:
    """Let the modules that imported the old one import the registry, or all that has become of it."""
    added = False
    for importer in importers:
        file = site.names.path(importer.replace(".", "/"))
        if file is None or file in site.segments or dotted(key_of(site.whole.path(file))) in targets:
            continue
        home = site.whole.path(file)
        keys = (
            [key_of(path)]
            if is_registry(site, path)
            else [name.replace(".", "/") for name in sorted(targets)]
        )
        for key in keys:
            folder, _, leaf = site.whole.key(key).rpartition("/")
            taken = len(keys) > 1 or site.scopes(file).is_bound(leaf)
            local = f" as {folder.rpartition('/')[2]}_{leaf}" if taken else ""
            line = f"from {spelled_like(site, file, folder, home)} import {leaf}{local}  # noqa: F401"
            if line.encode() not in site.edits.apply(file):
                insert_imports(site, file, [line])
                added = True
    return added

"""What an import loads on its way: tables, handlers, listeners. Whoever loaded them still does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.cycles import reachable
from plumbrule.restructure.discovery import is_test_file
from plumbrule.restructure.leaving import insert_imports
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.names import is_init, key_of
from plumbrule.restructure.needs import spelled_like
from plumbrule.restructure.registry import SIGNS, tables
from plumbrule.restructure.startup import failures

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site
    from plumbrule.restructure.tree import Tree

Edges = dict[str, set[str]]


@dataclass(slots=True)
class Loading:
    """Who loads whom, before and after, by full names; `origins` says what a new module was part of."""

    site: Site
    after: Meanings
    before_edges: Edges
    after_edges: Edges
    origins: dict[str, set[str]]


def keep_loaded(site: Site, after: Tree) -> bool:
    """Add the imports by which all that was loaded for its effects still is; tells whether there are any."""
    if not site.segments and not _leaves_a_face(site):
        return False
    new = after.once(Meanings)
    before = site.tree.once(Meanings).edges(site.tree.python, faces=True)
    loading = Loading(site, new, before, new.edges(after.python, faces=True), _origins(site))
    mended = [_mend(loading, entry) for entry in entries(site, before)]
    return any(mended)


def check_startup(site: Site, after: Tree) -> None:
    """Refuse what lets an entry ask for a name before it is there; list modules that cannot come first."""
    if not site.segments and not _leaves_a_face(site):
        return
    edges = site.tree.once(Meanings).edges(site.tree.python, faces=True)
    starts = [path for name in entries(site, edges) if (path := site.names.path(name.replace(".", "/")))]
    tests = sorted(
        (p for p in site.tree.python if is_test(site.tree, p)),
        key=lambda p: (not p.endswith("conftest.py"), p),
    )
    processes = [*([path] for path in starts), tests]
    before = failures(site.tree, processes)
    now = failures(after, [[site.whole.path(path) for path in paths] for paths in processes])
    for was, failed in zip(before, now, strict=True):
        if failed and not was:
            raise Refusal(f"{failed}, would not be there yet; move what they share as well, or leave it")
    for old, path in site.whole.files.items():
        failed = failures(after, [[path]])[0] if path.endswith(".py") else None
        if failed and not failures(site.tree, [[old]])[0]:
            site.mention(old, 0, path, f"can no longer be the first import of a process: {failed}")


def _new_name(site: Site, name: str) -> str:
    return dotted(site.whole.key(name.replace(".", "/")))


def _leaves_a_face(site: Site) -> bool:
    """Whether a module goes out of a package whose `__init__.py` does something."""
    for old, new in site.whole.files.items():
        folder = old.rpartition("/")[0]
        while folder and not new.startswith(folder + "/"):
            if site.tree.files.get(f"{folder}/__init__.py", b"").strip():
                return True
            folder = folder.rpartition("/")[0]
    return False


def _origins(site: Site) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for path in site.tree.python:
        old = key_of(path)
        found.setdefault(dotted(site.whole.key(old)), set()).add(dotted(old))
    for path in site.segments:
        for target in tables(site, path).values():
            found.setdefault(dotted(target), set()).add(dotted(key_of(path)))
    return found


def entries(site: Site, edges: Edges) -> list[str]:
    """The modules that nothing but tests imports: applications, scripts, migrations."""
    own = {dotted(key): path for key, path in site.names.modules.items()}
    tests = {name for name in edges if name in own and is_test(site.tree, own[name])}
    imported = {target for name, targets in edges.items() if name not in tests for target in targets}
    return [name for name in sorted(edges) if name not in imported and name not in tests]


def is_test(tree: Tree, path: str) -> bool:
    """Whether a file is one of tests."""
    inside = "/tests/" in f"/{path}" or path.rpartition("/")[2].startswith("conftest")
    return inside or is_test_file(tree, path)


def _mend(loading: Loading, entry: str) -> bool:
    """Let what one entry loads be loaded again, by the modules that loaded it."""
    reached = reachable(entry, loading.before_edges)
    has = reachable(_new(loading, entry), loading.after_edges)
    lost = {new for new, olds in loading.origins.items() if olds & reached and new not in has}
    lost &= loading.after_edges.keys()
    reaches = {new: reachable(new, loading.after_edges) for new in lost}
    roots = {new for new in lost if any(_matters(loading, name) for name in reaches[new] - has)}
    inner = {target for new in roots for target in loading.after_edges[new] if target != new}
    added = False
    for root in sorted(roots - inner or roots):
        origins = loading.origins[root]
        importers = [name for name in sorted(reached) if loading.before_edges.get(name, set()) & origins]
        for importer in [name for name in importers if _new(loading, name) not in reaches[root]] or [entry]:
            added |= _import(loading.site, importer, root)
    return added


def _new(loading: Loading, name: str) -> str:
    return _new_name(loading.site, name)


def _matters(loading: Loading, name: str) -> bool:
    """Whether importing a module does more than to define things."""
    path = loading.after.names.path(name.replace(".", "/"))
    if path is None:
        return False
    text = loading.after.tree.files[path]
    if any(sign in text for sign in SIGNS):
        return True
    for statement in loading.after.tree.facts(path).body:
        if isinstance(statement, n.ExprStatement) and isinstance(statement.value, n.Call | n.Await):
            return True
        for decorator in getattr(statement, "decorators", ()):
            func = decorator.func if isinstance(decorator, n.Call) else decorator
            if isinstance(func, n.Attribute) and isinstance(statement, n.FunctionDef):
                return True
    return False


def _import(site: Site, importer: str, name: str) -> bool:
    """Add the import of a module for what it does."""
    file = site.names.path(importer.replace(".", "/"))
    if file is None or (is_init(file) and not site.tree.files[file].strip()):
        return False
    folder, _, leaf = name.replace(".", "/").rpartition("/")
    spelled = spelled_like(site, file, folder, site.whole.path(file))
    made = [edit.text for edit in site.edits.by_path.get(file, ())]
    if any(f"from {spelled} import {leaf}".encode() in text for text in made):
        return False
    taken = site.scopes(file).is_bound(leaf) or any(f" import {leaf}  #".encode() in text for text in made)
    named = f"{leaf} as {folder.rpartition('/')[2]}_{leaf}" if taken else leaf
    insert_imports(site, file, [f"from {spelled} import {named}  # noqa: F401"])
    return True

"""Code that imports whatever it finds in a folder: what moves out of it would be missed without a word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.file import only_serves
from plumbrule.plan import Refusal
from plumbrule.restructure.addresses import Address, address
from plumbrule.restructure.cycles import reachable
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.names import is_within, key_of
from plumbrule.restructure.places import folded
from plumbrule.restructure.scopes import all_nodes, chain
from plumbrule.restructure.tree import folders_above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site
    from plumbrule.restructure.tree import Tree

WALKS = re.compile(rb"walk_packages|iter_modules|r?glob\(|listdir|scandir|iterdir|find_modules")
WALKERS = {"walk_packages", "iter_modules", "find_modules"}
LISTERS = {"glob", "rglob", "listdir", "scandir", "iterdir"}


def check_discovery(site: Site) -> None:
    """Refuse to take a module out of a folder that is searched, unless the package itself imports it."""
    leaving = {key: new for key, new in site.whole.modules.items() if site.names.path(key)}
    for key, new in leaving.items():
        _check_place(site, key, new)
    edges: dict[str, set[str]] | None = None
    for path in site.tree.mentioning(WALKS) if leaving else ():
        for call, folder in _searched(site, path):
            _check_arrivals(site, path, call, folder)
            lost = [k for k, new in leaving.items() if is_within(k, folder) and not is_within(new, folder)]
            if not lost or site.whole.key(folder) != folder:
                continue
            edges = edges or site.tree.once(Meanings).edges(site.tree.python)
            missed = set(map(dotted, lost)) - reachable(dotted(folder), edges)
            if missed:
                name = min(missed)
                where = f"{call.span} imports what it finds in {folder}"
                raise Refusal(f"{where}: {name} would be missed; import it there")


def _check_arrivals(site: Site, path: str, call: n.Call, folder: str) -> None:
    """Refuse to bring a module to where it would be taken for one of those that are searched for."""
    home = site.whole.key(folder)
    come = [
        key
        for key, new in site.whole.modules.items()
        if site.names.path(key) and is_within(new, home) and not is_within(key, folder)
    ]
    if come and _asks_more(site, path):
        where = f"{call.span} imports what it finds in {folder}"
        raise Refusal(f"{where}: {dotted(min(come))} would be found there; give it another target")


def _asks_more(site: Site, path: str) -> bool:
    """Whether a file does more with the modules that it finds than to import them."""
    return any(
        isinstance(node, n.Call)
        and node.func.text.rpartition(".")[2] in {"import_module", "__import__"}
        and isinstance(node.parent, n.Attribute | n.Call | n.Return)
        for node in all_nodes(site.tree.facts(path))
    )


def _check_place(site: Site, key: str, new: str) -> None:
    """Refuse to move what a tool finds by its place: fixtures of pytest, revisions of Alembic."""
    folder, _, leaf = key.rpartition("/")
    path = site.names.path(key)
    is_one = path is not None and is_test_file(site.tree, path)
    if is_one and not is_named_like_a_test(new):
        raise Refusal(f"{path} holds tests, and pytest would not find them in {new}.py; call it test_…")
    if new.rpartition("/")[0] == folder and leaf != "conftest":
        return
    if leaf == "conftest":
        raise Refusal(f"{path} serves the tests of its folder; move its fixtures by hand")
    if is_one:
        _check_fixtures(site, key, new)
    if leaf == "env" and (
        f"{folder}/script.py.mako" in site.tree.paths or f"{folder}/versions" in site.tree.folders
    ):
        raise Refusal(f"{path} is what Alembic starts by its place; leave it there")
    if folder.endswith("versions") and f"{folder.rpartition('/')[0]}/env.py" in site.tree.files:
        raise Refusal(f"{path} is a migration, which Alembic finds by its place; leave it there")


def is_test_file(tree: Tree, path: str) -> bool:
    """Whether pytest finds tests in a file; a `test_cases.py` may serve the cases of others."""
    return is_named_like_a_test(path.removesuffix(".py")) and not only_serves(tree.files[path])


def is_named_like_a_test(key: str) -> bool:
    """Whether pytest looks into a file, by its name."""
    name = key.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test")


def _check_fixtures(site: Site, key: str, new: str) -> None:
    """Refuse to take tests out of the reach of fixtures, or into that of others."""
    path = site.names.path(key)
    before, after = (
        {f"{folder}/conftest.py".lstrip("/") for folder in folders_above(place)} & site.tree.files.keys()
        for place in (f"{key}.py", f"{new}.py")
    )
    if lost := sorted({site.whole.path(file) for file in before} - after):
        raise Refusal(f"{path} would lose the fixtures of {lost[0]}; move them together")
    if won := sorted(after - {site.whole.path(file) for file in before}):
        raise Refusal(f"{path} would get the fixtures of {won[0]}; give it another target")


def _searched(site: Site, path: str) -> Iterator[tuple[n.Call, str]]:
    """The calls of a file that list a folder of modules, each with the folder."""
    nodes = list(all_nodes(site.tree.facts(path)))
    named = {f.key for node in nodes if (f := _named(site, path, node)) and site.names.is_package(f.key)}
    for node in nodes:
        if not isinstance(node, n.Call):
            continue
        called = node.func.attr if isinstance(node.func, n.Attribute) else getattr(node.func, "id", "")
        if called in WALKERS:
            own = (
                {key_of(path).rpartition("/")[0]}
                if b"__path__" in site.tree.files[path] and not named
                else set()
            )
            yield from ((node, key) for key in {*named, *own, *_read_paths(site, path, node)})
        elif (
            called in LISTERS and (folder := _folder(node, path)) is not None and folder in site.names.folders
        ):
            yield node, folder


def _named(site: Site, path: str, node: n.Node) -> Address | None:
    if isinstance(node, n.Constant) and isinstance(node.value, str) and "." in node.value:
        return address(site, node.value, path)
    return None


def _read_paths(site: Site, path: str, call: n.Call) -> Iterator[str]:
    """The package whose `__path__` is handed over."""
    for name in (x for x in call.walk() if isinstance(x, n.Name)):
        found = chain(name)
        if not found.attributes or found.attributes[-1].attr != "__path__":
            continue
        bound = site.scopes(path).binding(name, name.id)
        for alias in bound[1] if bound else ():
            statement = alias.parent
            if isinstance(alias, n.Alias) and isinstance(statement, n.ImportFrom):
                origin = site.names.origin(path, statement)
                inner = site.names.member(origin.key, alias.name) if origin else None
                yield from [inner] if inner else []
            elif isinstance(alias, n.Alias) and (module := site.names.find(alias.name, path)):
                yield module.key


def _folder(call: n.Call, path: str) -> str | None:
    if isinstance(call.func, n.Attribute) and call.func.attr in {"glob", "rglob", "iterdir"}:
        return folded(call.func.value, path)
    return folded(call.args[0], path) if call.args else None

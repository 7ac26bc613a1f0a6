"""Import statements: every local name stays what it was, wherever it comes from now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.chains import rebind, respell
from plumbrule.restructure.names import key_of
from plumbrule.restructure.spelling import absolute, relative
from plumbrule.restructure.statements import (
    Want,
    add_statement,
    drop_statement,
    module_span,
    rewrite_from,
)

if TYPE_CHECKING:
    from plumbrule.restructure.names import Found
    from plumbrule.restructure.site import Site


def rewrite_imports(site: Site, path: str) -> None:
    """Edit the import statements of one file, and what it reads through modules that they bind."""
    for statement in site.names.imports(path):
        if isinstance(statement, n.Import):
            _rewrite_plain(site, path, statement)
        elif found := site.names.origin(path, statement):
            _rewrite_from(site, path, statement, found)
        else:
            _rewrite_unknown(site, path, statement)


def _rewrite_from(site: Site, path: str, statement: n.ImportFrom, found: Found) -> None:
    home = site.home(path, statement.start)
    wants: list[Want] = []
    for alias in statement.names:
        inner = site.names.member(found.key, alias.name)
        if alias.name == "*":
            _keep_offered(site, statement, alias, found)
        if inner is None:
            wants.append(want_name(site, home, alias, found))
        else:
            wants.append(_want_module(site, home, alias, inner, found))
    gone = site.pruned.get(path, set())
    rewrite_from(
        site.edits, statement, [Want(w.alias, None, w.name) if w.alias in gone else w for w in wants]
    )


def _keep_offered(site: Site, statement: n.ImportFrom, star: n.Alias, found: Found) -> None:
    """Import what a star has brought and what has left the module that offered it."""
    leaving = site.whole.leaving(found.key)
    if "__all__" in site.names.bindings(found.key) or found.key in site.needed:
        return
    for name, target in leaving.items():
        home = site.home(statement.source.path, statement.start)
        if not name.startswith("_") and target != key_of(home):
            spelled = spell(site, star, found, target, home)
            add_statement(site.edits, statement, f"from {spelled} import {name}")


def want_name(site: Site, home: str, alias: n.Alias, found: Found) -> Want:
    """A name that a module defines, from wherever that is now, as the file at `home` imports it."""
    new = site.whole.home(found.key, alias.name)
    if (found.key, alias.name) in site.whole.definitions and new == key_of(home):
        if alias.asname not in {None, alias.name}:
            raise Refusal(
                f"{alias.span}: `{alias.name}` is called `{alias.asname}` where it goes; rename it first"
            )
        return Want(alias, None, alias.name)
    return Want(alias, spell(site, alias, found, new, home), alias.name)


def _want_module(site: Site, home: str, alias: n.Alias, inner: str, found: Found) -> Want:
    """A module, from wherever it is now, or the one that is read through it."""
    rebinding = rebind(site, alias.source.path, alias, inner)
    site.rebindings[alias] = rebinding
    local, new = alias.asname or alias.name, site.whole.key(inner)
    for other, name in rebinding.modules.items():
        if name == local:
            new = other
        elif alias.parent is not None and isinstance(alias.parent, n.ImportFrom):
            want = want_module(site, home, alias, found, (other, name))
            add_statement(site.edits, alias.parent, f"from {want.module} import {want.text}")
    if not rebinding.kept and new not in rebinding.modules:
        return Want(alias, None, alias.name)
    if new == inner:
        return Want(alias, spell(site, alias, found, found.key, home), alias.name)
    return want_module(site, home, alias, found, (new, local))


def want_module(site: Site, home: str, alias: n.Alias, found: Found, bound: tuple[str, str]) -> Want:
    """A module, bound to a local name, as the file at `home` imports it."""
    key, local = bound
    folder, _, leaf = key.rpartition("/")
    if not folder or folder == found.root:
        raise Refusal(f"{alias.span}: {leaf} would be outside any package; import it by `import`")
    return Want(alias, spell(site, alias, found, folder, home), leaf, local)


def spell(site: Site, alias: n.Alias, found: Found, key: str, home: str) -> str:
    """The name of a module in the style of a statement, word for word the old one where that still holds."""
    statement = alias.parent
    if not isinstance(statement, n.ImportFrom):
        return absolute(site.names, key, found.root, home)
    start, end = module_span(statement)
    written = statement.source.text[start:end].decode("utf-8", "replace")
    moved = home.rpartition("/")[0] != statement.source.path.rpartition("/")[0]
    if key == found.key and not (moved and statement.level):
        return written
    if statement.level:
        return relative(site.names, key, home)
    return absolute(site.names, key, found.root, home)


def _rewrite_unknown(site: Site, path: str, statement: n.ImportFrom) -> None:
    """An import from a package, or of a file that a build may make, which stays where it is."""
    home = site.home(path, statement.start)
    gone = [alias for alias in statement.names if alias in site.pruned.get(path, ())]
    if gone:
        start, end = module_span(statement)
        written = statement.source.text[start:end].decode("utf-8", "replace")
        wants = [Want(a, None if a in gone else written, a.name) for a in statement.names]
        rewrite_from(site.edits, statement, wants)
        return
    if not statement.level or home.rpartition("/")[0] == path.rpartition("/")[0]:
        return
    folders = path.split("/")[: -statement.level]
    key = "/".join([*folders, *statement.module.split(".")]) if statement.module else "/".join(folders)
    start, end = module_span(statement)
    site.edits.replace(path, start, end, relative(site.names, key, home), "import")


def _rewrite_plain(site: Site, path: str, statement: n.Import) -> None:
    for alias in statement.names:
        found = site.names.find(alias.name, path)
        if alias in site.pruned.get(path, ()):
            _drop_alias(site, statement, alias)
            continue
        if found is None or found.root is None:
            continue
        if alias.asname or "." not in alias.name:
            _rewrite_bound(site, path, statement, alias, found)
        else:
            _rewrite_dotted(site, path, statement, alias, found)


def _rewrite_bound(site: Site, path: str, statement: n.Import, alias: n.Alias, found: Found) -> None:
    """`import a.b as c` or `import a`: the name that it binds is a module."""
    home = site.home(path, statement.start)
    local = alias.asname or alias.name
    rebinding = site.rebindings[alias] = rebind(site, path, alias, found.key)
    new = next((m for m, name in rebinding.modules.items() if name == local), site.whole.key(found.key))
    for module, name in rebinding.modules.items():
        if name != local:
            add_statement(
                site.edits, statement, f"import {absolute(site.names, module, found.root, home)} as {name}"
            )
    if not rebinding.kept and new not in rebinding.modules:
        _drop_alias(site, statement, alias)
    elif new != found.key:
        spelled = absolute(site.names, new, found.root, home)
        text = spelled if spelled == local and not alias.asname else f"{spelled} as {local}"
        site.edits.replace(path, alias.start, alias.end, text, "import")


def _drop_alias(site: Site, statement: n.Import, alias: n.Alias) -> None:
    if len(statement.names) > 1:
        raise Refusal(f"{alias.span}: import {alias.name} in a line of its own, so that it can be rewritten")
    drop_statement(site.edits, statement)


def _rewrite_dotted(site: Site, path: str, statement: n.Import, alias: n.Alias, found: Found) -> None:
    """`import a.b.c`: what it binds is `a`, and what is read is `a.b.c.name`."""
    root = found.root or ""
    home = site.home(path, statement.start)
    modules = respell(site, path, alias, found.key, root) - _imported_beside(site, path, alias)
    if not modules:
        if site.whole.modules or site.whole.leaving(found.key):
            _drop_alias(site, statement, alias)
        return
    first, *others = sorted(modules, key=lambda key: (key != site.whole.key(found.key), key))
    site.edits.replace(path, alias.start, alias.end, absolute(site.names, first, root, home), "import")
    written = {a.name for a in statement.names}
    for other in others:
        spelled = absolute(site.names, other, root, home)
        if spelled not in written:
            add_statement(site.edits, statement, f"import {spelled}")


def _imported_beside(site: Site, path: str, alias: n.Alias) -> set[str]:
    """The modules that the other `import a.b.c` of a file will bring."""
    plain = (s for s in site.names.imports(path) if isinstance(s, n.Import))
    others = (a for s in plain for a in s.names if a is not alias and not a.asname and "." in a.name)
    found = (site.names.find(a.name, path) for a in others)
    return {site.whole.key(f.key) for f in found if f}

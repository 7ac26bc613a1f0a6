"""What definitions need where they go: the imports that they had, and each other."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.imports import want_module, want_name
from plumbrule.restructure.names import Found, is_within, key_of
from plumbrule.restructure.quoted import quoted_names
from plumbrule.restructure.spelling import absolute, absolute_imports, relative

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.restructure.site import Segment, Site


@dataclass(frozen=True, slots=True, order=True)
class Need:
    """One import: `name` of `module` (of nothing for `import name`), bound to `local`.

    `rank` is 0 for the future, 1 for Python's own, 2 for packages and 3 for the project; `typing` tells that
    only type checkers need it, and `raw` is a whole statement to be copied.
    """

    rank: int
    module: str
    name: str
    local: str
    typing: bool = False
    raw: str = ""

    @property
    def text(self) -> str:
        """How it is written behind `import`."""
        return self.name if self.name == self.local else f"{self.name} as {self.local}"


@dataclass(slots=True)
class Used:
    """Where a name of the module's own level is used by what leaves."""

    names: list[n.Name]
    quoted: bool = False


def needs_of(site: Site, key: str, segments: Iterable[Segment], home: str) -> list[Need]:
    """The imports that segments of a module need in the file at `home`."""
    path = site.names.path(key) or ""
    found: dict[Need, None] = {}
    for name, used in used_by(site, path, segments).items():
        for need in _needs(site, key, name, used, home):
            found[need] = None
    typed = {(need.module, need.name, need.local) for need in found if not need.typing}
    return [n for n in found if not n.typing or (n.module, n.name, n.local) not in typed]


def need_of(site: Site, style: str, what: tuple[str, str], home: str) -> Iterator[Need]:
    """The import by which the file at `home` gets what a name means in another, as a third would write it."""
    path, name = what
    bound = site.scopes(path).locals(None).get(name, [])
    for node in bound:
        if isinstance(node, n.Alias):
            yield from _from_alias(site, node, Used([]), home, typing=False)
        elif key_of(path) != key_of(home):
            yield Need(3, spelled_like(site, style, key_of(path), home), name, name)


def used_by(site: Site, path: str, segments: Iterable[Segment]) -> dict[str, Used]:
    """The names of a module's own level that segments use."""
    scopes = site.scopes(path)
    module = scopes.locals(None)
    found: dict[str, Used] = {}
    for node in (node for s in segments for statement in s.nodes for node in statement.walk()):
        if isinstance(node, n.Name) and (path, node.start) not in site.rerouted:
            bound = scopes.binding(node, node.id) if node.id in module else None
            if bound and bound[0] is None:
                found.setdefault(node.id, Used([])).names.append(node)
        elif isinstance(node, n.Constant) and isinstance(node.value, str):
            for name in quoted_names(node):
                if name in module:
                    found.setdefault(name, Used([])).quoted = True
    return found


def _needs(site: Site, key: str, name: str, used: Used, home: str) -> Iterator[Need]:
    path = site.names.path(key) or ""
    bound = site.scopes(path).locals(None)[name]
    typing = not used.names
    if all(isinstance(node, n.Alias) for node in bound):
        for alias in bound:
            if isinstance(alias, n.Alias):
                yield from _from_alias(site, alias, used, home, typing=typing)
        return
    new = site.whole.home(key, name)
    if any(name in copy.names for _, copy in site.copies.get(key_of(home), ())):
        return
    if new != key_of(home):
        yield Need(3, spelled_like(site, path, new, home), name, name, typing)


def spelled_like(site: Site, path: str, key: str, home: str) -> str:
    """The name of a module of the new tree for the file at `home`, in the style of the file at `path`."""
    froms = [s for s in site.names.imports(path) if isinstance(s, n.ImportFrom)]
    relative_ones = sum(bool(s.level) for s in froms)
    own = sum(not s.level and site.names.origin(path, s) is not None for s in froms)
    if relative_ones > own:
        return relative(site.names, key, home)
    return absolute(site.names, key, _usual_root(site, path, key), home)


def _usual_root(site: Site, path: str, key: str) -> str | None:
    """The root from which a file names most modules, if one lies in it."""
    roots = Counter(found.root for _, found in absolute_imports(site.names, path))
    return next((root for root, _ in roots.most_common() if root is not None and is_within(key, root)), None)


def _from_alias(site: Site, alias: n.Alias, used: Used, home: str, *, typing: bool) -> Iterator[Need]:
    statement, local = alias.parent, alias.asname or alias.name
    under = _condition(statement)
    if under is not None and not _is_typing(under):
        yield _copied(site, under, home)
        return
    typing = typing or under is not None
    if isinstance(statement, n.ImportFrom):
        yield from _from_import(site, alias, used, home, typing=typing)
        return
    path = alias.source.path
    found = site.names.find(alias.name, path)
    if found is None or found.root is None:
        yield Need(_rank(alias.name), "", alias.name, local, typing)
        return
    rebinding = site.rebindings.get(alias)
    keys = {rebinding.uses.get(use) if rebinding else None for use in used.names} or {None}
    for key in keys:
        new = key or site.whole.key(found.key)
        name = rebinding.modules.get(new, local) if rebinding else local
        spelled = absolute(site.names, new, found.root, home)
        plain = not alias.asname and "." in alias.name
        yield Need(3, "", spelled, spelled if plain else name, typing)


def _from_import(site: Site, alias: n.Alias, used: Used, home: str, *, typing: bool) -> Iterator[Need]:
    path, local, statement = alias.source.path, alias.asname or alias.name, alias.parent
    if not isinstance(statement, n.ImportFrom):
        return
    found = site.names.origin(path, statement)
    if found is None:
        yield Need(_rank(statement.module), _unknown(site, statement, home), alias.name, local, typing)
        return
    inner = site.names.member(found.key, alias.name)
    if inner is None and site.whole.home(found.key, alias.name) == key_of(home) and alias.name == local:
        return
    if inner is None:
        want = want_name(site, home, alias, found)
        if want.module is not None:
            yield Need(3, want.module, want.name, local, typing)
        return
    yield from _from_module(site, alias, used, home, (found, inner, typing))


def _from_module(
    site: Site, alias: n.Alias, used: Used, home: str, what: tuple[Found, str, bool]
) -> Iterator[Need]:
    found, inner, typing = what
    rebinding = site.rebindings.get(alias)
    keys = {rebinding.uses.get(use) if rebinding else None for use in used.names} or {None}
    for key in keys:
        local = rebinding.modules[key] if rebinding and key else alias.asname or alias.name
        want = want_module(site, home, alias, found, (key or site.whole.key(inner), local))
        yield Need(3, want.module or "", want.name, local, typing)


def _unknown(site: Site, statement: n.ImportFrom, home: str) -> str:
    path = statement.source.path
    if not statement.level:
        return statement.module
    folders = path.split("/")[: -statement.level]
    return relative(site.names, "/".join([*folders, *statement.module.split(".")]), home)


def _condition(statement: n.Node | None) -> n.Statement | None:
    """The outermost statement around an import, if it does not stand alone."""
    top: n.Node | None = None
    for parent in statement.parents if statement else ():
        top = parent
    return top if isinstance(top, n.Statement) else None


def _is_typing(statement: n.Statement) -> bool:
    return isinstance(statement, n.If) and "TYPE_CHECKING" in statement.test.text and not statement.orelse


PLAIN = (n.Import, n.ImportFrom, n.Alias, n.Expr, n.Assign, n.Try, n.If, n.Handler, n.Simple)


def _copied(site: Site, statement: n.Statement, home: str) -> Need:
    path = statement.source.path
    text = site.edits.apply(path, statement.start, statement.end).decode()
    for inner in statement.walk():
        relative_one = isinstance(inner, n.ImportFrom) and inner.level
        if relative_one or not isinstance(
            inner, n.Import | n.ImportFrom | n.Alias | n.Expr | n.Assign | n.Try | n.If | n.Handler | n.Simple
        ):
            raise Refusal(
                f"{statement.span}: what is moved to {home} needs this whole block; take it apart first"
            )
    return Need(2, "", "", "", raw=text)


def _rank(module: str) -> int:
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 2


def lines(needs: Iterable[Need], indent: str = "") -> list[str]:
    """Import statements, one a module, in the order that formatters give them; a blank line between kinds."""
    ranked: dict[int, list[Need]] = {}
    for need in sorted(needs):
        ranked.setdefault(need.rank + need.module.startswith("."), []).append(need)
    out: list[str] = []
    for _, group in sorted(ranked.items()):
        out += [""] if out else []
        out += [f"{indent}import {need.text}" for need in group if not need.module and not need.raw]
        modules: dict[str, list[str]] = {}
        for need in group:
            if need.module:
                modules.setdefault(need.module, []).append(need.text)
        for module, names in modules.items():
            out += _from_line(module, sorted(names, key=as_sorted), indent)
        out += [line for need in group for line in need.raw.splitlines()]
    return out


def as_sorted(name: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as isort does."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


def _from_line(module: str, names: list[str], indent: str) -> list[str]:
    line = f"{indent}from {module} import {', '.join(names)}"
    if len(line) <= 88:
        return [line]
    return [f"{indent}from {module} import (", *(f"{indent}    {name}," for name in names), f"{indent})"]

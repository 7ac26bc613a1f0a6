"""`package.module.name` as code writes it: what of it must be spelled differently once things have moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import join
from plumbrule.restructure.patching import lookup
from plumbrule.restructure.scopes import named_by_string
from plumbrule.restructure.site import Rebinding
from plumbrule.restructure.spelling import absolute

if TYPE_CHECKING:
    from plumbrule.restructure.scopes import Chain
    from plumbrule.restructure.site import Site


class Use(NamedTuple):
    """A use of a bound module: `prefix` has to name `module` instead, unless that is None.

    `old` is the module that the prefix means now.
    """

    chain: Chain
    prefix: n.Expr
    old: str
    module: str | None


def rebind(site: Site, path: str, alias: n.Alias, key: str) -> Rebinding:
    """Follow what is read of a module that `alias` binds, and edit what has to be spelled differently."""
    local = alias.asname or alias.name
    uses = [use_of(site, chain, key) for chain in site.scopes(path).uses(alias, local)]
    wanted = [use.module for use in uses if use.module is not None]
    if not wanted:
        return Rebinding()
    kept = len(wanted) < len(uses) or is_exported(site, path, local)
    if not kept and len(set(wanted)) == 1 and all(use.prefix is use.chain.name for use in uses):
        return Rebinding(kept=False, modules={wanted[0]: local}, uses={u.chain.name: wanted[0] for u in uses})
    modules: dict[str, str] = {}
    for use in uses:
        if use.module is not None:
            fresh = modules.setdefault(use.module, "") or _fresh(site, path, use.module, modules)
            modules[use.module] = fresh
            site.edits.replace(path, use.prefix.start, use.prefix.end, fresh, "attribute")
    return Rebinding(kept, modules, {u.chain.name: u.module for u in uses if u.module is not None})


def use_of(site: Site, chain: Chain, key: str) -> Use:
    """What one `name.attr.attr` reads, if `name` is the module `key`."""
    at, prefix = key, chain.name
    attributes: list[tuple[str, n.Expr]] = [(a.attr, a) for a in chain.attributes]
    if not attributes and (named := named_by_string(chain.name)):
        return Use(chain, prefix, at, _changed(at, lookup(site, at, named), site))
    whole: n.Expr = prefix
    for attr, node in attributes:
        inner = site.names.member(at, attr)
        if inner is None or attr in site.names.bindings(at):
            site.read.add((at, attr))
            return Use(chain, whole, at, _changed(at, site.whole.home(at, attr), site))
        at, whole = inner, node
        if site.whole.key(at) != at:
            follow = chain.attributes[chain.attributes.index(node) + 1 :]
            site.read.update((at, a.attr) for a in follow[:1])
            home = site.whole.home(at, follow[0].attr) if follow else site.whole.key(at)
            return Use(chain, whole, at, home)
    if named := named_by_string(whole):
        return Use(chain, whole, at, _changed(at, lookup(site, at, named), site))
    if site.whole.leaving(at):
        site.needed.add(at)
    return Use(chain, whole, at, None)


def _changed(old: str, new: str, site: Site) -> str | None:
    return new if new != site.whole.key(old) else None


def is_exported(site: Site, path: str, local: str) -> bool:
    """Whether other files may read a local name of this one: it is said in `__all__`."""
    for use in site.scopes(path).names("__all__"):
        if isinstance(use.parent, n.Assign) and use.parent.value is not None:
            strings = [x for x in use.parent.value.walk() if isinstance(x, n.Constant)]
            if any(x.value == local for x in strings):
                return True
    return False


def _fresh(site: Site, path: str, key: str, taken: dict[str, str]) -> str:
    """A local name for a module that means nothing in the file yet."""
    *folders, leaf = key.split("/")
    candidates = [leaf, *("_".join([*folders[-depth:], leaf]) for depth in range(1, len(folders) + 1))]
    start = 1 if leaf in GENERIC and folders else 0
    for name in candidates[start:]:
        if name not in taken.values() and not site.scopes(path).is_bound(name):
            return name
    raise Refusal(f"{path}: every short name for {key} means something else here; rename one")


GENERIC = {
    "crud",
    "models",
    "model",
    "schemas",
    "schema",
    "service",
    "services",
    "router",
    "routes",
    "repository",
}


def respell(site: Site, path: str, alias: n.Alias, key: str, root: str) -> set[str]:
    """Edit what is read through `import a.b.c`, whose first part is bound; gives the modules to import.

    The parts that are still read by their old names are among them.
    """
    top = join(root, alias.name.partition(".")[0])
    home = site.home(path, alias.start)
    modules = {site.whole.key(key)}
    for chain in site.scopes(path).uses(alias, alias.name.partition(".")[0]):
        use = _through(site, chain, top)
        if use.module is not None:
            spelled = absolute(site.names, use.module, root, home)
            _check_top(site, path, alias, spelled)
            site.edits.replace(path, use.prefix.start, use.prefix.end, spelled, "attribute")
            modules.add(use.module)
        elif use.old != key and key.startswith(use.old + "/") and site.names.exists(use.old):
            modules.add(use.old)
    return modules


def _through(site: Site, chain: Chain, top: str) -> Use:
    """What a chain that starts at a top-level package reads, step by step while the steps are modules."""
    at, whole = top, chain.name
    prefix: n.Expr = whole
    for attribute in chain.attributes:
        inner = site.names.member(at, attribute.attr)
        if inner is None:
            home = site.whole.home(at, attribute.attr)
            site.read.add((at, attribute.attr))
            return Use(chain, prefix, at, home if home != at else None)
        at, prefix = inner, attribute
    new = site.whole.key(at)
    if named := named_by_string(prefix):
        new = lookup(site, at, named)
    return Use(chain, prefix, at, new if new != at else None)


def _check_top(site: Site, path: str, alias: n.Alias, spelled: str) -> None:
    """Refuse a name that means something else where it would be written."""
    top = spelled.partition(".")[0]
    if top != alias.name.partition(".")[0] and site.scopes(path).is_bound(top):
        raise Refusal(
            f"{alias.span}: `{top}` means something else in this file; import {alias.name} by `from`"
        )

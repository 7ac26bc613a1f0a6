"""Where a name that tests replace is looked up: a patch counts only where its reader reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site


def lookup(site: Site, key: str, name: str) -> str:
    """The module through which the readers of `key.name` find it once everything has moved."""
    home = site.whole.home(key, name)
    if not site.whole.leaving(key):
        return site.whole.key(key)
    readers = set(_readers(site, key, name))
    if (key, name) in site.read:
        readers.add(home)
    if len(readers) > 1:
        places = " and ".join(sorted(dotted_from(reader, "") for reader in readers))
        path = site.names.path(key)
        raise Refusal(
            f"{path}: tests replace `{name}` here, and afterwards it is read through {places}; "
            "move its readers together"
        )
    return readers.pop() if readers else home


def _readers(site: Site, key: str, name: str) -> Iterator[str]:
    path = site.names.path(key)
    if path is None:
        return
    scopes = site.scopes(path)
    for use in scopes.names(name):
        if (path, use.start) in site.rerouted:
            continue
        bound = scopes.binding(use, name)
        if bound and bound[0] is None and use not in bound[1] and not _is_binding(use):
            segment = site.segment(path, use.start)
            yield segment.target if segment else site.whole.key(key)


def _is_binding(use: object) -> bool:
    parent = getattr(use, "parent", None)
    return use in getattr(parent, "targets", ())

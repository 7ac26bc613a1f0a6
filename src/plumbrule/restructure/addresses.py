"""Dotted names in texts: `app.users.service.send`, `app.main:app`, and what they are called afterwards."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.restructure.names import dotted_from, is_within
from plumbrule.restructure.patching import lookup

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site

ADDRESS = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*(?::[A-Za-z_][\w.]*(?:\(\))?)?")


@dataclass(frozen=True, slots=True)
class Address:
    """A text that names a module, or something in it; `after` is how it is spelled once things have moved.

    `module` is the part that changes, `rest` what follows it.
    """

    text: str
    key: str
    module: str
    rest: tuple[str, ...]
    after: str

    @property
    def is_entry(self) -> bool:
        """Whether it has the form `module:object`, which nothing else has."""
        return ":" in self.text


def needles(site: Site) -> re.Pattern[bytes] | None:
    """Finds every spelling of the modules that move or that definitions leave."""
    changing = {key for key, new in site.whole.modules.items() if new != key}
    changing |= {key for key, _ in site.whole.definitions}
    texts = {
        dotted_from(key, root)
        for key in changing
        for root in site.names.roots | {""}
        if is_within(key, root) and key != root
    }
    tails: dict[str, list[str]] = {}
    for text in sorted(texts, key=lambda t: (-len(t), t)):
        first, dot, rest = text.partition(".")
        tails.setdefault(first, []).append(re.escape(dot + rest) or "(?=:)")
    # What stands before is asked last: a pattern that begins with letters is looked for much faster.
    both = "|".join(
        rf"{re.escape(first)}(?<![\w.]{re.escape(first)})(?:{'|'.join(rest)})"
        for first, rest in sorted(tails.items())
    )
    return re.compile(rf"(?:{both})(?!\w)".encode()) if both else None


def address(site: Site, text: str, path: str) -> Address | None:
    """What a text names, seen from a file; None if it is no name of a module or of a part of one."""
    if not ADDRESS.fullmatch(text):
        return None
    name, colon, attribute = text.partition(":")
    parts = name.split(".")
    for end in range(len(parts), 0, -1):
        found = site.names.find(".".join(parts[:end]), path)
        if found is not None and (end > 1 or colon) and found.root is not None:
            rest = (*parts[end:], *(attribute.removesuffix("()").split(".") if colon else ()))
            new = _target(site, found.key, rest[0], entry=bool(colon)) if rest else site.whole.key(found.key)
            if not is_within(new, found.root):
                return None
            module, after = ".".join(parts[:end]), dotted_from(new, found.root)
            return Address(text, found.key, module, rest, after + text[len(module) :])
    return None


def _target(site: Site, key: str, name: str, *, entry: bool) -> str:
    """The module that a name is to be read of: an entry is the object itself, whoever reads it."""
    return site.whole.home(key, name) if entry else lookup(site, key, name)


def holds(site: Site, found: Address) -> bool:
    """Whether what an address names is there: the module, or the name in it."""
    if not found.rest:
        return True
    bound = site.names.bindings(found.key)
    return found.rest[0] in bound or any(
        b.node.name == "*" for b in bound.get("*", ()) if hasattr(b.node, "name")
    )

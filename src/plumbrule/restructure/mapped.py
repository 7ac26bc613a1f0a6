"""Tables that a relationship names in a text: the mapper looks them up by the end of their module's name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from, is_within, key_of
from plumbrule.restructure.registry import SIGNS
from plumbrule.restructure.scopes import all_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.restructure.site import Site
    from plumbrule.restructure.tree import Tree

RELATIONSHIPS = {"relationship", "Relationship"}
DOTTED = re.compile(rb"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
TABLE = re.compile(rb"""__tablename__\s*=\s*["'](\w+)""")
Homes = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Named:
    """A table that a text names as `tail.name`, where that stands, and the key of its module.

    `call` is the relationship if its annotation says the name.
    """

    text: n.Constant
    start: int
    tail: str
    name: str
    key: str
    call: n.Call | None


class Tables:
    """The classes of a tree by name, each with the keys of the modules that define one; tables go first."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.homes: Homes = {}
        self.taken: set[str] = set()
        others: Homes = {}
        for path in tree.python if any(b"elationship(" in text for text in tree.files.values()) else ():
            for node in tree.facts(path).body:
                if isinstance(node, n.ClassDef):
                    text = tree.files[path][node.start : node.end]
                    known = self.homes if any(sign in text for sign in SIGNS) else others
                    known.setdefault(node.name, []).append(key_of(path))
                    self.taken |= {_plain(node.name), *(_plain(m[1].decode()) for m in TABLE.finditer(text))}
        self.homes = others | self.homes

    def is_taken(self, word: str) -> bool:
        """Whether a word may mean a class or a table, of which the names are often made of classes."""
        return _plain(word) in self.taken

    def named(self, path: str) -> Iterator[Named]:
        """The tables that the relationships of a file name behind a module."""
        if self.homes and b"elationship(" in self.tree.files[path]:
            for text, call in texts(self.tree, path):
                raw = self.tree.files[path][text.start : text.end]
                for found in DOTTED.finditer(raw):
                    yield from self._at(text, text.start + found.start(), found[0].decode(), call)

    def _at(self, text: n.Constant, start: int, dotted: str, call: n.Call | None) -> Iterator[Named]:
        parts = dotted.split(".")
        for count in range(1, len(parts) if parts[0] not in self.homes else 0):
            tail = ".".join(parts[:count])
            keys = [key for key in self.homes.get(parts[count], ()) if ends(key, tail)]
            if len(keys) == 1:
                yield Named(text, start, tail, parts[count], keys[0], call)
                return


def texts(tree: Tree, path: str) -> Iterator[tuple[n.Constant, n.Call | None]]:
    """The texts of a file that a mapper reads; those of an annotation with the relationship it is of."""
    for call in all_nodes(tree.facts(path)):
        if not isinstance(call, n.Call) or _called(call) not in RELATIONSHIPS:
            continue
        field = call.parent
        annotation = field.annotation if isinstance(field, n.Assign) and field.value is call else None
        both = ((call.walk(), None), (annotation.walk() if annotation else (), call))
        for nodes, said_of in both:
            for text in nodes:
                if isinstance(text, n.Constant) and isinstance(text.value, str) and "." in text.value:
                    yield text, said_of


def _plain(name: str) -> str:
    return name.lower().replace("_", "").removesuffix("s")


def _called(call: n.Call) -> str:
    return call.func.attr if isinstance(call.func, n.Attribute) else getattr(call.func, "id", "")


def ends(key: str, tail: str) -> bool:
    """Whether a module can be called by the end of its name."""
    return f"/{key}".endswith(f"/{tail.replace('.', '/')}")


def rewrite_mapped(site: Site) -> None:
    """Let texts that named a table by the end of its module name it by the new end."""
    tables = site.tree.once(Tables)
    homes = {name: [site.whole.home(key, name) for key in keys] for name, keys in tables.homes.items()}
    for path in site.tree.python:
        for named in tables.named(path):
            new = site.whole.home(named.key, named.name)
            if not (ends(new, named.tail) and _is_alone(homes, named.name, named.tail)):
                _rename(site, path, named, _tail(site, named, new, homes))


def _is_alone(homes: Mapping[str, list[str]], name: str, tail: str) -> bool:
    return sum(ends(key, tail) for key in homes[name]) == 1


def _tail(site: Site, named: Named, new: str, homes: Homes) -> str:
    """The shortest end of a module's name that no other module has; the whole if that stood there."""
    root = max((r for r in site.names.roots | {""} if is_within(new, r)), key=len)
    whole = dotted_from(new, root)
    if dotted_from(named.key, root) == named.tail:
        return whole
    known = {site.whole.key(key) for key in site.names.modules} | {k for keys in homes.values() for k in keys}
    parts = whole.split(".")
    tails = [".".join(parts[at:]) for at in range(len(parts) - 1, -1, -1)]
    tables = site.tree.once(Tables)
    fitting = [
        t for t in tails if _is_alone(homes, named.name, t) and not tables.is_taken(t.partition(".")[0])
    ]
    if not fitting:
        said = f"nothing but `{named.name}` would name the table in {whole}; write that there, and run again"
        raise Refusal(f"{named.text.span}: {said}")
    return next((t for t in fitting if sum(ends(key, t) for key in known) == 1), fitting[-1])


def _rename(site: Site, path: str, named: Named, tail: str) -> None:
    bound = site.scopes(path).binding(named.text, named.tail.partition(".")[0])
    call = named.call
    if call is None or bound is None or not isinstance(bound[1][-1], n.Alias):
        site.edits.replace(path, named.start, named.start + len(named.tail.encode()), tail, "table")
    elif not call.args and call.keyword("argument") is None:
        # Type checkers read the annotation by what the file imports, and that keeps its name.
        at = call.keywords[0].start if call.keywords else call.end - 1
        site.edits.insert(path, at, f'"{tail}.{named.name}"' + (", " if call.keywords else ""), "table")

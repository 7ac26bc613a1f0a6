"""What has moved between two trees of which nobody says so: the same definition under another name."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure import MoveMap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.model.code import Module
    from plumbrule.proof.subject import Subject

IMPORT = re.compile(r"^[ \t]*(?:from [\w.]+ import (?:\([^)]*\)|[^\n]*)|import [^\n]*)$", re.MULTILINE)

REGISTERED = re.compile(
    r"^([ \t]*@)[\w.]+(\.(?:get|post|put|patch|delete|head|options|trace|websocket|api_route)\()",
    re.MULTILINE,
)
"""a route says where it is registered; the routes are compared as such"""


@dataclass(frozen=True, slots=True)
class Moved:
    """The new names, and the definitions whose code is not what it was."""

    names: MoveMap
    changed: tuple[str, ...] = ()


@dataclass(slots=True)
class Definitions:
    """The top-level definitions of a tree by full name, with a digest of their code without its imports."""

    digests: dict[str, str] = field(default_factory=dict)
    modules: set[str] = field(default_factory=set)


def moved(before: Subject, after: Subject) -> Moved:
    """Match the definitions that are gone with those that are new, by name and code."""
    one, other = definitions(before), definitions(after)
    gone = sorted(one.digests.keys() - other.digests.keys())
    new = sorted(other.digests.keys() - one.digests.keys())
    names: dict[str, str] = {}
    for old in gone:
        last = old.rpartition(".")[2]
        candidates = [name for name in new if name.rpartition(".")[2] == last]
        same = [name for name in candidates if other.digests[name] == one.digests[old]]
        best = same if len(same) == 1 else candidates
        if len(best) == 1:
            names[old] = best[0]
    names.update(moved_modules(one, other, names))
    map_ = MoveMap(names)
    changed = [
        name
        for name, digest in one.digests.items()
        if map_(name) in other.digests and other.digests[map_(name)] != digest
    ]
    lost = [name for name in gone if name not in names]
    return Moved(map_, (*changed, *lost))


def moved_modules(
    one: Definitions, other: Definitions, names: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Modules that are gone, with the one that most of their definitions went to."""
    votes: dict[str, Counter[str]] = {}
    for old, new in names.items():
        votes.setdefault(old.rpartition(".")[0], Counter())[new.rpartition(".")[0]] += 1
    for module, found in votes.items():
        if module not in other.modules and len(found) == 1:
            yield module, next(iter(found))
    _ = one


def definitions(subject: Subject) -> Definitions:
    """The definitions of a tree, tests and migrations left out."""
    found = Definitions()
    for module in subject.project.modules:
        if not module.is_test:
            name = subject.roots.name(module)
            found.modules.add(name)
            for defined, digest in of_module(module):
                found.digests[f"{name}.{defined}"] = digest
    return found


def of_module(module: Module) -> Iterator[tuple[str, str]]:
    """The functions and classes of a module."""
    for node in module.body:
        if isinstance(node, (n.FunctionDef, n.ClassDef)):
            start = min([node.start, *(decorator.start for decorator in node.decorators)])
            sign = "@" if node.decorators else ""
            text = IMPORT.sub("", sign + module.source.slice(start, node.end))
            text = REGISTERED.sub(r"\1\2", text)
            yield node.name, hashlib.sha256(text.encode()).hexdigest()

"""The map that Plumbrule reads from the text beside the one that FastAPI makes at run time."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

from plumbrule.model.assembly.values import HOLE
from plumbrule.model.knowledge.names import canonical
from plumbrule.rulekit import App
from plumbrule.verbs.map import auth_row, dependency_row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plumbrule.rulekit import Project, Router
    from plumbrule.verbs.map import Node

Way: TypeAlias = tuple[str, ...]
"""from where a dependency comes, then the names on the way to it, itself last"""


@dataclass(frozen=True, slots=True)
class Served:
    """One method of one path: its handler, the ways to all it depends on, the ways to its guards."""

    method: str
    path: str
    handler: str
    ways: tuple[Way, ...]
    guards: tuple[Way, ...]
    is_conditional: bool = False
    """whether the text registers it only under an `if`"""
    perhaps: tuple[Way, ...] = ()
    """the ways to what is asked for only under an `if`"""

    @property
    def key(self) -> tuple[str, str]:
        """What a request asks for."""
        return self.method, self.path

    def below(self, top: str) -> Served:
        """The same with names that do not begin with a package."""
        return self.renamed(lambda name: name.removeprefix(top))

    def renamed(self, rename: Callable[[str], str]) -> Served:
        """The same with other names."""
        ways, guards, perhaps = (
            tuple((origin, *map(rename, names)) for origin, *names in these)
            for these in (self.ways, self.guards, self.perhaps)
        )
        return replace(self, handler=rename(self.handler), ways=ways, guards=guards, perhaps=perhaps)

    @property
    def names(self) -> set[str]:
        """The names of all it depends on."""
        return {name for _, *names in self.ways for name in names}


def by_reading(project: Project, app: App | None = None) -> list[Served]:
    """What the text says is served, by any app or by one and those mounted in it."""
    found = []
    for route in project.routes:
        for place in route.places:
            root = place.includes[0].parent if place.includes else place.app
            if place.app is None or not (app is None or is_of(root, app)):
                continue
            row, guarded = dependency_row(route, place), auth_row(route, place).guards
            perhaps, ways = (
                tuple(
                    way
                    for node in row.dependencies
                    for way, conditional in ways_below(node, (node.origin,))
                    if conditional is unsure
                )
                for unsure in (True, False)
            )
            sure = [guard for guard in guarded if not guard.conditional]
            guards = tuple((g.origin, *map(canonical, g.through), canonical(g.name)) for g in sure)
            methods, path = place.record.methods, place.path or "/"
            unsure = place.record.conditional or any(i.record.conditional for i in place.includes)
            found += [Served(method, path, row.handler, ways, guards, unsure, perhaps) for method in methods]
    return sorted(found, key=lambda one: (one.path, one.method, one.handler))


def is_of(root: Router | None, app: App) -> bool:
    """Whether what serves a route is an app, or another one that the same call made and that does no more."""
    return root is app or (isinstance(root, App) and root.node is app.node and root.done <= app.done)


def ways_below(node: Node, above: Way, *, unsure: bool = False) -> Iterator[tuple[Way, bool]]:
    """The ways to a dependency and to its own, and whether one on them is asked for only under an `if`."""
    here, unsure = (*above, canonical(node.name)), unsure or node.conditional
    yield here, unsure
    for inner in node.dependencies:
        yield from ways_below(inner, here, unsure=unsure)


def at_run_time(answer: Any) -> list[Served]:
    """What `runtime.py` saw; its guards are FastAPI's security schemes."""
    assert isinstance(answer, list), answer
    found = []
    for methods, path, handler, tree in answer:
        ways, schemes = [], []
        for origin, *way, is_scheme in flat(tree):
            ways.append((origin, *way))
            schemes += [(origin, *way)] if is_scheme else []
        found += [Served(m, path or "/", handler, tuple(ways), tuple(schemes)) for m in methods]
    return sorted(found, key=lambda one: (one.path, one.method, one.handler))


def flat(tree: Any, above: Way = ()) -> Iterator[tuple[Any, ...]]:
    """Every way in a tree, and whether it ends at a security scheme."""
    for name, origin, is_scheme, inner in tree:
        here = (*(above or (origin,)), canonical(name))
        yield (*here, is_scheme)
        yield from flat(inner, here)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What both maps say of each path, of each dependency, and of each guard."""

    missed: list[tuple[str, str]]
    invented: list[tuple[str, str]]
    conditional: list[tuple[str, str]]
    paths: int
    ways_missed: list[tuple[tuple[str, str], Way]]
    ways_invented: list[tuple[tuple[str, str], Way]]
    ways: int
    guards_invented: list[tuple[tuple[str, str], Way]]
    guards: int
    holed: int = 0
    """how many of the paths are told but for a part"""

    def __str__(self) -> str:
        right = self.guards - len(self.guards_invented)
        return (
            f"paths {self.paths - len(self.missed) - self.holed}/{self.paths} (+{len(self.invented)}, "
            f"{self.holed} but for a part, "
            f"{len(self.conditional)} under conditions), "
            f"dependencies {self.ways - len(self.ways_missed)}/{self.ways} (+{len(self.ways_invented)}), "
            f"guards {right}/{self.guards}"
        )


def compare(read: list[Served], real: list[Served]) -> Comparison:
    """Hold one map against the other, each path with what FastAPI tries first at it."""
    theirs = {one.key: one for one in reversed(real)}
    sure = [one for one in read if not one.is_conditional]
    told = {one.key: one for one in reversed([*sure, *read])}
    ours = dict(filled(told, theirs))
    both = sorted(set(ours) & set(theirs))
    # The text may know a package above the folder that the app is started from, or not know it.
    tops, missing = above(ours, theirs, both), above(theirs, ours, both)
    ours = {key: ours[key].below(tops) for key in ours}
    theirs = {key: theirs[key].below(missing) for key in theirs}
    whole = with_folders({name for one in theirs.values() for name in one.names})
    ours = {key: ours[key].renamed(lambda name: whole.get(name, name)) for key in ours}
    ways = {
        key: (set(ours[key].ways) | set(ours[key].perhaps) & set(theirs[key].ways), set(theirs[key].ways))
        for key in both
    }
    guards = [(key, way) for key in both for way in ours[key].guards if way[0] not in OUTSIDE]
    schemes = [(key, way) for key in both for way in theirs[key].guards]
    return Comparison(
        missed=sorted(set(theirs) - set(ours)),
        invented=sorted(key for key in set(ours) - set(theirs) if not ours[key].is_conditional),
        conditional=sorted(key for key in set(ours) - set(theirs) if ours[key].is_conditional),
        paths=len(theirs),
        ways_missed=[(key, way) for key, (mine, his) in ways.items() for way in sorted(his - mine)],
        ways_invented=[(key, way) for key, (mine, his) in ways.items() for way in sorted(mine - his)],
        ways=sum(len(his) for _, his in ways.values()),
        guards_invented=[(key, way) for key, way in guards if way not in theirs[key].ways]
        + [(key, way) for key, way in schemes if way not in (*ours[key].ways, *ours[key].perhaps)],
        guards=len(guards) + len(schemes),
        holed=len(set(both) - set(told)),
    )


def filled(
    ours: dict[tuple[str, str], Served], theirs: dict[tuple[str, str], Served]
) -> Iterator[tuple[tuple[str, str], Served]]:
    """Our map, with the parts of paths that cannot be told as they are."""
    left = [one for key, one in theirs.items() if key not in ours]
    for key, one in ours.items():
        pattern = re.compile(re.escape(one.path).replace(re.escape(HOLE), ".*"))
        fits = [
            other.key
            for other in (left if HOLE in one.path else ())
            if other.method == one.method and pattern.fullmatch(other.path) and is_same(one, other)
        ]
        yield from ((fit, one) for fit in fits or [key])


def is_same(one: Served, other: Served) -> bool:
    """Whether both have one handler, whatever package is above it."""
    return one.handler.endswith(other.handler) or other.handler.endswith(one.handler)


def with_folders(names: set[str]) -> dict[str, str]:
    """The names by the ends that no other has: the text may not know a folder without `__init__.py`."""
    ends = Counter(end for name in names for end in endings(name))
    return {end: name for name in names for end in endings(name) if ends[end] == 1 and end not in names}


def endings(name: str) -> list[str]:
    """`b.C`, `a.b.C` of `x.a.b.C`."""
    parts = name.split(".")
    return [".".join(parts[at:]) for at in range(1, len(parts) - 1)]


def above(
    ones: dict[tuple[str, str], Served], others: dict[tuple[str, str], Served], both: list[tuple[str, str]]
) -> str:
    """The package that only one map's names begin with, and a dot."""
    tops = Counter(ones[key].handler.removesuffix(others[key].handler) for key in both)
    top = max(tops, key=tops.__getitem__, default="")
    return top if top.endswith(".") else ""


OUTSIDE = ("middleware", "decorator")
"""guards that FastAPI's tree of dependencies does not show"""

"""Which slice each definition belongs to, with a reason and a confidence; where it is a tie, none."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from itertools import dropwhile, pairwise
from typing import TYPE_CHECKING

from plumbrule.layouts.definitions import Definitions
from plumbrule.layouts.votes import Seed, folders_around, held_by_folders, named_by_folders, seeds
from plumbrule.layouts.words import (
    AUTHENTICATION,
    ENTERING,
    GENERIC,
    GUARDING,
    LAYERS,
    MIGRATIONS,
    PREPOSITIONS,
    key_of,
    singular,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.layouts.definitions import Definition
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project
    from plumbrule.model.routes import Route

DEEPEST = 8
TIE = 0.08
NAMED, HINTED, PATH = (
    2.0,
    0.6,
    6.0,
)  # how much a name and a path weigh against all the routes that lead somewhere
SURE = 0.9


@dataclass(frozen=True, slots=True)
class Membership:
    """The slice of a definition, none if it is shared, unreached or a tie; why, and how sure (0 to 1)."""

    slice: str | None
    reason: str
    confidence: float
    shared: bool = False
    """whether many slices use it"""


class Slices:
    """The slices of a project, seeded by its routes; without `paths`, names of files are not evidence."""

    def __init__(self, project: Project, *, paths: bool = True) -> None:
        self.project = project
        self.paths = paths
        self._by_path: dict[Module, str | None] = {}
        self.definitions = Definitions(project)
        self.seeds: dict[int, Seed] = {
            number: seed
            for definition, seed in self._seeds(paths=paths).items()
            if (number := self.definitions.number[definition]) is not None
        }

    def _seeds(self, *, paths: bool) -> dict[Definition, Seed]:
        found = dict(seeds(self.definitions, paths=paths))
        return named_by_folders(held_by_folders(found), self.project) if paths else found

    def seed_of(self, route: Route) -> Seed | None:
        """The seed of a route, that of its handler."""
        handler = route.handler and self.definitions.definition(route.handler.cls or route.handler)
        return self.seeds.get(self.definitions.number[handler]) if handler else None

    @cached_property
    def names(self) -> dict[str, str]:
        """The slices by key, with the spelling that most routes give them."""
        spellings: dict[str, Counter[str]] = {}
        for seed in self.seeds.values():
            if seed.key:
                spellings.setdefault(seed.key, Counter())[seed.spelling] += 1
        return {key: found.most_common(1)[0][0] for key, found in sorted(spellings.items())}

    @cached_property
    def memberships(self) -> Mapping[Definition, Membership]:
        """The slice of every definition."""
        reached = self._reached()
        found = {
            definition: self._of(number, definition, reached[number])
            for number, definition in enumerate(self.definitions.all)
        }
        self._alone(found)
        return found

    def _of(self, number: int, definition: Definition, reached: Mapping[str, float]) -> Membership:
        seed = self.seeds.get(number)
        if seed is not None:
            return Membership(seed.key or None, seed.reason, seed.confidence)
        affinity = self._affinity(definition)
        total = sum(reached.values()) or 1.0
        scores = {key: weight / total for key, weight in reached.items()}
        for key, weight in affinity.items():
            scores[key] = scores.get(key, 0.0) + weight
        if not scores:
            return Membership(None, "no route leads to it", 0.0)
        if not affinity and len(reached) >= max(3, len(self.names) / 2):
            return Membership(None, f"used by {len(reached)} slices", 0.0, shared=True)
        return self._decided(scores, affinity, reached)

    def _alone(self, found: dict[Definition, Membership]) -> None:
        """What only one slice uses belongs to it, and what that uses, and so on."""
        users: list[set[int]] = [set() for _ in self.definitions.all]
        for number, used in enumerate(self.definitions.uses):
            for other in used:
                users[other].add(number)
        for _ in range(DEEPEST):
            gained = {}
            for number, definition in enumerate(self.definitions.all):
                if found[definition].slice is None and users[number]:
                    slices = {found[self.definitions.all[user]].slice for user in users[number]}
                    key = slices.pop()
                    if not slices and key is not None:
                        gained[definition] = Membership(key, "nothing else uses it", 0.7)
            if not gained:
                return
            found.update(gained)

    def _decided(
        self, scores: Mapping[str, float], affinity: Mapping[str, float], reached: Mapping[str, float]
    ) -> Membership:
        (best, most), *others = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))
        total = sum(scores.values())
        share = most / total
        if others and share - others[0][1] / total < TIE:
            return Membership(None, f"{best} and {others[0][0]} have the same claim", share)
        named = "its name" if affinity.get(best, 0.0) else ""
        used = "the routes that use it" if best in reached else ""
        return Membership(best, " and ".join(filter(None, (named, used))), round(share, 2))

    def _affinity(self, definition: Definition) -> dict[str, float]:
        """What the name of a definition says, and the path of its file."""
        found: dict[str, float] = {}
        named = named_slice(definition.name, self.names, last=definition.kind == "function")
        if named is not None:
            found[named[0]] = named[1]
        if self.paths:
            key = self.by_path(definition.module)
            if key is not None:
                found[key] = found.get(key, 0.0) + PATH
        return found

    def by_path(self, module: Module) -> str | None:
        """The slice that a module is named after, or the folder next to it."""
        if module not in self._by_path:
            self._by_path[module] = self._search(module)
        return self._by_path[module]

    def _search(self, module: Module) -> str | None:
        parts = module.path.removesuffix(".py").removesuffix("/__init__").split("/")
        inside = ["", *dropwhile(folders_around(self.project).__contains__, parts)]
        if MIGRATIONS & set(inside):
            return None
        for folder, part in reversed([*pairwise(inside)]):
            is_layer = part in LAYERS and folder not in GENERIC | {""}
            found = None if is_layer else named_slice(part, self.names, last=False)
            if found is not None:
                return found[0]
        return None

    def _reached(self) -> list[dict[str, float]]:
        """By number: how strongly the routes of each slice lead to a definition, less with each step."""
        uses = self.definitions.uses
        weights: list[dict[str, float]] = [{} for _ in uses]
        for start, seed in self.seeds.items():
            if not seed.key:
                continue
            seen, frontier = {start}, uses[start] - {start}
            for depth in range(1, DEEPEST):
                if not frontier:
                    break
                seen |= frontier
                weight = seed.confidence / (1 + depth)
                for at in frontier:
                    known = weights[at]
                    known[seed.key] = known.get(seed.key, 0.0) + weight
                frontier = set().union(*(uses[at] for at in frontier)) - seen
        return weights

    @cached_property
    def crossing(self) -> tuple[int, int]:
        """The uses of one definition by another: those between two slices, and those within any."""
        across = within = 0
        for number, definition in enumerate(self.definitions.all):
            mine = self.memberships[definition].slice
            for used in self.definitions.uses[number]:
                theirs = self.memberships[self.definitions.all[used]].slice
                if mine and theirs:
                    across += mine != theirs
                    within += mine == theirs
        return across, within


def named_slice(name: str, slices: Mapping[str, str], *, last: bool) -> tuple[str, float] | None:
    """The slice that a name mentions before its first preposition, the first one or the last; how clearly."""
    found = [singular(word) for word in words(name)]
    cut = next((at for at, word in enumerate(found) if word in PREPOSITIONS), len(found))
    guarding = next((key for key in AUTHENTICATION if key in slices), None)
    if guarding is not None and key_of(name) not in slices:
        said = set(found[:cut])
        if said & GUARDING or "current_user" in "_".join(found):
            return guarding, NAMED
        if said & ENTERING:
            return guarding, HINTED
    mentioned = list(_mentioned(found[:cut], slices)) or list(_mentioned(found, slices))
    return (mentioned[-1 if last else 0], NAMED) if mentioned else None


def _mentioned(found: list[str], slices: Mapping[str, str]) -> Iterator[str]:
    """Slices whose words follow each other; the last of several may go on: `rate limiter`."""
    several = tuple(key for key in slices if "_" in key)
    at = 0
    while at < len(found):
        length = 1
        for length in (3, 2, 1):
            part = "_".join(found[at : at + length])
            if part in slices:
                yield part
                break
            if length == 1 or not part.startswith(several):
                continue
            longer = next(key for key in several if part.startswith(key))
            if "_" not in part[len(longer) :]:
                yield longer
                break
        at += length


__all__ = ["Membership", "Slices"]

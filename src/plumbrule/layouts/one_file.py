"""A module that holds the routes of an application itself: which go to routers, and what goes with them."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING

from plumbrule.layouts.anatomy import Anatomy, mentioned
from plumbrule.layouts.proposal import Line
from plumbrule.layouts.roles import ORDER, SHARED, Roles
from plumbrule.layouts.slices import named_slice
from plumbrule.restructure.cycles import groups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from plumbrule.facts import nodes as n
    from plumbrule.layouts.modules import Modules
    from plumbrule.model.code import Module

SMALL = 3
"""routes that do no harm where the application is made"""
SURE = 0.6
Place = tuple[str | None, str]
"""the key of a slice, None for what several share, and the file in it"""


class OneFile:
    """One module, and where its parts would go."""

    def __init__(self, modules: Modules, module: Module) -> None:
        self.modules = modules
        self.slices = modules.slices
        self.module = module
        self.anatomy = Anatomy(module)
        found = self.slices.definitions.of(module)
        self.members = {d.name: self.slices.memberships[d] for d in found}
        self.kinds = {d.name: d.kind for d in found}
        self.seeds = {
            d.name: seed for d in found if (seed := self.slices.seeds.get(self.slices.definitions.number[d]))
        }
        self.roles = Roles(modules.project, self.anatomy, self.slices.names)

    def lines(self, free: Callable[[str], str]) -> Iterator[Line]:
        """The parts that move; `free` gives a name that no module has yet."""
        base = self.modules.base_for(self.module)
        places = self._places()
        grouped: dict[Place, list[str]] = {}
        for name in self.anatomy.statements:
            if name in places:
                grouped.setdefault(places[name], []).append(name)
        for (key, role), names in sorted(grouped.items(), key=lambda g: (g[0][0] or "", ORDER_OF[g[0][1]])):
            folder = self.slices.names[key] if key else ""
            yield Line(
                self.modules.name(self.module),
                free(".".join(filter(None, (base, folder, role)))),
                self._why(key, role, names, places),
                self._confidence(key, names),
                folder,
                tuple(names),
            )
        yield from self._stays(places)

    def _stays(self, places: Mapping[str, Place]) -> Iterator[Line]:
        """The handlers that would go to a slice, but for something that they need and that stays."""
        held = self.anatomy.held(set(places))
        reasons: dict[str, list[str]] = {}
        for name in self.anatomy.handlers.keys() & held.keys() - places.keys():
            if self._key(name):
                reasons.setdefault(held[name], []).append(name)
        for reason, names in sorted(reasons.items()):
            listed = ", ".join(f"`{name}`" for name in sorted(names))
            yield Line(self.modules.name(self.module), None, f"{listed} stay here: {reason}", 1.0)

    def _places(self) -> dict[str, Place]:
        """The slice and the file of every definition that moves."""
        if not self.leaving:
            return {}
        homes = self._homes(self.leaving)
        while True:
            roles = self.roles.of(homes)
            places = {name: (homes[name], roles[name]) for name in homes}
            tied = self._tied(places)
            if not tied:
                return places
            homes |= dict.fromkeys(self.anatomy.needed(tied) & homes.keys(), None)

    @cached_property
    def leaving(self) -> dict[str, str]:
        """The handlers and routers that go to a slice."""
        free = self._whole_routers()
        held = self.anatomy.held(set(free))
        found = {name: key for name in self.anatomy.handlers if name not in held and (key := self._key(name))}
        counts = Counter(found.values())
        own = Counter(m.slice for name, m in self.members.items() if m.slice and self._named(name) == m.slice)
        kept = {
            key for key, count in counts.items() if count > 1 or self._lies_elsewhere(key) or own[key] > 2
        }
        found = {name: key for name, key in found.items() if key in kept}
        is_app = any(app.module is self.module for app in self.modules.project.apps)
        if len(found) < SMALL or (len(kept) < 2 and not is_app):
            return {}
        routers = {name: key for name, key in free.items() if key in kept and self._goes(name, found)}
        return found | routers

    def _goes(self, router: str, found: Mapping[str, str]) -> bool:
        """Whether all the handlers of a router leave."""
        return all(name in found for name, owners in self.anatomy.handlers.items() if router in owners)

    def _whole_routers(self) -> dict[str, str]:
        """The routers all of whose handlers are of one slice."""
        found: dict[str, str] = {}
        for owner, statement in self.anatomy.owners.items():
            keys = {self._key(name) for name, owners in self.anatomy.handlers.items() if owner in owners}
            bound = any(owner in mentioned(node) for node in self._registering(owner))
            if "FastAPI" not in statement.text.partition("(")[0] and len(keys) == 1 and not bound:
                found |= {owner: key} if (key := keys.pop()) else {}
        return found

    def _registering(self, owner: str) -> Iterator[n.Statement]:
        """What else is made part of a router than plain handlers."""
        for name, why in self.anatomy.fixed.items():
            if why == f"belongs to `{owner}`":
                yield from self.anatomy.statements[name]

    def _key(self, name: str) -> str | None:
        """The slice of a handler; the name of the file of an application says nothing."""
        seed = self.seeds.get(name)
        if seed is None or not seed.key or seed.reason.startswith("file "):
            return None
        base = self.modules.base_for(self.module)
        if not base and self.modules.is_foreign(self.slices.names[seed.key]):
            return None
        return seed.key

    def _named(self, name: str) -> str | None:
        found = named_slice(name, self.slices.names, last=self.kinds.get(name) == "function")
        return found[0] if found else None

    def _lies_elsewhere(self, key: str) -> bool:
        return any(self.modules.is_in_slice(module, key) for module in self.modules.project.modules)

    def _homes(self, leaving: Mapping[str, str]) -> dict[str, str | None]:
        """The slice of all that has to leave with the handlers; none for what several share."""
        needed = self.anatomy.needed(set(leaving)) - leaving.keys()
        reach: dict[str, set[str]] = {name: set() for name in needed}
        for name, key in leaving.items():
            for used in self.anatomy.needed({name}) & needed:
                reach[used].add(key)
        stay = {name for name in self.anatomy.statements if name not in needed and name not in leaving}
        kept = self.anatomy.staying_uses | {used for name in stay for used in self.anatomy.uses[name]}
        homes: dict[str, str | None] = dict(leaving)
        for name in needed:
            named, member = self._named(name), self.members.get(name)
            alone = next(iter(reach[name])) if len(reach[name]) == 1 and name not in kept else None
            is_named = named in leaving.values() and member is not None and member.confidence >= SURE
            home = named if is_named and member and member.slice == named else alone
            homes[name] = None if name in self.roles.shared_by_kind else home
        return homes

    def _tied(self, places: Mapping[str, Place]) -> set[str]:
        """What has to be shared, for modules would import each other otherwise."""
        edges: dict[Place, set[Place]] = {place: set() for place in places.values()}
        crossing: dict[tuple[Place, Place], set[str]] = {}
        for name, place in places.items():
            for used in self.anatomy.uses.get(name, set()) & places.keys():
                if places[used] != place:
                    edges[place].add(places[used])
                    crossing.setdefault((place, places[used]), set()).add(used)
        spelled = {str(place): {str(other) for other in others} for place, others in edges.items()}
        tied: set[str] = set()
        for group in groups(spelled):
            for (one, other), names in crossing.items():
                if str(one) in group and str(other) in group and one[0] != other[0]:
                    tied |= {name for name in names if places[name][0] is not None}
        return tied - self.anatomy.handlers.keys()

    def _why(self, key: str | None, role: str, names: list[str], places: Mapping[str, Place]) -> str:
        handlers = [name for name in names if name in self.anatomy.handlers]
        if not handlers:
            return f"{role} of {self.slices.names[key]}" if key else "several parts use it"
        count = self._runs(places[handlers[0]], places)
        parts = f" in {count} routers, so that their order stays" if count > 1 else ""
        return f"{len(handlers)} routes: {self.seeds[handlers[0]].reason}{parts}"

    def _runs(self, place: Place, places: Mapping[str, Place]) -> int:
        """How many routers the handlers of one file need, so that no route changes its place."""
        count, last = 0, None
        for statement in self.module.body:
            for owner, _ in self.anatomy.registrations(statement):
                if owner in places:
                    continue
                here = places.get(getattr(statement, "name", ""))
                count += here == place and last != (owner, place)
                last = (owner, here) if here else None
        return count

    def _confidence(self, key: str | None, names: list[str]) -> float:
        sure = [self.seeds[name].confidence for name in names if name in self.seeds]
        sure += [
            self.members[n].confidence for n in names if n in self.members and n not in self.seeds and key
        ]
        return round(max(0.01, min(1.0, sum(sure) / len(sure))), 2) if sure else 0.7


ORDER_OF = {role: number for number, role in enumerate((*ORDER, SHARED))}


def crowded(modules: Modules) -> Iterator[OneFile]:
    """The modules with handlers of their own that lie in no slice."""
    for module in modules.project.modules:
        if module.is_test or module.is_broken or modules.routing[module] < SMALL:
            continue
        in_slice = any(modules.is_in_slice(module, key) for key in modules.slices.names)
        if not in_slice and modules.slices.by_path(module) is None:
            yield OneFile(modules, module)

"""A folder for each slice: its router, schemas, models, service; what is shared stays where it is."""

from __future__ import annotations

from collections import Counter
from keyword import iskeyword
from typing import TYPE_CHECKING, TypeAlias

from plumbrule.layouts.modules import Modules
from plumbrule.layouts.one_file import crowded
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.sharing import left_behind
from plumbrule.layouts.slices import Membership, Slices, named_slice
from plumbrule.layouts.words import LAYERS, is_version, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.layouts.definitions import Definition
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

Wanted: TypeAlias = "tuple[Module, str, Line]"
UNSURE = 0.7
"""a module that is less sure of its slice, and neither it nor what is in it is named after it, stays"""
SPLIT = 0.6
"""a definition that is less sure of its slice is not taken out of its module"""
SPLITTABLE = {"models", "schemas", "crud", "service", "repository", "controller"}
"""what a module that holds something of several slices must be for it to be split"""
TELLING = {"router", "schemas", "models"}
"""roles that say what is in a file, whatever it was called"""
QUIET = {"logger", "log", "__all__"}


def by_feature(project: Project) -> Proposal:
    """What goes where if every slice has a folder of its own."""
    planner = _Planner(Modules(Slices(project)))
    return Proposal("by-feature", tuple(planner.lines()))


class _Planner:
    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.slices = modules.slices
        self.taken = {modules.name(m) for m in modules.project.modules}
        self.wanted: list[Wanted] = []
        self.mixed: list[tuple[Module, Line]] = []
        self.staying: list[Line] = []

    def lines(self) -> Iterator[Line]:
        """The lines; what belongs to a slice whose routes stay elsewhere stays as well."""
        self._judge()
        wanted, taken_apart = self._whole_ones(), {part.module: part for part in crowded(self.modules)}
        homes = {key for key in self.slices.names if self._has_home(key)}
        homes |= {key for module, key, _ in wanted if self._brings_home(module, key)}
        homes |= {key for part in taken_apart.values() for key in part.leaving.values()}
        yield from self.staying
        for _, key, line in wanted:
            if key not in homes:
                yield self._without_routes(line, key)
        wanted = [entry for entry in wanted if entry[1] in homes]
        yield from self._moved(wanted)
        others = list(left_behind(self.modules, [module for module, _, _ in wanted]))
        yield from others
        for module, line in self.mixed:
            if any(other.module == line.module for other in others):
                continue
            parts = [] if module in taken_apart else list(self._parts(module, homes))
            yield from parts or [line]
        for part in taken_apart.values():
            yield from part.lines(self._free)

    def _judge(self) -> None:
        """Tell the modules that go to a slice from those of which parts may, and from those that stay."""
        for module in self.modules.movable:
            name = self.modules.name(module)
            if self.modules.is_shared(module) or self.modules.gathers(module):
                self.staying.append(Line(name, None, "of no slice", 1.0))
                continue
            if self.modules.is_outside(module):
                self.staying.append(Line(name, None, "of a distribution of its own", 1.0))
                continue
            key, line = self._whole(module)
            if key is None:
                self.mixed.append((module, line))
            elif self.modules.is_foreign(joined(self.modules.base, self.slices.names[key])):
                reason = f"`{self.slices.names[key]}` is a package"
                self.staying.append(Line(name, None, reason, line.confidence))
            else:
                self.wanted.append((module, key, line))

    def _whole_ones(self) -> list[Wanted]:
        """The modules that go to a slice of more than one file."""
        alone = [entry for entry in self.wanted if self._is_one_file(entry, self.wanted)]
        for _, key, line in alone:
            reason = "a slice of one file"
            self.staying.append(Line(line.module, None, reason, line.confidence, self.slices.names[key]))
        return [entry for entry in self.wanted if entry not in alone]

    def _has_home(self, key: str) -> bool:
        """Whether routes of a slice lie in its folder already."""
        base = f"{self.modules.base}." if self.modules.base else ""
        routing = [m for m in self.modules.routing if self.modules.name(m).startswith(base)]
        return any(self.modules.is_in_slice(module, key) for module in routing)

    def _brings_home(self, module: Module, key: str) -> bool:
        """Whether a module brings the routes of its slice, or a folder that has its name."""
        folders = {key_of(folder) for folder in self.modules.inside(module)[:-1]}
        return bool(self.modules.routing.get(module)) or key in folders

    def _without_routes(self, line: Line, key: str) -> Line:
        folder = self.slices.names[key]
        return Line(line.module, None, f"the routes of {folder} stay elsewhere", line.confidence, folder)

    def _moved(self, wanted: list[Wanted]) -> Iterator[Line]:
        """The lines of modules that move."""
        self.taken -= {self.modules.name(module) for module, _, _ in wanted}
        kinds = {module: self._role(module, key, wanted) for module, key, _ in wanted}
        left = {module: self.modules.leftover(module, key) for module, key, _ in wanted}
        roles = Counter((key, kinds[module]) for module, key, _ in wanted)
        plainly = Counter((key, kinds[module]) for module, key, _ in wanted if not left[module])
        alike = Counter((key, left[module]) for module, key, _ in wanted)
        plain = {module for module, key, _ in wanted if not self.modules.apart(module, key)}
        for module, key, line in sorted(wanted, key=lambda entry: entry[0] not in plain):
            role = kinds[module]
            alone = (roles if left[module] else plainly)[key, role] == 1
            target = self._target(module, key, role, alone=alone, alike=alike[key, left[module]] > 1)
            yield Line(line.module, target, line.reason, line.confidence, self.slices.names[key])

    def _role(self, module: Module, key: str, wanted: list[Wanted]) -> str:
        """What a module is in its slice: models without tables are schemas where others have the tables."""
        role = self.modules.role(module, key)
        if role != "models" or self.modules.holds_tables(module) or not self.modules.holds_schemas(module):
            return role
        mates = [m for m, other, _ in wanted if other == key and self.modules.role(m, key) == "models"]
        return "schemas" if any(self.modules.holds_tables(m) for m in mates) else role

    def _is_one_file(self, entry: Wanted, wanted: list[Wanted]) -> bool:
        """Whether a module right below the base is all that there is of its slice."""
        module, key, _ = entry
        mates = sum(other == key for _, other, _ in wanted)
        around = any(self.modules.is_in_slice(m, key) for m in self.modules.movable)
        return mates == 1 and not around and len(self.modules.inside(module)) == 1

    def _whole(self, module: Module) -> tuple[str | None, Line]:
        """The slice that all of a module goes to, if any, and the line that says so or why it stays."""
        name = self.modules.name(module)
        members = self._members(module)
        votes: Counter[str] = Counter(m.slice for m in members.values() if m.slice)
        named = self.slices.by_path(module)
        served = self._served(module)
        if served not in {None, named} and key_of(self.modules.folder(module)) == served:
            key, why = served, "all of it belongs there"
        elif named is not None and (not votes or named in votes):
            key, why = named, "named after it"
        elif len(votes) == 1 and self._is_of(module, next(iter(votes))):
            key, why = next(iter(votes)), "all of it belongs there"
        elif not votes:
            reasons = Counter(m.reason for m in members.values())
            return None, Line(name, None, reasons.most_common(1)[0][0] if reasons else "nothing in it", 0.0)
        else:
            return None, Line(name, None, f"of {many_slices(votes, self.slices)}", 0.0)
        sure = [m.confidence for m in members.values() if m.slice == key] or [0.6]
        confidence = round(sum(sure) / len(sure), 2)
        if self.modules.is_in_slice(module, key):
            return None, Line(name, None, "is where it belongs", confidence, self.slices.names[key])
        routed = self.modules.routing.get(module)
        package = self.modules.lent(module, key) if named or routed else self.modules.package(module)
        if package:
            return None, Line(name, None, f"a part of `{package}`", confidence)
        if named is None and not routed and confidence < UNSURE and not self._speaks_of(module, key):
            return None, Line(name, None, "of several slices, of none most of all", confidence)
        return key, Line(name, "", f"{why}: {self._evidence(module, key)}", confidence)

    def _served(self, module: Module) -> str | None:
        """The slice of all routes that a module registers."""
        found = {self.slices.seeds.get(self.slices.definitions.number[d]) for d in self._members(module)}
        keys = {seed.key for seed in found if seed is not None}
        return keys.pop() or None if len(keys) == 1 else None

    def _speaks_of(self, module: Module, key: str) -> bool:
        """Whether most of what is in a module is named after a slice."""
        members = self._members(module)
        return sum(self._named(d) == key for d in members) * 2 > len(members)

    def _evidence(self, module: Module, key: str) -> str:
        routes = self.modules.routing.get(module)
        if routes:
            return f"{routes} routes"
        count = sum(m.slice == key for m in self._members(module).values())
        return f"{count} of {len(self._members(module))} definitions"

    def _is_of(self, module: Module, key: str) -> bool:
        """Whether a module that only one slice has a part in is that slice's."""
        if self.modules.routing.get(module):
            return True
        members = self._members(module)
        if any(m.shared for m in members.values()):
            return False
        named = [d for d in members if self._named(d) == key]
        mine = [m for m in members.values() if m.slice == key]
        if not named and self.modules.is_machinery(module, key):
            return False
        return len(named) * 2 > len(members) or (
            self.modules.is_layered(module) and len(mine) * 2 > len(members)
        )

    def _named(self, definition: Definition) -> str | None:
        found = named_slice(definition.name, self.slices.names, last=definition.kind == "function")
        return found[0] if found else None

    def _members(self, module: Module) -> dict[Definition, Membership]:
        return {
            d: self.slices.memberships[d] for d in self.slices.definitions.of(module) if d.name not in QUIET
        }

    def _parts(self, module: Module, homes: set[str]) -> Iterator[Line]:
        """The definitions of a module of several slices that go to theirs."""
        members = self._members(module)
        slices = {m.slice for m in members.values() if m.slice}
        splits = LAYERS.get(self.modules.stem(module)) in SPLITTABLE and not self.modules.routing.get(module)
        held = self.modules.package(module) or self._lies_in_slice(module)
        if len(slices) < 2 or not splits or held:
            return
        role = LAYERS.get(self.modules.stem(module), self.modules.stem(module))
        for key in sorted(slices & homes):
            names = tuple(
                d.name
                for d, m in members.items()
                if m.slice == key and m.confidence >= SPLIT and self._named(d) == key
            )
            if names:
                sure = min(m.confidence for d, m in members.items() if d.name in names)
                target = self._part_target(module, self.slices.names[key], role)
                reason = f"named after it: {len(names)} of {len(members)} definitions"
                yield Line(self.modules.name(module), target, reason, sure, self.slices.names[key], names)

    def _part_target(self, module: Module, folder: str, role: str) -> str:
        """Where a part of a module goes: under its role, or under that and the folder it comes from."""
        around, stem = self.modules.folder(module), self.modules.stem(module)
        names = [role, stem if stem != role or not around else f"{around}_{role}"]
        found = (self._join(folder, name) for name in names)
        return self._free(
            next((target for target in found if target not in self.taken), self._join(folder, role))
        )

    def _lies_in_slice(self, module: Module) -> bool:
        return any(self.modules.is_in_slice(module, key) for key in self.slices.names)

    def _target(self, module: Module, key: str, role: str, *, alone: bool, alike: bool) -> str:
        """Where a module goes: under the name of its role if it has that alone.

        What is left of its name is not enough where others in the slice are `alike` in that.
        """
        folder, around = self.slices.names[key], self.modules.folder(module)
        left, apart = self.modules.leftover(module, key), self.modules.apart(module, key)
        owner = self.modules.package(module) if role == self.modules.stem(module) and not left else None
        names = (
            [owner] if owner == apart and owner else [role] if alone and (role in TELLING or not left) else []
        )
        both = [left, f"{left}_{role}" if role != left else ""] if left else []
        names += both[::-1] if alike else both
        names += [f"{apart}_{role}"] if apart and not left and not alone else [role] if not left else []
        if key_of(around) != key:
            names += [f"{left}_{around}" if left else f"{role}_{around}" if is_version(around) else around]
        names += [f"{apart}_{role}"] if apart and not left else []
        names += [role, self.modules.stem(module)]
        for name in filter(None, names):
            target = self._join(folder, name)
            if target not in self.taken and name.isidentifier() and not iskeyword(name):
                self.taken.add(target)
                return target
        return self._free(self._join(folder, self.modules.stem(module)))

    def _join(self, *parts: str) -> str:
        return joined(self.modules.base, *parts)

    def _free(self, target: str) -> str:
        found, number = target, 2
        while found in self.taken:
            found, number = f"{target}_{number}", number + 1
        self.taken.add(found)
        return found


def joined(*parts: str) -> str:
    """A dotted name of those parts that are not empty."""
    return ".".join(filter(None, parts))


def many_slices(votes: Counter[str], slices: Slices) -> str:
    """The slices that have a part in something."""
    names = [slices.names[key] for key, _ in votes.most_common()]
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")

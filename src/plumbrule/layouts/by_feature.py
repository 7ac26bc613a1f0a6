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
from plumbrule.layouts.words import LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.layouts.definitions import Definition
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

Wanted: TypeAlias = "tuple[Module, str, Line]"
UNSURE = 0.5
"""a module that is less sure of its slice, and not named after it, stays"""
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

    def lines(self) -> Iterator[Line]:
        wanted: list[Wanted] = []
        mixed: list[tuple[Module, Line]] = []
        taken_apart = {part.module: part for part in crowded(self.modules)}
        for module in self.modules.movable:
            if self.modules.is_shared(module):
                yield Line(self.modules.name(module), None, "of no slice", 1.0)
                continue
            key, line = self._whole(module)
            if key is not None and self.modules.is_foreign(joined(self.modules.base, self.slices.names[key])):
                yield Line(line.module, None, f"`{self.slices.names[key]}` is a package", line.confidence)
            elif key is not None:
                wanted.append((module, key, line))
            else:
                mixed.append((module, line))
        alone = [entry for entry in wanted if self._is_one_file(entry, wanted)]
        wanted = [entry for entry in wanted if entry not in alone]
        for _, key, line in alone:
            yield Line(line.module, None, "a slice of one file", line.confidence, self.slices.names[key])
        leaving = {self.modules.name(module) for module, _, _ in wanted}
        self.taken -= leaving
        roles = Counter((key, self.modules.role(module, key)) for module, key, _ in wanted)
        for module, key, line in wanted:
            target = self._target(module, key, alone=roles[key, self.modules.role(module, key)] == 1)
            yield Line(line.module, target, line.reason, line.confidence, self.slices.names[key])
        others = list(left_behind(self.modules, [module for module, _, _ in wanted]))
        yield from others
        for module, line in mixed:
            if any(other.module == line.module for other in others):
                continue
            parts = [] if module in taken_apart else list(self._parts(module))
            yield from parts or [line]
        for part in taken_apart.values():
            yield from part.lines(self._free)

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
        if named is not None and (not votes or named in votes):
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
        if named is None and not self.modules.routing.get(module):
            if package := self.modules.package(module):
                return None, Line(name, None, f"a part of `{package}`", confidence)
            if confidence < UNSURE:
                return None, Line(name, None, "of several slices, of none most of all", confidence)
        return key, Line(name, "", f"{why}: {self._evidence(module, key)}", confidence)

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

    def _parts(self, module: Module) -> Iterator[Line]:
        """The definitions of a module of several slices that go to theirs."""
        members = self._members(module)
        slices = {m.slice for m in members.values() if m.slice}
        splits = LAYERS.get(self.modules.stem(module)) in SPLITTABLE and not self.modules.routing.get(module)
        held = self.modules.package(module) or self._lies_in_slice(module)
        if len(slices) < 2 or not splits or held:
            return
        role = LAYERS.get(self.modules.stem(module), self.modules.stem(module))
        for key in sorted(slices):
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
        wanted = self._join(folder, role)
        around = self.modules.folder(module)
        return self._free(
            self._join(folder, f"{around}_{role}") if wanted in self.taken and around else wanted
        )

    def _lies_in_slice(self, module: Module) -> bool:
        return any(self.modules.is_in_slice(module, key) for key in self.slices.names)

    def _target(self, module: Module, key: str, *, alone: bool) -> str:
        """Where a module goes: under the name of its role if it has that alone."""
        folder = self.slices.names[key]
        role, left = self.modules.role(module, key), self.modules.leftover(module, key)
        package = self.modules.package(module) if not left and role == self.modules.stem(module) else None
        names = [package] if package else [role] if alone and (role in TELLING or not left) else []
        names += [left, f"{left}_{role}" if role != left else ""] if left else [role]
        names += [
            f"{left}_{folder}" if left else folder for folder in [self.modules.folder(module)] if folder
        ]
        names += [role, self.modules.stem(module)]
        for name in filter(None, names):
            target = self._join(folder, name)
            if target not in self.taken and not iskeyword(name):
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

"""`plumb structure`: how a project is built, and what is in the way of changing it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.layouts.by_feature import many_slices
from plumbrule.layouts.fat_routes import fat_handlers, statements
from plumbrule.layouts.modules import Modules
from plumbrule.layouts.slices import Slices
from plumbrule.layouts.words import MIGRATIONS
from plumbrule.model.cycle_cut import smallest_cut
from plumbrule.model.reading import no_collection
from plumbrule.rules.architecture.upward_import import upward_import
from plumbrule.verbs.audit import run
from plumbrule.verbs.structure.edges import Edge, edges_of
from plumbrule.verbs.structure.style import Style, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.layouts.definitions import Definition
    from plumbrule.rulekit import Finding, Project

SETTINGS = {"config", "configuration", "constants", "settings"}
"""files that hold something of every slice because they are read in one place"""
TOO_TIGHT = 0.25
"""a project in which more of the uses go from slice to slice gains nothing from slices"""
TOO_FEW = 10
"""uses, of which a share says nothing"""


@dataclass(frozen=True, slots=True)
class Cycle:
    """Modules that import each other at the top level, and the imports to cut; `sure` if none is fewer."""

    modules: tuple[str, ...]
    cut: tuple[Edge, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something in the way: its kind, where, and what it is."""

    kind: str
    place: str
    what: str
    weight: int


@dataclass(frozen=True, slots=True)
class Sliced:
    """The slices of a project, with how many definitions each has, and how they hang together."""

    sizes: dict[str, int]
    across: int
    within: int

    @property
    def share(self) -> float:
        """The part of the uses that goes from one slice to another."""
        return self.across / (self.uses or 1)

    @property
    def uses(self) -> int:
        """How often something that belongs to a slice uses something that belongs to one."""
        return self.across + self.within

    @property
    def is_small(self) -> bool:
        """Whether there is too little in them to be kept apart."""
        return self.uses < TOO_FEW

    @property
    def is_worth_it(self) -> bool:
        """Whether slices would keep apart what is apart already."""
        return len(self.sizes) > 1 and not self.is_small and self.share <= TOO_TIGHT


@dataclass(frozen=True, slots=True)
class Analysis:
    """What there is to see; `troubles` are ranked, worst first."""

    style: Style
    modules: tuple[str, ...]
    lines: int
    unread: tuple[str, ...]
    edges: tuple[Edge, ...]
    cycles: tuple[Cycle, ...]
    troubles: tuple[Trouble, ...]
    sliced: Sliced
    depth: int = 2
    """how many parts of a name tell the packages of the project apart"""

    @property
    def tags(self) -> Counter[str]:
        """How many edges there are of each kind."""
        return Counter(edge.tag for edge in self.edges)

    @property
    def matrix(self) -> Counter[tuple[str, str]]:
        """How often the modules of one package import those of another."""
        pairs = ((package_of(e.source, self.depth), package_of(e.target, self.depth)) for e in self.edges)
        return Counter(pair for pair in pairs if pair[0] != pair[1])


def analysed(project: Project) -> Analysis:
    """Look at a project; tests are left out."""
    with no_collection():
        return _analysed(project)


def _analysed(project: Project) -> Analysis:
    modules = Modules(Slices(project))
    own = [module for module in project.modules if not module.is_test]
    edges = tuple(edges_of(project, modules.roots))
    cycles = tuple(cycles_of(edges))
    troubles = [*cyclic(cycles), *upward(project), *mixed(modules), *fat(project), *unmounted(project)]
    return Analysis(
        style_of(modules),
        tuple(sorted(modules.name(module) for module in own)),
        sum(module.source.lines for module in own),
        tuple(str(span) for module in own for span in module.file.broken[:1]),
        edges,
        cycles,
        tuple(sorted(troubles, key=lambda t: (-t.weight, t.kind, t.place))),
        sliced(modules.slices),
        modules.base.count(".") + 2,
    )


def cycles_of(edges: tuple[Edge, ...]) -> Iterator[Cycle]:
    """The groups of modules that cannot be imported one by one."""
    runtime = [edge for edge in edges if edge.tag in ("top level", "try")]
    weights = Counter((edge.source, edge.target) for edge in runtime)
    for group in groups(weights):
        inside = {pair: count for pair, count in weights.items() if set(pair) <= group}
        cut, sure = smallest_cut(inside)
        yield Cycle(tuple(sorted(group)), tuple(e for e in runtime if (e.source, e.target) in cut), sure)


def groups(weights: Counter[tuple[str, str]]) -> list[set[str]]:
    """Names that all lead to each other, found from both ends."""
    after: dict[str, set[str]] = {}
    before: dict[str, set[str]] = {}
    for source, target in weights:
        after.setdefault(source, set()).add(target)
        before.setdefault(target, set()).add(source)
    found: list[set[str]] = []
    left = set(after) & set(before)
    while left:
        start = min(left)
        group = reach(start, after) & reach(start, before)
        if len(group) > 1:
            found.append(group)
        left -= group | {start}
    return sorted(found, key=lambda group: (-len(group), min(group)))


def reach(start: str, after: dict[str, set[str]]) -> set[str]:
    """Everything that a name leads to."""
    seen = {start}
    queue = [start]
    while queue:
        for target in after.get(queue.pop(), ()):
            if target not in seen:
                seen.add(target)
                queue.append(target)
    return seen


def cyclic(cycles: tuple[Cycle, ...]) -> Iterator[Trouble]:
    """Cycles as troubles."""
    for cycle in cycles:
        first = cycle.cut[0]
        fewest = "" if cycle.sure else " or fewer"
        count = len(cycle.cut)
        cuts = (
            f"cut {count}{fewest} of the imports to break it" if count > 1 else "cut one import to break it"
        )
        what = f"{len(cycle.modules)} modules import each other; {cuts}"
        yield Trouble("import cycle", first.place, what, 100 + len(cycle.modules))


def upward(project: Project) -> Iterator[Trouble]:
    """What the rulebook says about lower layers that import higher ones."""
    found: list[Finding] = list(run(upward_import, project, []))
    for finding in found:
        yield Trouble("upward import", f"{finding.at.path}:{finding.at.line}", finding.message, 60)


def mixed(modules: Modules) -> Iterator[Trouble]:
    """Modules that hold something of several slices."""
    slices = modules.slices
    for module in modules.project.modules:
        *folders, name = module.path.split("/")
        if MIGRATIONS & set(folders) or name.removesuffix(".py") in SETTINGS:
            continue
        votes: Counter[str] = Counter()
        for definition in slices.definitions.of(module):
            found = slices.memberships[definition]
            # Errors of all slices stand together, so that one place says what each becomes.
            if found.slice is not None and found.confidence >= 0.6 and not is_error(definition):
                votes[found.slice] += 1
        if len(votes) > 1 and votes.total() > 3 and slices.by_path(module) is None:
            what = f"{votes.total()} definitions of {many_slices(votes, slices)}"
            yield Trouble("mixed module", module.path, what, 30 + len(votes))


def is_error(definition: Definition) -> bool:
    """Whether it is a class of exceptions."""
    cls = definition.module.cls(definition.name)
    return cls is not None and cls.is_a("BaseException", "Exception")


def fat(project: Project) -> Iterator[Trouble]:
    """Handlers that do the work themselves."""
    for handler in fat_handlers(project):
        count = statements(handler)
        what = f"{handler.routes[0].label}: {count} statements in `{handler.name}`"
        yield Trouble("fat route", f"{handler.span.path}:{handler.span.line}", what, 10 + count // 10)


def unmounted(project: Project) -> Iterator[Trouble]:
    """Routers with routes that no app includes."""
    for router in project.routers:
        at = router.span
        if router.is_app or router.is_assumed or at is None or (router.module and router.module.is_test):
            continue
        if router.routes and not any(route.is_mounted for route in router.routes):
            what = f"`{router.name}` with {len(router.routes)} routes is included nowhere"
            yield Trouble("unmounted router", f"{at.path}:{at.line}", what, 40)


def sliced(slices: Slices) -> Sliced:
    """The slices, and how tightly they hang together."""
    counts = Counter(m.slice for m in slices.memberships.values() if m.slice)
    sizes = {slices.names[key]: counts[key] for key in slices.names if counts[key]}
    across, within = slices.crossing
    return Sliced(sizes, across, within)


def package_of(name: str, depth: int) -> str:
    """The package that a module lies in, some levels deep at most."""
    parts = name.split(".")
    return ".".join(parts[:-1][:depth]) or parts[0]

"""No module imports one that imports it: the smallest set of imports that can be cut is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.layouts.anatomy import Anatomy, mentioned
from plumbrule.layouts.modules import Modules
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.sharing import third_module
from plumbrule.layouts.slices import Slices
from plumbrule.model.code import Module
from plumbrule.model.cycle_cut import smallest_cut
from plumbrule.plan import Refusal
from plumbrule.restructure import ImportCut, Tree
from plumbrule.restructure.cuts import cut_imports
from plumbrule.restructure.cycles import groups

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.project import Project

Pair = tuple[str, str]
DEFERRED, MOVED, STAYS = 10, 25, 1000
"""how much worse it is to move what is imported than to import it later, and to have no way at all"""


def acyclic(project: Project) -> Proposal:
    """What is cut if no modules are to import each other."""
    modules = Modules(Slices(project))
    return Proposal("acyclic", tuple(Cycles(modules).lines()))


class Cycles:
    """The modules that import each other while they are imported, and the ways out."""

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.project = modules.project
        tree = Tree.of({m.path: m.source.text for m in self.project.modules})
        self.tree = tree.recall(module.file for module in self.project.modules)
        self.by_name = {modules.name(m): m for m in self.project.modules if not m.is_test}
        self.homes: dict[tuple[str, frozenset[str]], str] = {}

    def lines(self) -> Iterator[Line]:
        """A line for each import to be cut, and for each that cannot be."""
        edges: dict[str, set[str]] = {}
        for edge in self.project.import_graph.edges:
            if edge.kind == "runtime" and not edge.source.is_test and not edge.target.is_test:
                edges.setdefault(self.modules.name(edge.source), set()).add(self.modules.name(edge.target))
        for group in sorted(groups(edges), key=min):
            inside = [(one, other) for one in sorted(group) for other in sorted(edges[one] & group)]
            ways = {pair: self._way(*pair, group) for pair in inside}
            cut, _ = smallest_cut({pair: weight for pair, (weight, _) in ways.items()})
            lines = (ways[pair][1] for pair in sorted(cut, reverse=True))
            yield from reversed({(x.module, x.target, x.names): x for x in lines}.values())

    def _way(self, source: str, target: str, group: set[str]) -> tuple[int, Line]:
        """How one import can be cut, and how bad that is."""
        try:
            cut_imports(self.tree, [ImportCut(source, target)])
        except Refusal as refusal:
            moved = self._moved(source, target, group)
            return (MOVED, moved) if moved else (STAYS, Line(source, None, f"{target} stays: {refusal}", 1.0))
        return DEFERRED, Line(source, target, "only functions need it, when they are called", 0.9, cuts=True)

    def _moved(self, source: str, target: str, group: set[str]) -> Line | None:
        """What one module needs of another, in a third one that needs neither."""
        here, there = self.by_name[source], self.by_name[target]
        anatomy = Anatomy(there)
        names = anatomy.needed(self.modules.slices.definitions.mentioned(here, there))
        if here.path.endswith("__init__.py") and there.path.startswith(here.path.removesuffix("__init__.py")):
            return None
        if not names or names & anatomy.held(set()).keys() or names >= anatomy.statements.keys():
            return None
        if any(self.modules.name(m) in group for name in names for m in self._imported(anatomy, name)):
            return None
        moved = (target, frozenset(names))
        if moved not in self.homes:
            self.homes[moved] = third_module(self.modules, target, names, self.homes.values())
        home = self.homes[moved]
        ordered = tuple(name for name in anatomy.statements if name in names)
        return Line(target, home, f"{source} needs it, and {target} needs {source}", 0.8, "", ordered)

    def _imported(self, anatomy: Anatomy, name: str) -> Iterator[Module]:
        """The modules that a definition needs something of."""
        for said in {said for node in anatomy.statements[name] for said in mentioned(node)}:
            found = self.project.imports.member(anatomy.module, said)
            module = found if isinstance(found, Module) else getattr(found, "module", None)
            if isinstance(module, Module) and module is not anatomy.module:
                yield module

"""What every step of a rewrite works with: the tree, where everything goes, and the edits made so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.restructure.edits import Edits
from plumbrule.restructure.moves import Mention
from plumbrule.restructure.names import is_init, key_of
from plumbrule.restructure.scopes import Scopes

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.restructure.moves import VisibleName
    from plumbrule.restructure.names import Names
    from plumbrule.restructure.needs import Need
    from plumbrule.restructure.relocation import Relocation
    from plumbrule.restructure.tree import Tree


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a file that goes to another module: whole lines, with the names they define."""

    start: int
    end: int
    names: tuple[str, ...]
    target: str
    nodes: tuple[n.Statement, ...]


@dataclass(slots=True)
class Rebinding:
    """What the uses of one import ask of it: the modules to bind instead, by their new local names.

    `kept` tells whether the old binding is still used, `uses` which module each use reads instead.
    """

    kept: bool = True
    modules: dict[str, str] = field(default_factory=dict)
    uses: dict[n.Name, str] = field(default_factory=dict)


@dataclass(slots=True)
class Site:
    """A rewrite in the making.

    `needed` holds modules that are passed around as objects, so that their face has to stay; `read` the
    names that code reads as `module.name`; `rebindings` what became of imported modules, and `pruned` the
    imports that go away with what used them; `copies` the loggers that every module has for itself,
    `preludes` what else a module starts with, `extra_needs` the imports for that, `rerouted` where
    decorators read a new router, and `instead` what stands where a segment was.
    """

    tree: Tree
    names: Names
    whole: Relocation
    edits: Edits = field(init=False)
    mentions: list[Mention] = field(default_factory=list)
    visible: list[VisibleName] = field(default_factory=list)
    segments: dict[str, list[Segment]] = field(default_factory=dict)
    needed: set[str] = field(default_factory=set)
    read: set[tuple[str, str]] = field(default_factory=set)
    rebindings: dict[n.Alias, Rebinding] = field(default_factory=dict)
    pruned: dict[str, set[n.Alias]] = field(default_factory=dict)
    copies: dict[str, list[tuple[str, Segment]]] = field(default_factory=dict)
    preludes: dict[str, list[str]] = field(default_factory=dict)
    extra_needs: dict[str, list[Need]] = field(default_factory=dict)
    rerouted: set[tuple[str, int]] = field(default_factory=set)
    instead: dict[tuple[str, int], str] = field(default_factory=dict)
    altered: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.edits = Edits(self.tree)

    def scopes(self, path: str) -> Scopes:
        """The scopes of a file."""
        return self.tree.facts(path).once(Scopes)

    def segment(self, path: str, at: int) -> Segment | None:
        """The part that a byte leaves its file with."""
        return next((s for s in self.segments.get(path, ()) if s.start <= at < s.end), None)

    def home(self, path: str, at: int) -> str:
        """The path of the file that a byte of a file is in afterwards."""
        segment = self.segment(path, at)
        return self.path_of(segment.target) if segment else self.whole.path(path)

    def path_of(self, key: str) -> str:
        """The path of a module of the new tree."""
        arriving = next((new for new in self.whole.files.values() if key_of(new) == key), None)
        if arriving:
            return arriving
        old = self.names.path(key)
        if old is not None and old not in self.whole.files:
            return old
        makes_package = any(k.startswith(key + "/") for k in self.whole.modules.values())
        return f"{key}/__init__.py" if makes_package and not is_init(key) else f"{key}.py"

    def mention(self, path: str, at: int, text: str, why: str) -> None:
        """List a place that was left alone."""
        line = self.tree.files[path].count(b"\n", 0, at) + 1
        made = Mention(path, line, text, why)
        if made not in self.mentions:
            self.mentions.append(made)

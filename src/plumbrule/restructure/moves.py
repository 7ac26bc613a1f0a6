"""What is asked for, and what comes of it: values that the planner, the mover and the proof share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbrule.plan import Step


@dataclass(frozen=True, slots=True)
class ModuleMove:
    """A module, or a package with all that is in it, that is to be imported by another name.

    Names are dotted and spelled as the project imports them: `app.crud.users` → `app.users.crud`.
    """

    source: str
    target: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionMove:
    """Top-level definitions of `source` that are to be defined in `target`, which may exist already."""

    names: tuple[str, ...]
    source: str
    target: str
    reason: str = ""


Move = ModuleMove | DefinitionMove


@dataclass(frozen=True, slots=True)
class ImportCut:
    """An import of `imported` by `source` that is to be done no longer while `source` itself is imported."""

    source: str
    imported: str
    reason: str = ""


class Unready(Refusal):
    """Something has to be put right before anything can move, or another folder be named."""


class Entangled(Refusal):
    """Some `parts` of a module cannot leave it as long as `names`, which they need, stay in it."""

    def __init__(self, said: str, names: tuple[str, ...], parts: tuple[str, ...]) -> None:
        super().__init__(said)
        self.names = names
        self.parts = parts


@dataclass(frozen=True, slots=True)
class MoveMap:
    """Old qualified name → new one, of modules and of definitions, in every spelling a root gives them."""

    names: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, name: str) -> str:
        """What `name` is called afterwards: its longest part that has moved is replaced."""
        end = len(name)
        while end > 0:
            if name[:end] in self.names:
                return self.names[name[:end]] + name[end:]
            end = name.rfind(".", 0, end)
        return name


@dataclass(frozen=True, slots=True)
class Mention:
    """Text that may mean something that moves and was left alone, and why it was."""

    path: str
    line: int
    text: str
    why: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.text}: {self.why}"


@dataclass(frozen=True, slots=True)
class VisibleName:
    """A name that others see and that is made of a module's name.

    `kind` is `task`, `logger` or `schema`; a pinned one stays as it was, so that `before` is `after`.
    """

    kind: str
    before: str
    after: str
    path: str
    line: int
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One place that was rewritten; `path` and `line` are those of the old tree."""

    kind: str
    path: str
    line: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """What `restructure` found: the steps of a plan, and all that a reader should know before applying it.

    `steps` hold a Move for a file that goes elsewhere (its content may change on the way), and Create, Edit
    and Delete for the rest; `paths` says where each file that moves goes to. `homes` gives the new full name
    of each definition that moves, both spelled from the root of the tree; `altered` those that mean something
    else on purpose, `gained` what some of them refer to in addition.
    """

    moves: tuple[Move, ...]
    steps: tuple[Step, ...]
    names: MoveMap
    paths: Mapping[str, str]
    changes: tuple[Change, ...] = ()
    mentions: tuple[Mention, ...] = ()
    visible: tuple[VisibleName, ...] = ()
    homes: Mapping[str, str] = field(default_factory=dict)
    altered: frozenset[str] = frozenset()
    gained: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def full(self, name: str) -> str:
        """What is called `name` from the root of the tree, in the new tree."""
        end = len(name)
        while end > 0:
            if name[:end] in self.homes:
                return self.homes[name[:end]] + name[end:]
            for face in ("", "/__init__"):
                new = self.paths.get(f"{name[:end].replace('.', '/')}{face}.py")
                if new is not None:
                    key = new.removesuffix(".py").removesuffix("/__init__")
                    return key.replace("/", ".") + name[end:]
            end = name.rfind(".", 0, end)
        return name

    def place(self, path: str) -> str:
        """Where a file or folder of the old tree is in the new one."""
        if path in self.paths:
            return self.paths[path]
        sources = {move.source.replace(".", "/") for move in self.moves if isinstance(move, ModuleMove)}
        folder = path
        while folder:
            if any(folder == name or folder.endswith("/" + name) for name in sources):
                for old, new in self.paths.items():
                    if old.startswith(folder + "/"):
                        return new[: len(new) - len(old) + len(folder)] + path[len(folder) :]
            folder = folder.rpartition("/")[0]
        return path


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that the static proof found different; `path` and `line` are those of the new tree."""

    kind: str
    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"

"""What a layout proposes, line by line: what moves where, what is cut, what stays, why, how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.restructure import DefinitionMove, ImportCut, ModuleMove, Move
from plumbrule.restructure.extraction import Extraction


@dataclass(frozen=True, slots=True)
class Line:
    """One module, or some definitions of one; without a target it stays.

    With `extract`, lines of the one handler named become `function` of the target, and the handler stays.
    If it `cuts`, nothing moves: the module no longer imports the target while it is imported itself.
    """

    module: str
    target: str | None
    reason: str
    confidence: float
    slice: str = ""
    names: tuple[str, ...] = ()
    extract: tuple[int, int] | None = None
    function: str = ""
    cuts: bool = False

    @property
    def group(self) -> str:
        """What it is shown under: its slice, or its module if something is taken out of it."""
        return self.slice if self.extract is None else self.module

    @property
    def extraction(self) -> Extraction | None:
        """The extraction of the line."""
        if self.target is None or self.extract is None:
            return None
        handler = f"{self.module}.{self.names[0]}"
        return Extraction(handler, self.extract, self.target, self.function, self.reason, self.confidence)

    @property
    def move(self) -> Move | None:
        """The move of the line."""
        if self.target is None or self.cuts or self.extract is not None:
            return None
        if self.names:
            return DefinitionMove(self.names, self.module, self.target, self.reason)
        return ModuleMove(self.module, self.target, self.reason)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A layout for a project."""

    layout: str
    lines: tuple[Line, ...]

    @property
    def moving(self) -> tuple[Line, ...]:
        """The lines that change something."""
        return tuple(line for line in self.lines if line.target is not None)

    @property
    def steps(self) -> tuple[Line, ...]:
        """The lines that change something, slice by slice; the first is number 1."""
        return tuple(sorted(self.moving, key=lambda line: (line.group, line.target or "", line.module)))

    @property
    def cuts(self) -> tuple[ImportCut, ...]:
        """The imports to be deferred."""
        lines = (line for line in self.lines if line.cuts and line.target)
        return tuple(ImportCut(line.module, line.target or "", line.reason) for line in lines)

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is to be carried out."""
        return tuple(move for line in self.lines if (move := line.move) is not None)

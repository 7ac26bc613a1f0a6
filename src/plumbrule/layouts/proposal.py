"""What a layout proposes, line by line: what moves where, what stays, why, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

from plumbrule.restructure import DefinitionMove, ModuleMove, Move


@dataclass(frozen=True, slots=True)
class Line:
    """One module, or some definitions of one; without a target it stays."""

    module: str
    target: str | None
    reason: str
    confidence: float
    slice: str = ""
    names: tuple[str, ...] = ()

    @property
    def move(self) -> Move | None:
        """The move of the line."""
        if self.target is None:
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
        """The lines that move something."""
        return tuple(line for line in self.lines if line.target is not None)

    @property
    def moves(self) -> tuple[Move, ...]:
        """What is to be carried out."""
        return tuple(move for line in self.lines if (move := line.move) is not None)

"""What a rehearsal finds out: how long each migration took, and what is wrong with it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that would go wrong, by the name of the rule that says why."""

    revision: str
    rule: str
    message: str
    help: str


@dataclass(frozen=True, slots=True)
class Step:
    """A migration: the seconds up, down and up again; None is not done, or not possible."""

    revision: str
    title: str
    up: float | None = None
    down: float | None = None
    again: float | None = None


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know that is no fault."""

    revision: str
    text: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The whole of it."""

    kind: Literal["sqlite", "postgresql"]
    rows: int
    steps: tuple[Step, ...]
    faults: tuple[Fault, ...]
    notes: tuple[Note, ...]
    swept: tuple[str, ...]
    left: int
    """migrations that could not be rehearsed, because one before them failed for good"""

"""The projects that a session works on: what was read of them stays, so that an edit costs one file."""

from pathlib import Path

from plumbrule.model.reading import Reading
from plumbrule.verbs.kept_facts import KeptFacts

MOST = 2
"""projects, the last ones; each takes as much memory as an audit of it"""


class Readings:
    """A reading for each of the last folders that were asked for."""

    def __init__(self) -> None:
        self._kept: dict[Path, Reading] = {}

    def of(self, root: Path) -> Reading:
        """The reading of a folder."""
        reading = self._kept.pop(root, None) or KeptFacts(root).reading()
        self._kept = dict([*self._kept.items(), (root, reading)][-MOST:])
        return reading

    def rest(self) -> None:
        """Give back the memory of what was answered."""
        for reading in self._kept.values():
            reading.rest()


readings = Readings()

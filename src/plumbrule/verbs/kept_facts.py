"""The facts of a project's files, for processes to come: after an edit they read one file, and not all.

The first audit of a project writes nothing here; the first that finds it edited does. They are in the user's
own cache folder, every file in `whole`, and in `since` those that have changed since. Each is used only for
a file that is what it was, and what is damaged, or not of this very program, is as if it were not there.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from contextlib import suppress
from io import BytesIO
from struct import Struct
from typing import TYPE_CHECKING
from zlib import crc32

from plumbrule.facts.packed import pack, unpack, unpickled
from plumbrule.model.reading import Reading, no_collection
from plumbrule.model.tree import Seen
from plumbrule.verbs.memory import cache_folder, forget, tool, write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedReader
    from pathlib import Path

    from plumbrule.model.reading import Known

MOST, LARGEST = 20, 400_000_000
"""how many files are kept here, and how many bytes of them"""
PART = 10
"""all is written anew when more than this part of it has changed"""
HEAD = Struct(">II")


class KeptFacts:
    """Keeps the facts of the files under a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        name = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:24]
        self.folder = cache_folder() / "facts"
        self.whole, self.since = self.folder / f"{name}.whole", self.folder / f"{name}.since"
        self._whole: Known = {}
        self._all: Known = {}

    def reading(self) -> Reading:
        """A reading that knows what was kept."""
        with no_collection():
            opened, self._whole = load(self.whole)
            later, changed = load(self.since) if self._whole else (0, {})
        self._all = self._whole | changed
        return Reading(self.root, self._all, min(opened, later) if changed else opened)

    def keep(self, reading: Reading) -> None:
        """Write down what is new; a folder that cannot be written costs nothing but time."""
        now = contents(reading.known)
        if now == contents(self._all):
            return
        before = contents(self._whole)
        new = {path: known for path, known in reading.known.items() if before.get(path) != now[path]}
        many = (len(new) + len(before.keys() - now.keys())) * PART > len(now)
        with suppress(OSError), no_collection(deep=0):
            write(self.whole if many else self.since, dump(reading.known if many else new, reading.opened))
            if many:
                self.since.unlink(missing_ok=True)
            forget(self.folder, MOST, LARGEST)

    @property
    def any(self) -> bool:
        """Whether something was kept."""
        return bool(self._all)


def contents(known: Known) -> Mapping[str, str]:
    """The digest of each file."""
    return {path: seen.digest for path, (seen, _) in known.items()}


def dump(known: Known, opened: int) -> Iterator[bytes]:
    """What is written of files, a piece at a time: all at once would take as much memory as the audit."""
    yield tool().encode()
    yield framed(pickle.dumps(opened))
    for seen, file in known.values():
        if packed := pack(file):
            yield framed(pickle.dumps((seen.stamp, seen.digest)) + packed)


def load(path: Path) -> tuple[int, Known]:
    """What was dumped; nothing of what is damaged or not ours."""
    known: Known = {}
    with suppress(Exception), path.open("rb") as file:  # it can all be read anew
        if file.read(len(tool())) == tool().encode():
            opened: int = unpickled(frame(file))
            while file.peek(1):
                row = frame(file)
                seen = Seen(*unpickled(row))
                facts = unpack(row)
                known[facts.path] = (seen, facts)
            return opened, known
    return 0, {}


def framed(text: bytes) -> bytes:
    """A piece, so that every damage shows."""
    return HEAD.pack(len(text), crc32(text)) + text


def frame(file: BufferedReader) -> BytesIO:
    """The next piece."""
    size, checksum = HEAD.unpack(file.read(HEAD.size))
    text = file.read(size)
    if crc32(text) != checksum:
        raise ValueError
    return BytesIO(text)

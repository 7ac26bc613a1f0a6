"""The facts of files that have not changed since the last run.

They live in the user's own cache folder, never in the project: what is unpickled must not come from the code
under review.
"""

from __future__ import annotations

import hashlib
import io
import os
import pickle
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

from plumbrule.facts.file import File
from plumbrule.facts.syntax import read

ALLOWED = {f"plumbrule.facts.{name}" for name in ("node", "expression", "statement", "file", "source")}
DEEP = 20_000  # pickling follows nesting with Python's own stack


class FactsCache:
    """Reads files through what was kept for one project folder; `save` keeps what this run has read."""

    def __init__(self, root: Path, folder: Path | None = None) -> None:
        name = hashlib.sha256(str(root.resolve()).encode()).hexdigest()[:24]
        self.path = (folder or cache_folder()) / f"{name}.facts"
        self._old = _load(self.path)
        self._new: dict[str, tuple[bytes, bytes]] = {}
        self.misses = 0

    def read(self, path: str, text: bytes) -> File:
        """The facts of a file, from the cache if its text is the same."""
        digest = hashlib.blake2b(text, digest_size=16).digest()
        known = self._old.get(path)
        if known is not None and known[0] == digest:
            with suppress(Exception):  # whatever is wrong with an entry, the file itself can be read
                facts = _Restricted(io.BytesIO(known[1])).load()
                if isinstance(facts, File) and facts.source.text == text:
                    self._new[path] = known
                    return facts
        self.misses += 1
        facts = read(path, text)
        with suppress(RecursionError):
            self._new[path] = (digest, pickle.dumps(facts, pickle.HIGHEST_PROTOCOL))
        return facts

    def save(self) -> None:
        """Write what was read; a folder that cannot be written costs nothing but time."""
        if not self.misses and len(self._new) == len(self._old):
            return
        with suppress(OSError):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self.path.parent)
            with os.fdopen(handle, "wb") as out:
                pickle.dump((stamp(), self._new), out, pickle.HIGHEST_PROTOCOL)
            Path(name).replace(self.path)


class _Restricted(pickle.Unpickler):
    """Makes nothing but facts."""

    def find_class(self, module: str, name: str) -> object:
        if module in ALLOWED or (module, name) == ("builtins", "Ellipsis"):
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is no fact")


def _load(path: Path) -> dict[str, tuple[bytes, bytes]]:
    with suppress(Exception):  # a cache that cannot be read is an empty one
        made, entries = _Restricted(io.BytesIO(path.read_bytes())).load()
        if made == stamp() and isinstance(entries, dict):
            return entries
    return {}


@cache
def stamp() -> str:
    """What the form of the facts depends on: the code that makes them, the grammar, the interpreter."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return f"{digest.hexdigest()} {version('tree-sitter-python')} {sys.version}"


def cache_folder() -> Path:
    """Where this user's caches live."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "plumbrule"

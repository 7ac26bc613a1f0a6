"""What an audit found the last time, for as long as nothing that it looked at has changed.

It is kept in the user's own cache folder, never in the project, and as JSON: what comes out is never run.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.facts.source import Source
from plumbrule.model.tree import Seen, Tree, stamp
from plumbrule.verbs.record import recorded, restored

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.config import Config
    from plumbrule.model.reading import Reading
    from plumbrule.rulekit import Project
    from plumbrule.verbs.outcome import Outcome

MOST, LARGEST = 50, 100_000_000
"""how many outcomes are kept, and how many bytes of them"""
ROOMS = ("facts", "model", "rules", "verbs")
PARSER = ("tree_sitter", "tree_sitter_python")


class Memory:
    """Keeps the outcome of an audit of one folder with one choice of rules; `is_outdated` says that there is
    one, and that the next audit may find something else.
    """

    def __init__(self, config: Config, folder: Path | None = None) -> None:
        self.root = config.root
        self.may_keep = not config.rules  # a project's own rules may look at anything
        chosen = [os.fspath(self.root.resolve()), config.select, config.ignore, config.pedantic]
        name = hashlib.sha256(json.dumps(chosen).encode()).hexdigest()[:24]
        self.path = (folder or cache_folder() / "audits") / f"{name}.json"
        self.is_outdated = False

    def recall(self, reading: Reading | None = None) -> Outcome | None:
        """The outcome of the last audit, if another one could find nothing else; `reading` gives its project
        to one who asks for it.
        """
        with suppress(OSError, ValueError, LookupError, TypeError):  # a record that cannot be read is none
            record = json.loads(self.path.read_bytes()) if self.may_keep else None
            if record and record["tool"] == tool():
                self.is_outdated = not unchanged(Tree(self.root), record)
                read = reading.project if reading else self._project
                return None if self.is_outdated else restored(record["outcome"], read, self._source)
        return None

    def _project(self) -> Project:
        from plumbrule.model.reading import read_project  # noqa: PLC0415  heavy, and mostly not needed

        return read_project(self.root)

    def _source(self, path: str) -> Source | None:
        with suppress(OSError):
            return Source(path, (self.root / path).read_bytes())
        return None

    def keep(self, outcome: Outcome) -> None:
        """Write down what was found; a folder that cannot be written costs nothing but time."""
        tree = outcome.project.tree
        if not self.may_keep or tree is None or tree.closed or outcome.failures:
            return
        with suppress(OSError):
            for path in tree.watched(tree.asked):
                if path not in tree.seen:
                    tree.read(path)
            files = {path: [*seen.stamp, seen.digest] for path, seen in tree.seen.items()}
            facts = {"tool": tool(), "opened": tree.opened, "asked": sorted(tree.asked), "files": files}
            write(self.path, [json.dumps({**facts, "outcome": recorded(outcome)}).encode()])
            forget(self.path.parent, MOST, LARGEST)


def unchanged(tree: Tree, record: dict[str, Any]) -> bool:
    """Whether the files that were looked at are the same, and no other one would be looked at now."""
    files = record["files"]
    if set(tree.watched(set(record["asked"]))) != set(files) or tree.closed:
        return False
    seen = ((path, Seen(tuple(before), content)) for path, (*before, content) in files.items())
    return all(before.again(f"{tree.root}/{path}", record["opened"]) for path, before in seen)


@cache
def tool() -> str:
    """What the findings depend on besides the project: this program, its parser, the interpreter."""
    here = Path(__file__).parents[1]
    files = [*here.glob("*.py"), *(file for room in ROOMS for file in (here / room).rglob("*.py"))]
    files += [Path(spec.origin) for name in PARSER if (spec := find_spec(name)) and spec.origin]
    known = [(file, stamp(os.stat(file))) for file in sorted(map(os.fspath, files))]  # noqa: PTH116
    return hashlib.sha256(repr((known, sys.version)).encode()).hexdigest()


def write(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file that is there as a whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.writelines(pieces)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def forget(folder: Path, most: int, largest: int) -> None:
    """Remove the oldest files of a folder beyond that many, or that many bytes."""
    found = sorted(((file.stat(), file) for file in folder.iterdir()), key=lambda pair: -pair[0].st_mtime_ns)
    for number, (status, file) in enumerate(found):
        largest -= status.st_size
        if number >= most or largest < 0:
            file.unlink(missing_ok=True)


def cache_folder() -> Path:
    """Where this user's caches live."""
    home = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(home) if home else Path.home() / ".cache") / "plumbrule"

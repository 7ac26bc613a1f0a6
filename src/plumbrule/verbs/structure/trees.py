"""Scratch copies of a project: what is run is never the user's own folder."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.model.tree import SKIPPED
from plumbrule.plan import Refusal
from plumbrule.verbs.revision import extract, git

if TYPE_CHECKING:
    from collections.abc import Iterator

HEAVIEST = 20_000_000  # bytes; data, which no import needs
LEFT_OUT = SKIPPED - {"dist"}
"""an app may serve what was built for the browser, and does not start without"""


@dataclass(frozen=True, slots=True)
class Place:
    """A project: the folder that is copied (its repository, if it has one), and the way to its own."""

    whole: Path
    inside: str

    @property
    def root(self) -> Path:
        """The folder of the project."""
        return self.whole / self.inside if self.inside else self.whole


def place_of(root: Path) -> Place:
    """The place of a project on disk."""
    top = repository_of(root)
    inside = root.resolve().relative_to(top.resolve()).as_posix() if top else "."
    return Place(top or root, "" if inside == "." else inside)


def repository_of(root: Path) -> Path | None:
    """The top folder of the git repository around a folder."""
    try:
        return Path(git(root, "rev-parse", "--show-toplevel").rstrip("\n"))
    except (subprocess.CalledProcessError, OSError):
        return None


def copied(place: Place, to: Path) -> Place:
    """Copy what a project needs to be imported: all but environments, caches and heavy data."""
    for path in files_below(place.whole):
        target = to / path.relative_to(place.whole)
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copy2(path, target, follow_symlinks=False)
        except OSError as error:
            raise Refusal(f"cannot read {error.filename or path}: {error.strerror}") from error
    return Place(to, place.inside)


def of_revision(place: Place, revision: str, to: Path) -> Place:
    """Write what a git revision holds, and the settings files beside it, which git does not know."""
    commit = commit_of(place, revision)
    extract(place.whole, commit, to)
    for path in files_below(place.whole):
        target = to / path.relative_to(place.whole)
        if path.name.startswith(".env") and not target.exists() and target.parent.is_dir():
            shutil.copy2(path, target)
    found = Place(to, place.inside)
    if not found.root.is_dir():
        raise Refusal(f"{revision} has no folder {place.inside}")
    return found


def commit_of(place: Place, revision: str) -> str:
    """The commit that a revision names."""
    try:
        return git(
            place.whole, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        ).strip()
    except (subprocess.CalledProcessError, OSError) as error:
        raise Refusal(f"{revision}: neither a folder nor a git revision of {place.whole}") from error


def files_below(folder: Path) -> Iterator[Path]:
    """Every file of a project."""
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT:
            continue
        if path.is_symlink():
            yield path
        elif path.is_dir():
            if not (path / "pyvenv.cfg").exists():
                yield from files_below(path)
        elif path.is_file() and path.stat().st_size <= HEAVIEST:
            yield path

"""From edits to the steps of a plan: what is made, what goes elsewhere, what is edited, what goes away."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.plan import Create, Delete, Edit, Refusal, Step, read_text
from plumbrule.plan import Move as MoveFile
from plumbrule.restructure.arriving import arrivals, grown_module, new_module
from plumbrule.restructure.leaving import is_empty, rest
from plumbrule.restructure.names import dotted_from, is_init, is_within
from plumbrule.restructure.registry import is_registry, registry
from plumbrule.restructure.tree import decoded, folders_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.restructure.site import Segment, Site

    Coming = dict[str, list[tuple[str, Segment]]]

FOLLOWS = "follows the moves"


def steps_of(site: Site) -> Iterator[Step]:
    """The plan: new packages, files that go elsewhere, files that are edited, packages left empty."""
    yield from _packages(site)
    yield from _ordered_moves(site)
    coming = {site.path_of(target): parts for target, parts in arrivals(site).items()}
    for path in sorted({*site.edits.by_path, *site.segments, *(coming.keys() & site.tree.files.keys())}):
        if path not in site.whole.files:
            before, after = decoded(site.tree.files[path]), text_of(site, path, coming)
            if after is None:
                yield Step(Delete(path, before), "nothing is left in it", "delete")
            elif after != before:
                yield Step(Edit(path, before, after), FOLLOWS, "edit")
    for path, parts in coming.items():
        if path not in site.tree.files and path not in site.whole.files.values():
            yield Step(Create(path, new_module(site, parts[0][1].target, parts)), _why(site, parts), "create")
    yield from _empty_packages(site)


def _why(site: Site, parts: Sequence[tuple[str, Segment]]) -> str:
    names = [name for _, segment in parts for name in segment.names]
    sources = ", ".join(dict.fromkeys(path for path, _ in parts))
    reason = site.whole.reasons.get(parts[0][1].target, "")
    return f"{', '.join(names)} from {sources}" + (f": {reason}" if reason else "")


def text_of(site: Site, path: str, coming: Coming) -> str | None:
    """The new text of a file of the old tree; None if nothing is left of it."""
    new = site.whole.path(path)
    if new in coming:
        return grown_module(site, path, coming[new])
    if path not in site.segments:
        return decoded(site.edits.apply(path))
    kept = decoded(rest(site, path))
    if is_registry(site, path):
        return registry(site, path, kept)
    return None if is_empty(site, path) and not is_init(path) else kept


def _packages(site: Site) -> Iterator[Step]:
    """An `__init__.py` for each new folder, if the folder that its modules come from has one."""
    made: set[str] = set()
    arriving = set(site.whole.files.values())
    parts = {(path, f"{s.target}.py") for path, segments in site.segments.items() for s in segments}
    for old, new in sorted({*site.whole.files.items(), *parts}):
        if f"{old.rpartition('/')[0]}/__init__.py" not in site.tree.paths or not new.endswith(".py"):
            continue
        for folder in folders_above(new):
            init = f"{folder}/__init__.py"
            known = folder in site.names.folders and not _leaves(site, folder)
            if not folder or known or init in made:
                break
            if init in arriving:
                continue
            made.add(init)
            reason = f"makes {folder} a package, like the one its modules come from"
            yield Step(Create(init, ""), reason, "move")


def _leaves(site: Site, folder: str) -> bool:
    """Whether a folder itself is moved away."""
    return folder in site.whole.modules


def _ordered_moves(site: Site) -> Iterator[Step]:
    """The moves of files, each after the one that frees its place."""
    waiting = dict(sorted(site.whole.files.items()))
    coming = {site.path_of(target): parts for target, parts in arrivals(site).items()}
    while waiting:
        free = {old: new for old, new in waiting.items() if new not in waiting}
        if not free:
            raise Refusal(
                f"{', '.join(waiting)} take each other's places; do it in two runs, by another name"
            )
        for old, new in free.items():
            text = site.tree.files.get(old)
            if text is None:
                before = after = read_text(site.tree.root / old) if site.tree.root else ""
            else:
                before, after = decoded(text), text_of(site, old, coming) or ""
            yield Step(MoveFile(old, new, before, after), site.whole.reasons.get(old, ""), "move")
            del waiting[old]


def _empty_packages(site: Site) -> Iterator[Step]:
    """Blank `__init__.py` whose folder holds nothing else any more."""
    gone = set(site.whole.files)
    stay = {path for path in site.tree.paths if path not in gone} | set(site.whole.files.values())
    for path in sorted({f"{old.rpartition('/')[0]}/__init__.py" for old in gone}, key=len, reverse=True):
        folder = path.rpartition("/")[0]
        if path in stay & set(site.tree.files) and not any(
            p.startswith(folder + "/") and p != path for p in stay
        ):
            text = site.tree.files[path]
            if not text.strip() and not _is_spoken_of(site, folder):
                stay.discard(path)
                yield Step(Delete(path, decoded(text)), f"nothing is left in {folder}", "delete")


def _is_spoken_of(site: Site, folder: str) -> bool:
    """Whether a package is named as such somewhere, and not only on the way to what was in it."""
    spellings = {dotted_from(folder, root) for root in site.names.roots | {""} if is_within(folder, root)} - {
        ""
    }
    exact = "|".join(re.escape(name) for name in spellings)
    pattern = re.compile(rf"(?<!from )(?<![\w.])(?:{exact})(?![\w.])".encode())
    prose = (".md", ".rst", ".txt")
    return any(pattern.search(text) for path, text in site.tree.files.items() if not path.endswith(prose))

"""Moves in, a rewrite out: all of them at once, or a refusal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.model.reading import no_collection
from plumbrule.plan import Create, Delete, Edit, Refusal, Step, read_text
from plumbrule.plan import Move as MoveFile
from plumbrule.restructure.addresses import needles
from plumbrule.restructure.identity import rewrite_identity
from plumbrule.restructure.imports import rewrite_imports
from plumbrule.restructure.moves import Change, DefinitionMove, MoveMap, Rewrite
from plumbrule.restructure.names import Names
from plumbrule.restructure.places import rewrite_places
from plumbrule.restructure.relocation import relocate, spelled
from plumbrule.restructure.site import Site
from plumbrule.restructure.strings import rewrite_strings
from plumbrule.restructure.texts import rewrite_texts
from plumbrule.restructure.tree import decoded, folders_above

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.restructure.moves import Move
    from plumbrule.restructure.tree import Tree

FOLLOWS = "follows the moves"


def restructure(tree: Tree, moves: Sequence[Move]) -> Rewrite:
    """The rewrite that carries out all moves in one pass; raises a Refusal if one cannot be done safely."""
    with no_collection():
        names = Names(tree)
        site = Site(tree, names, relocate(tree, names, moves))
        rewrite(site)
        steps = tuple(_steps(site))
        _check_files(site, steps)
        return finished(site, moves, steps)


def finished(site: Site, moves: Sequence[Move], steps: tuple[Step, ...]) -> Rewrite:
    """All that is known of a rewrite once its steps are."""
    return Rewrite(
        tuple(moves),
        steps,
        move_map(site, moves),
        dict(site.whole.files),
        tuple(_changes(site)),
        tuple(site.mentions),
        tuple(site.visible),
    )


def rewrite(site: Site) -> None:
    """Make all edits: imports first, for strings follow what code reads."""
    for path in site.tree.python:
        rewrite_imports(site, path)
    for path in site.tree.python:
        if path in site.whole.files or path in site.segments:
            rewrite_places(site, path)
            rewrite_identity(site, path)
    pattern = needles(site)
    if pattern is not None:
        for path in site.tree.python:
            rewrite_strings(site, path, pattern)
        rewrite_texts(site, pattern)


def move_map(site: Site, moves: Sequence[Move]) -> MoveMap:
    """The new name of every module and definition that moves, in every spelling."""
    found: dict[str, str] = {}
    for key, new in site.whole.modules.items():
        found |= spelled(site.whole, key, new)
    for move in moves:
        if isinstance(move, DefinitionMove):
            for (key, name), new in site.whole.definitions.items():
                pairs = spelled(site.whole, key, new).items()
                found |= {f"{old}.{name}": f"{dotted}.{name}" for old, dotted in pairs}
    return MoveMap(found)


def _steps(site: Site) -> Iterator[Step]:
    """The plan: new packages, files that go elsewhere, files that are edited, packages left empty."""
    yield from _packages(site)
    yield from _ordered_moves(site)
    for path in sorted(site.edits.by_path):
        if path not in site.whole.files and site.edits.of(path):
            before, after = site.tree.files[path], site.edits.apply(path)
            yield Step(Edit(path, decoded(before), decoded(after)), FOLLOWS, "edit")
    yield from _empty_packages(site)


def _packages(site: Site) -> Iterator[Step]:
    """An `__init__.py` for each new folder, if the folder that its modules come from has one."""
    made: set[str] = set()
    for old, new in sorted(site.whole.files.items()):
        if f"{old.rpartition('/')[0]}/__init__.py" not in site.tree.paths or not new.endswith(".py"):
            continue
        for folder in folders_above(new):
            init = f"{folder}/__init__.py"
            known = folder in site.names.folders and not _leaves(site, folder)
            if not folder or known or init in made or init in site.whole.files.values():
                break
            made.add(init)
            reason = f"makes {folder} a package, like the one its modules come from"
            yield Step(Create(init, ""), reason, "move")


def _leaves(site: Site, folder: str) -> bool:
    """Whether a folder itself is moved away."""
    return folder in site.whole.modules


def _ordered_moves(site: Site) -> Iterator[Step]:
    """The moves of files, each after the one that frees its place."""
    waiting = dict(sorted(site.whole.files.items()))
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
                before, after = decoded(text), decoded(site.edits.apply(old))
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
            if not text.strip():
                stay.discard(path)
                yield Step(Delete(path, decoded(text)), f"nothing is left in {folder}", "delete")


def _check_files(site: Site, steps: Sequence[Step]) -> None:
    """Refuse to touch what does not parse or may not be written."""
    for step in steps:
        operation = step.operation
        if isinstance(operation, Create):
            continue
        path = operation.path
        if path in site.tree.sealed:
            raise Refusal(f"{path} is read-only; make it writable and run again")
        if not path.endswith(".py") or isinstance(operation, Delete):
            continue
        if (file := site.tree.facts(path)).broken and operation.before != operation.after:
            raise Refusal(f"{file.broken[0]} does not parse; mend it before moving what it uses")


def _changes(site: Site) -> Iterator[Change]:
    for path in sorted(site.edits.by_path):
        text = site.tree.files[path]
        for edit in site.edits.of(path):
            line = text.count(b"\n", 0, edit.start) + 1
            yield Change(edit.kind, path, line, decoded(text[edit.start : edit.end]), decoded(edit.text))

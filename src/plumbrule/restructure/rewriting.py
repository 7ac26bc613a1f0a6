"""Moves in, a rewrite out: all of them at once, or a refusal."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.reading import no_collection
from plumbrule.plan import Create, Delete, Refusal, Step
from plumbrule.restructure.addresses import needles
from plumbrule.restructure.cycles import groups, reachable
from plumbrule.restructure.discovery import check_discovery
from plumbrule.restructure.identity import rewrite_identity
from plumbrule.restructure.imports import rewrite_imports
from plumbrule.restructure.leaving import cut, names_used, staying
from plumbrule.restructure.loading import check_startup, keep_loaded
from plumbrule.restructure.lookups import check_lookups
from plumbrule.restructure.mapped import rewrite_mapped
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.moves import Change, DefinitionMove, Entangled, MoveMap, Rewrite, Unready
from plumbrule.restructure.names import Names, dotted_from, is_within, key_of
from plumbrule.restructure.needs import used_by
from plumbrule.restructure.packaging import check_packages
from plumbrule.restructure.places import rewrite_places
from plumbrule.restructure.placing import import_back
from plumbrule.restructure.relocation import relocate, spelled
from plumbrule.restructure.routes import convert
from plumbrule.restructure.schema_keys import pin_schemas
from plumbrule.restructure.segments import bound_by
from plumbrule.restructure.site import Site
from plumbrule.restructure.steps import steps_of
from plumbrule.restructure.strings import rewrite_strings
from plumbrule.restructure.texts import rewrite_texts
from plumbrule.restructure.tree import decoded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from plumbrule.restructure.moves import Move
    from plumbrule.restructure.site import Segment
    from plumbrule.restructure.tree import Tree


def restructure(tree: Tree, moves: Sequence[Move]) -> Rewrite:
    """The rewrite that carries out all moves in one pass; raises a Refusal if one cannot be done safely."""
    with no_collection():
        names = tree.once(Names)
        site = Site(tree, names, relocate(tree, names, moves))
        if site.whole.definitions:
            cut(site)
            convert(site)
        rewrite(site)
        import_back(site)
        steps = settled(site)
        check_files(site, steps)
        return finished(site, moves, steps)


def settled(site: Site) -> tuple[Step, ...]:
    """The steps, with the imports that they make necessary; refuses new import cycles."""
    steps = tuple(steps_of(site))
    after = site.tree.after(steps)
    added = keep_loaded(site, after)
    if added:
        steps = tuple(steps_of(site))
        after = site.tree.after(steps)
    if added or site.segments:
        check_cycles(site, after)
    check_startup(site, after)
    return steps


def check_cycles(site: Site, after: Tree) -> None:
    """Refuse what makes modules import each other that did not."""
    old, new = site.tree.once(Meanings), after.once(Meanings)
    known = groups(old.edges(site.tree.python))
    for group in groups(new.edges(after.python)):
        if not any(group <= {*g, *(dotted(site.whole.key(m.replace(".", "/"))) for m in g)} for g in known):
            raise _circle(site, group) or Refusal(f"{_listed(sorted(group))} would import each other")


def _listed(names: list[str]) -> str:
    shown = names if len(names) < 5 else [*names[:3], f"{len(names) - 3} more"]
    return " and ".join(shown)


def _circle(site: Site, group: set[str]) -> Entangled | None:
    """Which names let a module and one that its parts go to import each other, directly or through others."""
    found: list[tuple[bool, Entangled]] = []
    for path, segments in site.segments.items():
        other = dotted(site.whole.key(key_of(path)))
        for target in dict.fromkeys(segment.target for segment in segments):
            parts = [segment for segment in segments if segment.target == target]
            own = {name for statement in staying(site, path) for name in bound_by(statement)}
            copied = {name for _, copy in site.copies.get(target, ()) for name in copy.names}
            needed = sorted((used_by(site, path, parts).keys() & own) - copied)
            use = _use_of(site, path, parts)
            if needed and (use or {dotted(target), other} <= group):
                what, names = f"`{needed[0]}`", tuple(name for segment in parts for name in segment.names)
                said = f"{dotted(target)} would need {what} of {other}, {use or 'which leads back to it'}"
                advice = f"move {what} as well, or to a third module"
                found.append((not use, Entangled(f"{said}; {advice}", tuple(needed), names)))
    return min(found, key=lambda knot: knot[0])[1] if found else _knot(site, group)


def _knot(site: Site, group: set[str]) -> Entangled | None:
    """Which names let two modules that parts of one go to import each other; the fewest of them."""
    found: list[Entangled] = []
    for path, segments in site.segments.items():
        parts = [segment for segment in segments if dotted(segment.target) in group]
        home = {name: part.target for part in parts for name in part.names}
        used = [(part, used_by(site, path, [part]).keys() & home.keys()) for part in parts]
        uses = {part.names: names for part, names in used}
        for one, other in itertools.permutations(dict.fromkeys(home.values()), 2):
            there, back = (
                {name for part, names in used if part.target == user for name in names if home[name] == maker}
                for user, maker in ((one, other), (other, one))
            )
            if there and back:
                tied = sorted(_closed(there, uses))
                said = (
                    f"{dotted(one)} and {dotted(other)} need `{min(there)}` and `{min(back)}` of each other"
                )
                advice = f"move {', '.join(f'`{name}`' for name in tied)} to a third module"
                found.append(Entangled(f"{said}; {advice}", tuple(tied), tuple(tied)))
    return min(found, key=lambda knot: len(knot.names)) if found else None


def _closed(names: set[str], uses: Mapping[tuple[str, ...], Collection[str]]) -> set[str]:
    """Some names, and all that they use."""
    edges = {name: set(used) for made, used in uses.items() for name in made}
    return set[str]().union(*(reachable(name, edges) for name in names))


def _use_of(site: Site, path: str, parts: list[Segment]) -> str:
    """Why a module still needs parts that leave it."""
    back = sorted(names_used(site, path).intersection(name for part in parts for name in part.names))
    if back:
        return f"which uses `{back[0]}`"
    if any((path, part.start) in site.instead for part in parts):
        return "which includes its router"
    return "a face" if key_of(path) in site.needed else ""


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
        {f"{dotted(k)}.{name}": f"{dotted(new)}.{name}" for (k, name), new in site.whole.definitions.items()},
        frozenset(site.altered),
    )


def rewrite(site: Site) -> None:
    """Make all edits: imports first, for strings follow what code reads."""
    check_discovery(site)
    check_lookups(site)
    check_packages(site)
    pin_schemas(site)
    for path in site.tree.python:
        rewrite_imports(site, path)
    for path in site.tree.python:
        if path in site.whole.files or path in site.segments:
            rewrite_places(site, path)
            rewrite_identity(site, path)
    rewrite_mapped(site)
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


def check_files(site: Site, steps: Sequence[Step]) -> None:
    """Refuse to touch what does not parse or may not be written."""
    for step in steps:
        operation = step.operation
        if isinstance(operation, Create):
            continue
        path = operation.path
        if path in site.tree.sealed:
            raise Unready(f"{path} is read-only; make it writable and run again")
        if not path.endswith(".py") or isinstance(operation, Delete):
            continue
        if (file := site.tree.facts(path)).broken and operation.before != operation.after:
            used = ", ".join(_spoken_of(site, path)) or "what it uses"
            raise Refusal(f"{file.broken[0]} does not parse; mend it before moving {used}")


def _spoken_of(site: Site, path: str) -> Iterator[str]:
    """The modules that move, or lose something, and that a file imports or has the name of in its text."""
    text, imported = decoded(site.tree.files[path]), set[str]()
    for statement in site.names.imports(path):
        if isinstance(statement, n.ImportFrom):
            origin = site.names.origin(path, statement)
            keys = (
                [site.names.member(origin.key, a.name) or origin.key for a in statement.names]
                if origin
                else []
            )
            imported.update(keys)
    for key in sorted({*site.whole.modules, *(key for key, _ in site.whole.definitions)}):
        names = [dotted_from(key, root) for root in site.names.roots | {""} if is_within(key, root)]
        said = key in imported or any(re.search(rf"(?<![\w.]){re.escape(x)}\b", text) for x in names)
        if said and site.names.path(key):
            yield min(names, key=len)


def _changes(site: Site) -> Iterator[Change]:
    for path in sorted(site.edits.by_path):
        text = site.tree.files[path]
        for edit in site.edits.of(path):
            line = text.count(b"\n", 0, edit.start) + 1
            yield Change(edit.kind, path, line, decoded(text[edit.start : edit.end]), decoded(edit.text))

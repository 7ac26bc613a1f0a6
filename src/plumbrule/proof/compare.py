"""Two snapshots → what differs, and where; names that have moved count as the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from plumbrule.proof.route_tables import compare_routes
from plumbrule.proof.verdict import Check, Verdict, not_run, outcome

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbrule.proof.snapshot import Snapshot

Names = Callable[[str], str]
Pointer = tuple[str, ...]
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_<][\w<>]*)+")
EXACT = {"path", "name", "unique_id", "operation_id", "tags", "summary", "description"}
"""what callers see of a route: names of the code in it are not followed"""
MOST = 12  # differences that are shown of one check

APP_CHECKS = {
    "openapi": "OpenAPI",
    "routes": "routes",
    "middleware": "middleware",
    "handlers": "exception handlers",
    "lifespan": "lifespan",
    "settings": "settings",
}
TREE_CHECKS = {"tables": "tables", "mappers": "mappers", "tasks": "tasks"}


@dataclass(frozen=True, slots=True)
class Difference:
    """Where two values part, and the values; None is nothing there."""

    pointer: Pointer
    before: Any
    after: Any

    def __str__(self) -> str:
        place = " > ".join(self.pointer)
        if self.before is None:
            return f"{place}: new{told(self.after)}"
        if self.after is None:
            return f"{place}: lost{told(self.before)}"
        return f"{place}: {short(self.before)} → {short(self.after)}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """How to compare: the new names of what has moved, the places that change by themselves."""

    names: Names
    volatile: frozenset[Pointer] = frozenset()

    def same(self, before: Any, after: Any) -> bool:
        """Whether two plain values mean the same."""
        if before == after and type(before) is type(after):
            return True
        if not (isinstance(before, str) and isinstance(after, str)):
            return False
        return after in (self.renamed(before), DOTTED.sub(lambda found: self._made_of(found[0]), before))

    def _made_of(self, name: str) -> str:
        """A name that a library has made of a moved one, behind its own: `tortoise.app.models.Item`."""
        for dot in (at for at, letter in enumerate(name) if letter == "."):
            inner = name[dot + 1 :]
            if (moved := self.names(inner)) != inner:
                return name[: dot + 1] + moved
        return name

    def renamed(self, text: str) -> str:
        """A text with the new names of what it names."""
        return DOTTED.sub(lambda found: self.names(found[0]), text)

    def walk(self, before: Any, after: Any, at: Pointer, *, ordered: bool) -> Iterator[Difference]:
        """Every place where two values part."""
        if at in self.volatile:
            return
        match before, after:
            case dict(), dict():
                yield from self._mappings(before, after, at, ordered=ordered)
            case list(), list() if len(before) == len(after):
                for number, (one, other) in enumerate(zip(before, after, strict=True)):
                    yield from self.walk(one, other, (*at, str(number)), ordered=ordered)
            case list(), list():
                yield from self._unequal(before, after, at)
            case _ if not (before == after if at[-1] in EXACT else self.same(before, after)):
                yield Difference(at, before, after)

    def _unequal(self, before: list[Any], after: list[Any], at: Pointer) -> Iterator[Difference]:
        """What is lost and what is new in a list of another length."""
        left = list(after)
        for item in before:
            found = next(
                (new for new in left if not any(self.walk(item, new, (*at, "*"), ordered=True))), None
            )
            if found is None:
                yield Difference((*at, named(item)), item, None)
            else:
                left.remove(found)
        for item in left:
            yield Difference((*at, named(item)), None, item)

    def _mappings(
        self, before: Mapping[str, Any], after: Mapping[str, Any], at: Pointer, *, ordered: bool
    ) -> Iterator[Difference]:
        exact = "tasks" in at  # their names are on the wire
        new = {key: key if exact or key in after else self.renamed(key) for key in before}
        for key, value in before.items():
            if new[key] in after:
                yield from self.walk(value, after[new[key]], (*at, key), ordered=ordered)
            elif (*at, key) not in self.volatile:
                yield Difference((*at, key), value, None)
        known = set(new.values())
        for key in after:
            if key not in known and (*at, key) not in self.volatile:
                yield Difference((*at, key), None, after[key])
        if ordered and list(new.values()) != list(after) and set(new.values()) == set(after):
            yield Difference((*at, "order"), list(new.values()), list(after))


def compare(before: Snapshot, again: Snapshot, after: Snapshot, names: Names) -> Verdict:
    """The verdict on two trees; `again`, a second snapshot of the first, shows what changes by itself."""
    if before.error or again.error:
        return Verdict((not_run("start", f"before: {before.error or again.error}"),))
    if after.error:
        return Verdict((outcome("start", [f"after: {after.error}"]),))
    noise = Comparison(lambda name: name)
    found = [*noise.walk(dict(before.sections), dict(again.sections), (), ordered=True)]
    found += changing_migrations(before, again, noise)
    volatile = frozenset(difference.pointer for difference in found)
    comparison = Comparison(names, volatile)
    one, other = whole(before), whole(after)
    checks = [*app_checks(one, other, comparison), *tree_checks(one, other, comparison)]
    checks += migration_checks(before, after, comparison)
    return Verdict(tuple(checks), tuple(sorted("/".join(pointer) for pointer in volatile)))


def whole(snapshot: Snapshot) -> dict[str, dict[str, Any]]:
    """The sections, with their roots kept for the pointers."""
    return dict(snapshot.sections)


def app_checks(one: dict[str, Any], other: dict[str, Any], comparison: Comparison) -> Iterator[Check]:
    """One check a section of the apps, all apps together."""
    pairs, lost = paired_apps(one, other, comparison)
    if lost:
        yield outcome("apps", lost)
    for key, name in APP_CHECKS.items():
        differences: list[str] = []
        count = 0
        failed = ""
        for at, before, after in pairs:
            mine, theirs = before[key], after[key]
            if "error" in mine:
                failed = f"before: {mine['error']}"
            elif "error" in theirs:
                differences.append(f"after: {theirs['error']}")
            else:
                count += size_of(key, mine["value"])
                differences += differing(key, mine["value"], theirs["value"], (*at, key), comparison)
        yield not_run(name, failed) if failed else outcome(name, clipped(differences), compared=str(count))


def differing(key: str, mine: Any, theirs: Any, at: Pointer, comparison: Comparison) -> list[str]:
    """What differs in one section of one app."""
    place = (*at, "value")
    if key == "routes":
        return compare_routes(mine, theirs, place, comparison)
    if key in ("openapi", "settings"):
        comparison = Comparison(lambda name: name, comparison.volatile)
    return [str(trimmed(d)) for d in comparison.walk(mine, theirs, place, ordered=True)]


def paired_apps(
    one: dict[str, Any], other: dict[str, Any], comparison: Comparison
) -> tuple[list[tuple[Pointer, Any, Any]], list[str]]:
    """The apps of both trees that are the same one, and what is lost or new."""
    before = {(root, name): app for root, part in one.items() for name, app in part["apps"].items()}
    after = {name: app for part in other.values() for name, app in part["apps"].items()}
    pairs: list[tuple[Pointer, Any, Any]] = []
    lost, left = [], dict(after)
    for (root, name), app in before.items():
        new = next((n for n in (comparison.renamed(name), name) if n in left), None)
        if new is None and len(before) == len(after) == 1:
            new = next(iter(left))
        if new is None:
            lost.append(f"{name}: lost")
        else:
            pairs.append(((root, "apps", name), app, left.pop(new)))
    return pairs, [*lost, *(f"{name}: new" for name in left)]


def tree_checks(one: dict[str, Any], other: dict[str, Any], comparison: Comparison) -> Iterator[Check]:
    """Tables, mappers, tasks, and whether everything can be imported."""
    for key, name in TREE_CHECKS.items():
        before = {root: part[key] for root, part in one.items()}
        after = {root: part[key] for root, part in other.items()}
        errors = [section["error"] for section in before.values() if "error" in section]
        if errors:
            yield not_run(name, f"before: {errors[0]}")
            continue
        differences = [f"after: {s['error']}" for s in after.values() if "error" in s]
        if not differences:
            roots = list(zip(before, after, strict=False))
            differences = [
                str(trimmed(d))
                for root, new in roots
                for d in comparison.walk(before[root], after[new], (root, key), ordered=False)
            ]
        count = sum(size_of(key, section["value"]) for section in before.values())
        if count or differences:
            yield outcome(name, clipped(differences), compared=str(count))
    yield imports_check(one, other, comparison)


def imports_check(one: dict[str, Any], other: dict[str, Any], comparison: Comparison) -> Check:
    """Whether a module fails that did not before; a module that is gone is the others' business."""
    before = {comparison.names(m): told for part in one.values() for m, told in part["modules"].items()}
    after = {m: told for part in other.values() for m, told in part["modules"].items()}
    failed = [
        f"{name}: {told}"
        for name, told in after.items()
        if told != "imported" and before.get(name, "imported") == "imported"
    ]
    return outcome("imports", clipped(failed), compared=str(len(after)))


def migration_checks(before: Snapshot, after: Snapshot, comparison: Comparison) -> Iterator[Check]:
    """What Alembic sees, file by file."""
    for file, told in before.migrations.items():
        name = migration_check(before, file)
        now = after.migrations.get(file) or (
            next(iter(after.migrations.values()))
            if len(before.migrations) == len(after.migrations) == 1
            else None
        )
        if "error" in told:
            yield not_run(name, f"before: {told['error']}")
        elif now is None or "error" in now:
            yield outcome(name, [f"after: {now['error']}" if now else f"{file} is gone"])
        else:
            found = comparison.walk(told["value"], now["value"], (name,), ordered=False)
            count = f"{len(told['value']['operations'])} lines"
            yield outcome(name, clipped([str(trimmed(d)) for d in found]), compared=count)


def migration_check(snapshot: Snapshot, file: str) -> str:
    """What the check of one of Alembic's files is called."""
    return "migrations" if len(snapshot.migrations) == 1 else f"migrations of {file}"


def changing_migrations(before: Snapshot, again: Snapshot, noise: Comparison) -> Iterator[Difference]:
    """What Alembic sees otherwise a second time, such as a default that is drawn by chance."""
    for file, told in before.migrations.items():
        more = again.migrations.get(file, {})
        if "value" in told and "value" in more:
            yield from noise.walk(
                told["value"], more["value"], (migration_check(before, file),), ordered=False
            )


def size_of(key: str, section: Any) -> int:
    """How many things a section is about."""
    if key == "openapi":
        return sum(len(path) for document in section.values() for path in document.get("paths", {}).values())
    if key == "tables":
        return sum(len(tables) for tables in section)
    return len(section)


def trimmed(difference: Difference) -> Difference:
    """A difference without the parts of its pointer that say nothing to a reader."""
    said = [p for p in difference.pointer if p not in ("", "apps", "value", "openapi")]
    return Difference(tuple(said), difference.before, difference.after)


def clipped(differences: list[str]) -> list[str]:
    """The first differences, and how many more there are."""
    if len(differences) <= MOST:
        return differences
    return [*differences[:MOST], f"and {len(differences) - MOST} more"]


def named(item: Any) -> str:
    """What an entry of a list is called."""
    match item:
        case {"call": str(name)} | [str(name), *_] | str(name):
            return short(name)
        case _:
            return "entry"


def told(value: Any) -> str:
    """A plain value after a colon; of a big one its name is enough."""
    return "" if isinstance(value, (dict, list)) else f": {short(value)}"


def short(value: Any) -> str:
    """A value in a few words."""
    text = " ".join((value if isinstance(value, str) else repr(value)).split())
    return text if len(text) <= 160 else f"{text[:157]}…"

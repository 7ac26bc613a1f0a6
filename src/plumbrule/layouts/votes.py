"""The slice of each route: what its tags, its path and the name of its module say."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from keyword import iskeyword
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import bound_names
from plumbrule.layouts.words import AUTHENTICATION, GENERIC, NOISE, is_version, key_of
from plumbrule.model.import_roots import ImportRoots

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.layouts.definitions import Definition, Definitions
    from plumbrule.model.code import Module
    from plumbrule.model.project import Project
    from plumbrule.model.routes import Place, Route

TAG, SEGMENT, STEM = 2.5, 2.0, 1.5
COMMON = 0.6
"""a segment on more of the routes than this says nothing"""


@dataclass(frozen=True, slots=True)
class Seed:
    """The slice of a route: its key, how it is spelled, why, and how sure."""

    key: str
    spelling: str
    reason: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Vote:
    """One piece of evidence."""

    spelling: str
    weight: float
    reason: str


def seeds(definitions: Definitions, *, paths: bool) -> Iterator[tuple[Definition, Seed]]:
    """The handlers of all routes, each with its slice."""
    routes = [r for r in definitions.project.routes if not r.module.is_test]
    common = common_segments(routes) | packages_around(definitions.project)
    around = folders_around(definitions.project)
    votes: dict[Definition, list[Vote]] = {}
    for route in routes:
        handler = route.handler
        if handler is None:
            continue
        definition = definitions.definition(handler.cls or handler)
        if definition is not None:
            votes.setdefault(definition, []).extend(votes_of(route, common, around, paths=paths))
    votes = spelled_alike(votes)
    known = shared_words(votes)
    decided_for = leaving_by_the_door(
        {definition: decided(found, known) for definition, found in votes.items()}
    )
    yield from decided_for.items()
    yield from router_seeds(definitions, routes, decided_for)


def leaving_by_the_door(found: dict[Definition, Seed]) -> dict[Definition, Seed]:
    """The seeds; who logs out does that where others log in."""
    spellings = {seed.key: seed.spelling for seed in found.values()}
    key = next((key for key in AUTHENTICATION if key in spellings), None)
    return {
        definition: replace(seed, key=key, spelling=spellings[key]) if key and seed.key == "logout" else seed
        for definition, seed in found.items()
    }


def spelled_alike(votes: dict[Definition, list[Vote]]) -> dict[Definition, list[Vote]]:
    """The votes; where `exampaper` and `exam_paper` are said, the one that files are called is meant."""
    every = sorted(
        (v for found in votes.values() for v in found), key=lambda v: (v.weight == STEM, v.spelling)
    )
    telling = {key.replace("_", ""): key for key in (key_of(vote.spelling) for vote in every)}
    return {
        definition: [replace(v, spelling=_telling(v.spelling, telling)) for v in found]
        for definition, found in votes.items()
    }


def _telling(spelling: str, telling: Mapping[str, str]) -> str:
    key = key_of(spelling)
    return spelling if telling[key.replace("_", "")] == key else telling[key.replace("_", "")]


def folders_around(project: Project) -> set[str]:
    """The folders that the apps lie in: their names say nothing about what is in them."""
    return {f for app in project.apps if app.module for f in app.module.path.split("/")[:-1]}


def packages_around(project: Project) -> set[str]:
    """The packages that the apps lie in: they are called like the product, of which all routes are."""
    roots = ImportRoots(project)
    return {part for app in project.apps if app.module for part in roots.name(app.module).split(".")[:-1]}


def router_seeds(
    definitions: Definitions, routes: list[Route], decided_for: Mapping[Definition, Seed]
) -> Iterator[tuple[Definition, Seed]]:
    """The variables that hold routers all of whose routes are of one slice."""
    found: dict[Definition, set[str]] = {}
    for route in routes:
        handler = route.handler and definitions.definition(route.handler.cls or route.handler)
        seed = decided_for.get(handler) if handler else None
        for router in {route.router, *(i.parent for i in route.places[0].includes)}:
            statement = router.node.parent if router.node is not None else None
            if seed is not None and isinstance(statement, n.Assign) and router.module is not None:
                for name in bound_names(statement):
                    definition = definitions.by_name.get((router.module, name))
                    if definition is not None:
                        found.setdefault(definition, set()).add(seed.key)
    for definition, keys in found.items():
        if len(keys) == 1 and not definition.name.startswith("app"):
            yield definition, Seed(key := keys.pop(), key, "all its routes", 0.95)


def held_by_folders(found: dict[Definition, Seed]) -> dict[Definition, Seed]:
    """The seeds; what lies in a folder that is called like a slice in it is of that slice."""
    folders = {definition: definition.module.path.split("/")[-2:-1] for definition in found}
    owners: dict[str, str] = {}
    for definition, seed in found.items():
        for name in folders[definition]:
            if seed.key and key_of(name) == seed.key:
                owners[definition.module.path.rpartition("/")[0]] = name
    held = dict(found)
    for definition, seed in found.items():
        owner = owners.get(definition.module.path.rpartition("/")[0])
        if owner and key_of(owner) != seed.key:
            held[definition] = Seed(key_of(owner), owner, f"folder {owner}", 0.9)
    return held


def named_by_folders(found: dict[Definition, Seed], project: Project) -> dict[Definition, Seed]:
    """The seeds, those of a slice that has a folder for itself under the name of that folder."""
    tenants: dict[str, set[str]] = {}
    homes: dict[str, set[str]] = {}
    for definition, seed in found.items():
        folder = definition.module.path.rpartition("/")[0]
        tenants.setdefault(folder, set()).add(seed.key)
        homes.setdefault(seed.key, set()).add(folder)
    around, renamed = folders_around(project), {}
    for key, folders in homes.items():
        folder = min(folders)
        name, known = folder.rpartition("/")[2], {key_of(part) for part in folder.split("/")}
        owned = name and len(folders) == 1 and tenants[folder] == {key} and key and key not in known
        telling = name.lower() not in GENERIC | around and not is_noise(name) and key_of(name) not in homes
        at_home = len(folders) == 1 and tenants[folder] == {key} == {key_of(name)}
        if at_home or (owned and telling and not is_elsewhere(name, folder, project)):
            renamed[key] = name
    return {
        definition: replace(seed, key=key_of(renamed[seed.key]), spelling=renamed[seed.key])
        if seed.key in renamed
        else seed
        for definition, seed in found.items()
    }


def is_elsewhere(name: str, folder: str, project: Project) -> bool:
    """Whether a file or folder outside of a folder has its name too: then it is a variant of something."""
    paths = (m.path for m in project.modules if not m.is_test and not m.path.startswith(f"{folder}/"))
    return any(name in path.removesuffix(".py").split("/") for path in paths)


def decided(votes: list[Vote], known: Counter[str]) -> Seed:
    """The slice with most of the weight; among equals the one that more routes name."""
    weights: Counter[str] = Counter()
    for vote in votes:
        if key_of(vote.spelling):
            weights[key_of(vote.spelling)] += vote.weight  # type: ignore[assignment]
    if not weights:
        return Seed("", "", "nothing names it", 0.0)
    best = max(weights, key=lambda key: (weights[key], known[key], key))
    mine = [vote for vote in votes if key_of(vote.spelling) == best]
    reasons = dict.fromkeys(vote.reason for vote in mine)
    spelling = next((v.spelling for v in mine if v.weight == STEM), mine[0].spelling)
    share = weights[best] / weights.total()
    return Seed(best, identifier(spelling), ", ".join(reasons), round(share, 2))


def identifier(spelling: str) -> str:
    """A tag, a segment or a stem as the name of a package."""
    plain = re.sub(r"[^a-z0-9]+", "_", spelling.lower()).strip("_")
    return plain if plain.isidentifier() and not iskeyword(plain) else key_of(spelling)


def shared_words(votes: dict[Definition, list[Vote]]) -> Counter[str]:
    """How often each slice is named."""
    return Counter(key_of(vote.spelling) for found in votes.values() for vote in found)


def votes_of(route: Route, common: set[str], around: set[str], *, paths: bool) -> Iterator[Vote]:
    """What speaks for a slice."""
    place = route.places[0]
    tag = first_tag(place)
    if tag and not is_noise(tag) and key_of(tag) not in common:
        yield Vote(tag, TAG, f"tag {tag}")
    is_whole = route.is_mounted or route.router.value.options.get("prefix") is not None
    segment = first_segment(place.path, common) if is_whole else None
    if segment is not None:
        yield Vote(segment, SEGMENT, f"path {place.path}")
    stem = stem_of(route.module, around) if paths else None
    if stem is not None:
        yield Vote(stem, STEM, f"file {route.module.path}")


def first_tag(place: Place) -> str | None:
    """The first tag that FastAPI would show: of the includes, the router, the route. `a/b` is about `b`."""
    given = [include.record.args.get("tags") for include in place.includes]
    given += [place.router.value.options.get("tags"), place.record.args.get("tags")]
    for tags in given:
        if isinstance(tags, (list, tuple)) and tags and isinstance(tags[0], str):
            return tags[0].rpartition("/")[2].strip() or tags[0]
    return None


def first_segment(path: str, common: set[str]) -> str | None:
    """The first part of a path that can name a slice."""
    for segment in segments(path):
        if segment not in common:
            return segment
    return None


def segments(path: str) -> Iterator[str]:
    """The parts of a path that are words."""
    for segment in path.strip("/").split("/"):
        if segment and "{" not in segment and "…" not in segment and not is_noise(segment):
            yield segment


def common_segments(routes: list[Route]) -> set[str]:
    """Segments that say nothing: most of the routes have them, or they only hold others together."""
    paths = [tuple(segments(route.places[0].path)) for route in routes]
    heads = {path[:1] for path in paths}
    if len(heads) < 2 and len(routes) < 3:
        return set()
    found = Counter(segment for path in paths for segment in set(path))
    only = next(iter(heads)) if len(heads) == 1 else ()
    things = set(only) if only in paths else set()
    most = {s for s, count in found.items() if count > COMMON * len(routes) and len(found) > 1} - things
    return most | {segment for segment in found if holds_others(segment, paths)}


def holds_others(segment: str, paths: list[tuple[str, ...]]) -> bool:
    """Whether a segment is never last, and what follows it are several things with several routes each."""
    after = [path[path.index(segment) + 1 :][:1] for path in paths if segment in path]
    children = set(after)
    return () not in children and len(children) >= 3 and len(after) >= 2 * len(children)


def is_noise(word: str) -> bool:
    """Whether a word says nothing about the domain."""
    return word.lower() in NOISE or is_version(word)


def stem_of(module: Module, around: set[str]) -> str | None:
    """What a module is named after, or the folder next to it; not the folders around the whole app."""
    for part in reversed(module.path.removesuffix(".py").removesuffix("/__init__").split("/")):
        if part.lower() not in GENERIC and part not in around and not is_noise(part):
            return part
    return None

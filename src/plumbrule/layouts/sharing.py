"""What several slices share and what therefore has to leave the place where it ties them together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.layouts.anatomy import Anatomy
from plumbrule.layouts.proposal import Line
from plumbrule.layouts.roles import SHARED, Roles
from plumbrule.layouts.words import LAYERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from plumbrule.layouts.modules import Modules
    from plumbrule.model.code import Module

DATABASES = ("db", "database")


def third_module(modules: Modules, source: str, names: set[str], taken: Collection[str]) -> str:
    """A module for definitions that tie others to their own: named after what they are, or `shared`."""
    module = next(m for m in modules.project.modules if modules.name(m) == source)
    roles = Roles(modules.project, Anatomy(module), modules.slices.names)
    found = set(roles.of(dict.fromkeys(sorted(names))).values())
    known = {modules.name(m) for m in modules.project.modules} | set(taken)
    base = modules.base_for(module)
    return _first_free([_joined(base, role) for role in (*sorted(found)[:1], SHARED)], known)


def left_behind(modules: Modules, leaving: Collection[Module]) -> Iterator[Line]:
    """Modules of a package whose `__init__` imports what leaves it, and that what leaves it imports.

    Whoever imports the new place first would run the package, which asks for what is not there yet.
    """
    graph, known = modules.project.import_graph, {modules.name(m) for m in modules.project.modules}
    packages = {m for m in modules.project.modules if m.path.endswith("/__init__.py")}
    for face in packages:
        if LAYERS.get(modules.name(face).rpartition(".")[2]) != "models":
            continue
        folder = face.path.removesuffix("__init__.py")
        inside = [m for m in leaving if m.path.startswith(folder)]
        named = {edge.target for edge in graph.of(face) if edge.kind == "runtime"}
        waiting = inside if named & set(inside) else []
        seen = set(waiting)
        while waiting:
            for edge in graph.of(waiting.pop()):
                target = edge.target
                if edge.kind != "runtime" or target in seen or not target.path.startswith(folder):
                    continue
                seen.add(target)
                waiting.append(target)
                if (
                    target not in leaving
                    and target.path.count("/") == folder.count("/")
                    and target is not face
                ):
                    yield _out(
                        modules, target, modules.name(face), {modules.name(m) for m in packages}, known
                    )


def _out(modules: Modules, module: Module, package: str, packages: set[str], known: set[str]) -> Line:
    above, _, leaf = package.rpartition(".")
    stem = modules.stem(module)
    folders = [_joined(above, name) for name in DATABASES if _joined(above, name) in packages]
    target = _first_free(
        [*(_joined(f, stem) for f in folders), _joined(above, stem), f"{package}_{stem}"], known
    )
    known.add(target)
    return Line(modules.name(module), target, f"what leaves {package} needs it, and {leaf} imports that", 0.7)


def _joined(*parts: str) -> str:
    return ".".join(filter(None, parts))


def _first_free(names: list[str], known: Collection[str]) -> str:
    number, last = 2, names[-1]
    while names[-1] in known and all(name in known for name in names):
        names = [*names, f"{last}_{number}"]
        number += 1
    return next(name for name in names if name not in known)

"""A folder for each layer: routers, services, models, schemas; each holds a file of every slice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.layouts.modules import Modules
from plumbrule.layouts.proposal import Line, Proposal
from plumbrule.layouts.slices import Slices
from plumbrule.layouts.words import LAYERS, key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.code import Module
    from plumbrule.model.project import Project

FOLDERS = {
    "router": "routers",
    "service": "services",
    "models": "models",
    "schemas": "schemas",
    "dependencies": "dependencies",
    "repository": "repositories",
    "crud": "crud",
    "controller": "controllers",
}
REST = "services"
"""where what has no layer of its own goes"""


def by_layer(project: Project) -> Proposal:
    """What goes where if every layer has a folder of its own."""
    modules = Modules(Slices(project))
    return Proposal("by-layer", tuple(lines(modules)))


def lines(modules: Modules) -> Iterator[Line]:
    """A line for every module that lies in the folder of a slice."""
    taken = {modules.name(module) for module in modules.project.modules}
    for module in modules.movable:
        name = modules.name(module)
        key = slice_around(modules, module)
        if key is None:
            yield Line(name, None, "not in the folder of a slice", 1.0)
            continue
        folder, stem = modules.inside(module)[0], modules.stem(module)
        role = LAYERS.get(stem, stem)
        longer = f"{folder}_{modules.leftover(module, key) or stem}"
        layer, leaves = FOLDERS.get(role, REST), [folder, longer] if role in FOLDERS else [longer]
        targets = [".".join(filter(None, (modules.base, layer, leaf))) for leaf in leaves]
        target = next((target for target in targets if target not in taken), targets[-1])
        if target in taken:
            yield Line(name, None, f"{target} exists", 1.0, folder)
            continue
        taken.add(target)
        yield Line(name, target, f"the {role} of {folder}", 1.0, folder)


def slice_around(modules: Modules, module: Module) -> str | None:
    """The slice in whose folder, right below the base, a module lies."""
    parts = modules.inside(module)
    if len(parts) != 2 or not modules.name(module).startswith(modules.base):
        return None
    key = key_of(parts[0])
    return key if key in modules.slices.names else None

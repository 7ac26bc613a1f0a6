"""Plugins by name: the entry points that a project declares in its own `pyproject.toml`."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

from plumbrule.facts.file import is_test
from plumbrule.facts.frozen import frozen
from plumbrule.model.assembly.conditions import perhaps
from plumbrule.model.assembly.values import UNKNOWN, Ext, ModuleValue, Partial

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.assembly.expressions import Expressions
    from plumbrule.model.assembly.values import Env
    from plumbrule.model.project import Project

LOAD = "importlib.metadata.EntryPoint.load"


@frozen
class EntryPoint:
    """One line of a table of entry points: `value` is `module:attribute`."""

    group: str
    name: str
    value: str


def declared(project: Project) -> Iterator[EntryPoint]:
    """The entry points in the manifests of a project."""
    for path, text in project.texts("pyproject.toml").items():
        try:
            manifest = {} if is_test(path) else tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            continue
        tables = (("project", "entry-points"), ("tool", "poetry", "plugins"))
        for groups in (inside(manifest, keys) for keys in tables):
            for group, points in groups.items():
                for name, value in points.items() if isinstance(points, dict) else ():
                    if isinstance(value, str):
                        yield EntryPoint(group, name, value)


def inside(manifest: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """The table under some keys; empty if there is none."""
    table: Any = manifest
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def entry_points(interpreter: Expressions, args: list[Any], kwargs: dict[str, Any], _: Env) -> Any:
    """`entry_points(group="shop.plugins")`, and `iter_entry_points("shop.plugins")`."""
    wanted = dict(zip(("group", "name"), args, strict=False)) | kwargs
    return select([*declared(interpreter.project)], wanted)


def select(points: list[Any], wanted: dict[str, Any]) -> Any:
    """Those of a group or name; what the project does not declare comes from packages that are not seen."""
    if wanted.get("group", "") is UNKNOWN:
        return UNKNOWN
    sure = {key: value for key, value in wanted.items() if isinstance(value, str)}
    found = [
        point
        for point in points
        if isinstance(point, EntryPoint) and all(getattr(point, key, "") == sure[key] for key in sure)
    ]
    unsure = wanted.get("name") is UNKNOWN
    return ([*map(perhaps, found)] if unsure else found) or UNKNOWN


def of_entry_point(point: EntryPoint, attr: str) -> Any:
    """`point.name`, or `point.load` about to be called."""
    if attr == "load":
        return Partial(Ext(LOAD), [point], {})
    if attr == "module":
        return point.value.partition(":")[0].strip()
    return getattr(point, attr) if attr in ("group", "name", "value") else UNKNOWN


def load(interpreter: Expressions, args: list[Any], _: dict[str, Any], env: Env) -> Any:
    """`point.load()`: what it names, if it is the project's."""
    name, _colon, attribute = args[0].value.partition(":") if args else ("", "", "")
    module = interpreter.project.imports.find(name.strip(), env.scope.module)
    if module is None:
        return UNKNOWN
    return interpreter.member(module, attribute.strip()) if attribute else ModuleValue(module)

"""What goes along with the logic of routes: names of their module that it needs, and that others need too.

If they stayed, the module with the routes and the one with the logic would import each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.layouts.anatomy import Anatomy, mentioned
from plumbrule.layouts.homes import MODELS
from plumbrule.layouts.proposal import Line
from plumbrule.layouts.roles import Roles
from plumbrule.restructure.extraction.extracting import QUIET
from plumbrule.restructure.extraction.flow import own_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from plumbrule.layouts.homes import Homes
    from plumbrule.layouts.worth import Logic
    from plumbrule.model.code import Module

SURE = 0.7
OWN_LAYER = ("models", "schemas")
"""roles with a module of their own; one of them that moves does not leave the others alone"""
MOVING = (*OWN_LAYER, "service", "exceptions", "router")
"""roles of what may leave the routes; constants that only routes use have theirs"""


def companions(homes: Homes, module: Module, taken: Sequence[tuple[Line, Logic]]) -> Iterator[Line]:
    """The definitions of a module with routes that move before the logic of some of them is taken out."""
    anatomy = Anatomy(module)
    roles = Roles(homes.project, anatomy, {}).of(dict.fromkeys(anatomy.statements, ""))
    users = _users(anatomy, roles, taken)
    layers = zip(OWN_LAYER, (MODELS, homes.schemas), strict=True)
    targets = {role: homes.of(module, layer) for role, layer in layers}
    moving: dict[str, list[str]] = {}
    for name in (name for name in anatomy.statements if name in users):
        moving.setdefault(targets.get(roles[name], taken[0][0].target or ""), []).append(name)
    for target, names in moving.items():
        handlers = sorted({handler for name in names for handler in users[name]})
        here = homes.roots.name(module)
        yield Line(here, target, _said(handlers), SURE, here, tuple(names))


def _users(
    anatomy: Anatomy, roles: Mapping[str, str], taken: Sequence[tuple[Line, Logic]]
) -> dict[str, set[str]]:
    """What moves, with the handlers whose logic needs it."""
    tied = anatomy.held(set()).keys() | anatomy.handlers.keys()
    tied |= {name for name in roles if roles[name] not in MOVING or _starts(anatomy, name)}
    found: dict[str, set[str]] = {}
    for line, logic in taken:
        needed = anatomy.needed(_used(logic) & anatomy.statements.keys())
        for name in needed if not needed & tied else ():
            found.setdefault(name, set()).add(line.names[0])
    for role in OWN_LAYER:
        alike = {name for name in roles if roles[name] == role and not anatomy.needed({name}) & tied}
        for name in anatomy.needed(alike) if alike & found.keys() else ():
            found.setdefault(name, set())
    return found


def _used(logic: Logic) -> set[str]:
    """The names that lines of a handler speak of, and those in the types of what they take."""
    handler = logic.run.handler
    own = {name for node in handler.walk() if node is not handler for name in own_names(node)}
    found = {name for statement in logic.run.statements for name in mentioned(statement)} - own
    for parameter in handler.parameters:
        if parameter.name in logic.cut.parameters and parameter.annotation is not None:
            found.update(mentioned(parameter.annotation))
    return found


def _starts(anatomy: Anatomy, name: str) -> bool:
    """Whether a name is made by a call that may do something when its module is imported."""
    calls = (
        node.func.text.rpartition(".")[2]
        for statement in anatomy.statements[name]
        if isinstance(statement, n.Assign)
        for node in statement.walk()
        if isinstance(node, n.Call)
    )
    return any(called not in QUIET for called in calls)


def _said(handlers: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in handlers[:2])
    more = f" and {len(handlers) - 2} more" if len(handlers) > 2 else ""
    return f"needed by the logic of {shown}{more}, and by the routes"

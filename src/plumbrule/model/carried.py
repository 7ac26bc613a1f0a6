"""What an app or a request carries in its `state`, and from where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.words import last_word

if TYPE_CHECKING:
    from plumbrule.model.code import Scoped
    from plumbrule.model.inference import Inference
    from plumbrule.model.project import Project
    from plumbrule.model.values import Type

    Given = dict[str, list[tuple[Scoped, n.Attribute, n.Assign]]]

CARRIERS = {
    "app": {"fastapi.FastAPI", "starlette.applications.Starlette"},
    "request": {"fastapi.Request", "fastapi.WebSocket", "starlette.requests.HTTPConnection"},
}


def given(project: Project) -> Given:
    """Everything outside the tests that is assigned to an attribute of something's `state`, by its name."""
    found: Given = {}
    for module in project.mentioning(b".state."):
        for scope in (module, *module.classes, *module.functions):
            for assign in scope.find(n.Assign):
                match assign.targets:
                    case (n.Attribute(value=n.Attribute(attr="state") as state, attr=name),):
                        found.setdefault(name, []).append((scope, state, assign))
    return found


def carried_type(inference: Inference, state: n.Expr, name: str) -> Type | None:
    """The type of `request.app.state.name`: that of all that is assigned to it, if there is one."""
    carrier = carrier_of(inference, state)
    if carrier is None:
        return None
    places = inference.project.carried.get(name, ())
    own = [(at, assign) for at, to, assign in places if carrier_of(at.inference, to) == carrier]
    kinds = {at.inference.assigned_type(assign) for at, assign in own if not is_none(assign.value)}
    return kinds.pop() if len(kinds) == 1 else None


def is_carried(name: str) -> bool:
    """Whether a full name is that of something in a state: what it is, only its type says."""
    return ".state." in name and name.startswith(("fastapi.", "starlette."))


def carrier_of(inference: Inference, state: n.Expr) -> str | None:
    """Whose state it is, the app's or the request's; None if it is that of something else."""
    if not isinstance(state, n.Attribute) or state.attr != "state":
        return None
    kind = inference.type_of(state.value)
    if kind is not None:
        return next((carrier for carrier, kinds in CARRIERS.items() if kind.name in kinds), None)
    return word if (word := last_word(state.value)) in CARRIERS else None


def is_none(value: n.Expr | None) -> bool:
    """Whether a value only holds the place of another."""
    return isinstance(value, n.Constant) and value.value is None

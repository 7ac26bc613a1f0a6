"""Why no app is known to serve a route: what can be seen, and what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.model.code import Function

if TYPE_CHECKING:
    from plumbrule.model.apps import Router
    from plumbrule.model.routes import Place


def why_unserved(place: Place) -> str:
    """One clause about a place without an app; empty for one that an app serves."""
    if place.app is not None:
        return ""
    outer = place.includes[0].parent if place.includes else place.router
    name = f"`{outer.name}` of {outer.module.path}" if outer.module else f"`{outer.name}`"
    if outer.is_assumed:
        at = f"`{outer.scope.qualified_name}`" if isinstance(outer.scope, Function) else "a function"
        return f"{at} takes `{outer.name}`, and no call that passes a router can be seen"
    hidden = unseen_includes(outer)
    if hidden:
        return f"no include of {name} can be seen; {hidden[0]} includes what cannot be told"
    if isinstance(outer.scope, Function):
        return f"nothing that can be seen includes the `{outer.name}` of `{outer.scope.qualified_name}`"
    return f"nothing includes {name}"


def unseen_includes(router: Router) -> list[str]:
    """Where something is included that could not be followed."""
    seen = {include.record for other in router.project.routers for include in other.includes}
    return [
        f"{record.span.path}:{record.span.line}"
        for other in router.project.routers
        for record in other.value.records
        if record.kind == "include" and record not in seen and not other.is_assumed
    ]

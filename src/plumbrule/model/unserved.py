"""Why no app is known to serve a route: what can be seen, and what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.model.assembly.values import Ext
from plumbrule.model.code import Function

if TYPE_CHECKING:
    from plumbrule.model.assembly.values import Record
    from plumbrule.model.project import Project
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
    hidden = unseen_includes(outer.project)
    if hidden:
        return f"no include of {name} can be seen; {clause(hidden[0])}"
    if isinstance(outer.scope, Function):
        return f"nothing that can be seen includes the `{outer.name}` of `{outer.scope.qualified_name}`"
    return f"nothing includes {name}"


def unseen_includes(project: Project) -> list[Record]:
    """What includes something that could not be followed, each place once."""
    seen = {include.record for other in project.routers for include in other.includes}
    found = {
        record.span: record
        for other in project.routers
        for record in other.value.records
        if record.kind == "include" and record not in seen and not other.is_assumed
    }
    return [found[span] for span in found]


def not_followed(project: Project) -> list[str]:
    """A clause for each include outside the tests that may add routes nobody can see from here."""
    return [clause(record) for record in unseen_includes(project) if not record.scope.module.is_test]


def clause(record: Record) -> str:
    """`main.py:10 includes what cannot be told`."""
    outside = isinstance(record.target, Ext)
    what = f"`{record.target.name}` of another package" if outside else "what cannot be told"
    return f"{record.span.path}:{record.span.line} includes {what}"

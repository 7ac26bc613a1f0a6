"""Why no app is known to serve a route: what can be seen, and what cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.assembly.registering import DECORATORS
from plumbrule.model.assembly.values import HOLE, Ext
from plumbrule.model.code import Function
from plumbrule.model.folded import name_of, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.assembly.values import Record
    from plumbrule.model.project import Project
    from plumbrule.model.routes import Place

ADDING = ("include_router", "add_api_route", "add_api_websocket_route")
SERVING = DECORATORS - {"middleware", "exception_handler", "on_event"}
LONGEST = 40
"""so many characters of an expression are shown"""
FRAMEWORKS = ("fastapi.", "starlette.")


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
    """A clause for each place outside the tests that may add routes nobody can see from here."""
    hidden = [*unseen_includes(project), *unseen_mounts(project), *unseen_routes(project)]
    apps = [
        f"{at(f.node)} `{f.name}` gives an app that cannot be followed" for f in apps_from_outside(project)
    ]
    found = [clause(record) for record in hidden if not record.scope.module.is_test]
    return [*found, *apps, *(f"{at(node)} adds to what cannot be told" for node in unreached(project))]


def unseen_mounts(project: Project) -> list[Record]:
    """Where an app of another package is mounted, each place once."""
    records = (record for router in project.routers for record in router.value.records)
    found = {r.span: r for r in records if r.kind == "mount" and isinstance(r.target, Ext)}
    return [found[span] for span in found]


def unseen_routes(project: Project) -> list[Record]:
    """Registrations of which neither the path nor what serves it can be told, each place once."""
    records = (record for router in project.routers for record in router.value.records)
    found = {
        record.span: record
        for record in records
        if record.kind == "route" and HOLE in text(record.path) and not name_of(record.target)
    }
    return [found[span] for span in found]


def unreached(project: Project) -> Iterator[n.Expr]:
    """What reads as adding to a router, and was not seen to do it to any."""
    interpreter = project.routing.interpreter
    reached = interpreter.reached | {r.node for router in interpreter.routers for r in router.records}
    for call in project.calls_to(*ADDING):
        inherited = isinstance(call.receiver, n.Call) and call.receiver.func.text == "super"
        is_ours = not call.name or call.name.startswith(FRAMEWORKS) or call.function is not None
        if is_ours and not inherited and call.node not in reached and not call.scope.module.is_test:
            yield call.node
    for function in project.code_functions:
        for decorator in function.node.decorators if b"fastapi" in function.module.source.text else ():
            if isinstance(decorator, n.Call) and isinstance(decorator.func, n.Attribute):
                name = function.inference.outside.name_of(decorator.func) or ""
                is_ours = not name or name.startswith(FRAMEWORKS)
                if is_ours and decorator.func.attr in SERVING and decorator not in reached:
                    yield decorator


def apps_from_outside(project: Project) -> list[Function]:
    """Functions that say they give an app, and give none that was made here."""
    interpreter = project.routing.interpreter
    return [
        function
        for function in project.code_functions
        if function.cls is None
        if function.node in interpreter.building and not gives_app(function, interpreter.giving)
        if function.node.returns is not None and function.node.returns.text.rpartition(".")[2] == "FastAPI"
    ]


def gives_app(function: Function, giving: set[n.FunctionDef]) -> bool:
    """Whether a function gives an app that was made here, or calls one that does."""
    return function.node in giving or any(
        call.function is not None and call.function.node in giving for call in function.calls
    )


def clause(record: Record) -> str:
    """`main.py:10 includes what cannot be told`."""
    does = {"route": "registers", "mount": "mounts"}.get(record.kind, "includes")
    return f"{at(record.node)} {does} {what(record)}"


def what(record: Record) -> str:
    """What is included, as far as it can be named."""
    if isinstance(record.target, Ext):
        return f"`{record.target.name}` of another package"
    written = record.arg_nodes.get("router")
    if written is None or len(written.text) > LONGEST or "\n" in written.text:
        return "what cannot be told"
    return f"`{written.text}`, which cannot be told"


def at(node: n.Node) -> str:
    """`main.py:10`."""
    return f"{node.span.path}:{node.span.line}"

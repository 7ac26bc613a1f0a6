"""Handlers that leave the module of their application: a router of their own, included where they were.

Each run of handlers that stand together gets one, so that the order of all routes stays what it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.edits import newline
from plumbrule.restructure.leaving import insert_imports, staying
from plumbrule.restructure.meanings import dotted
from plumbrule.restructure.names import key_of
from plumbrule.restructure.needs import Need, lines, spelled_like
from plumbrule.restructure.segments import is_owner

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Segment, Site

METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "trace", "api_route", "websocket"}
REGISTERS = {"listens_for", "receiver", "command", "callback", "task", "shared_task", "actor", "register"}
GENERIC = {"router", "routes", "views", "endpoints", "api"}


@dataclass(frozen=True, slots=True)
class Run:
    """Handlers of one router that stand together and go to one module; `local` is the new router there."""

    owner: str
    target: str
    local: str
    segments: tuple[Segment, ...]


def convert(site: Site) -> None:
    """Give the handlers that leave a module routers of their own."""
    for path in list(site.segments):
        counts: dict[str, int] = {}
        for owner, statement in _owners(site, path).items():
            for target, segments in _runs(site, path, owner):
                counts[target] = counts.get(target, 0) + 1
                local = _router_name(site, target, counts[target])
                _convert(site, path, Run(owner, target, local, segments), statement)
        _check_rest(site, path)


def _owners(site: Site, path: str) -> dict[str, n.Assign]:
    """The applications and routers that a module makes and keeps."""
    found = {}
    for statement in staying(site, path):
        if isinstance(statement, n.Assign) and is_owner(statement):
            found[statement.targets[0].text] = statement
    return found


def decorators_on(node: n.Node, owner: str) -> list[n.Attribute]:
    """The `owner.get` of each decorator."""
    decorators = getattr(node, "decorators", ())
    funcs = [decorator.func if isinstance(decorator, n.Call) else decorator for decorator in decorators]
    return [
        func
        for func in funcs
        if isinstance(func, n.Attribute) and isinstance(func.value, n.Name) and func.value.id == owner
    ]


def _runs(site: Site, path: str, owner: str) -> Iterator[tuple[str, tuple[Segment, ...]]]:
    """The handlers of an owner that leave, those together that stand together and go to one module."""
    run: list[Segment] = []
    for statement in site.tree.facts(path).body:
        if not _registers(statement, owner):
            continue
        segment = site.segment(path, statement.start)
        if run and (segment is None or segment.target != run[-1].target):
            yield run[0].target, tuple(run)
            run = []
        if segment is not None and segment not in run:
            run.append(segment)
    if run:
        yield run[0].target, tuple(run)


def _registers(statement: n.Statement, owner: str) -> bool:
    """Whether a statement may add a route to an owner."""
    if isinstance(statement, n.FunctionDef | n.ClassDef):
        return bool(decorators_on(statement, owner))
    if isinstance(statement, n.Assign) and any(t.text == owner for t in statement.targets):
        return False
    quiet = ("add_middleware", "add_exception_handler", "state")
    return any(
        isinstance(node, n.Name)
        and node.id == owner
        and not (isinstance(node.parent, n.Attribute) and node.parent.attr in quiet)
        for node in statement.walk()
    )


def _router_name(site: Site, target: str, count: int) -> str:
    """The name of a new router in a module."""
    name = "router" if count == 1 else f"router_{count}"
    old = next((key for key, new in site.whole.modules.items() if new == target), target)
    path = site.names.path(old)
    taken = {
        name
        for segments in site.segments.values()
        for s in segments
        if s.target == target
        for name in s.names
    }
    if (path and site.scopes(path).is_bound(name)) or name in taken:
        raise Refusal(
            f"{path or target} has another `{name}` already; move the handlers to a module of their own"
        )
    return name


def _convert(site: Site, path: str, run: Run, owner: n.Assign) -> None:
    for segment in run.segments:
        for node in segment.nodes:
            _own_router(site, path, run, node)
    _check_plain(site, path, run, owner)
    site.preludes.setdefault(run.target, []).append(f"{run.local} = APIRouter()")
    site.extra_needs.setdefault(run.target, []).append(Need(2, "fastapi", "APIRouter", "APIRouter"))
    alias = _alias(site, path, run)
    home = site.whole.path(path)
    spelled = spelled_like(site, path, run.target, home)
    insert_imports(site, path, lines([Need(3, spelled, run.local, alias)]))
    end = newline(site.tree.files[path])
    place = path, run.segments[0].start
    site.instead[place] = site.instead.get(place, "") + f"{run.owner}.include_router({alias}){end}"
    own = dotted(key_of(home))
    site.altered.update({own, f"{own}.{run.owner}", f"{dotted(run.target)}.{run.local}"})


def _own_router(site: Site, path: str, run: Run, node: n.Statement) -> None:
    for func in decorators_on(node, run.owner):
        if func.attr not in METHODS:
            raise Refusal(
                f"{func.span}: `{func.text}` belongs to `{run.owner}`; leave this function where it is"
            )
        if isinstance(func.parent, n.Call) and _has_empty_path(func.parent):
            raise Refusal(
                f"{func.span}: an empty path cannot be included without a prefix; move the whole router"
            )
        site.edits.replace(path, func.value.start, func.value.end, run.local, "route")
        site.rerouted.add((path, func.value.start))
        site.altered.update(f"{dotted(run.target)}.{name}" for name in (getattr(node, "name", ""),))


def _has_empty_path(call: n.Call) -> bool:
    given = call.args[0] if call.args else getattr(call.keyword("path"), "value", None)
    return isinstance(given, n.Constant) and given.value == ""


def _check_plain(site: Site, path: str, run: Run, owner: n.Assign) -> None:
    """Refuse what a plain router does not get from the one that includes it, and what looks at all routes."""
    call = owner.value
    if isinstance(call, n.Call) and (kind := call.keyword("route_class")):
        raise Refusal(f"{kind.span}: `{run.owner}` has a class for its routes; move the whole router")
    for use in site.scopes(path).names(run.owner):
        read = use.parent
        if isinstance(read, n.Attribute) and read.attr in {"routes", "router"}:
            raise Refusal(
                f"{read.span}: `{read.text}` sees other routes once some are included; leave them here"
            )


def _alias(site: Site, path: str, run: Run) -> str:
    folders = run.target.split("/")
    short = folders[-2] if len(folders) > 1 and folders[-1] in GENERIC else folders[-1]
    for name in (f"{short}_{run.local}", "_".join([*folders[-2:], run.local])):
        if not site.scopes(path).is_bound(name):
            return name
    raise Refusal(f"{path}: `{short}_{run.local}` means something else there; rename it first")


def _check_rest(site: Site, path: str) -> None:
    """Refuse functions that register themselves: nobody would import their new module for that."""
    variables = {
        name
        for name, nodes in site.scopes(path).locals(None).items()
        if any(isinstance(node, n.Assign | n.Alias) for node in nodes)
    }
    leaving = site.whole.leaving(key_of(path))
    for segment in site.segments[path]:
        along = {name for name, target in leaving.items() if target == segment.target}
        for node in segment.nodes:
            for decorator in getattr(node, "decorators", ()):
                func = decorator.func if isinstance(decorator, n.Call) else decorator
                _check_decorator(site, path, along, func, variables)


def _check_decorator(site: Site, path: str, along: set[str], func: n.Expr, variables: set[str]) -> None:
    last = func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")
    root = func.value if isinstance(func, n.Attribute) else None
    bound = root.id if isinstance(root, n.Name) and root.id in variables else None
    converted = bound in _owners(site, path)
    if bound in along or converted:
        return
    routed = bound is not None and last in METHODS
    if last in REGISTERS or routed:
        raise Refusal(f"{func.span}: `@{func.text}` needs its module to be imported, which nobody would do")

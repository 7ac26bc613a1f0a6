"""`plumb map`: the routes of a project, their dependencies and guards, its modules → rows."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Literal, get_args

from plumbrule.rulekit import Dependency, Middleware

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.rulekit import Place, Project, Route, Span, n

Kind = Literal["routes", "deps", "modules", "auth"]
KINDS: tuple[Kind, ...] = get_args(Kind)
SAID = 3
"""so many includes that cannot be followed are named"""


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A route at one of its paths."""

    methods: tuple[str, ...]
    path: str
    handler: str
    place: str
    app: str
    routers: tuple[str, ...]
    """from the app inwards"""
    unserved: str
    """why no app is known to serve it"""

    @property
    def label(self) -> str:
        """What a filter and a heading see."""
        return f"{'/'.join(self.methods)} {self.path}"


@dataclass(frozen=True, slots=True)
class Node:
    """A dependency with its own; `origin` says who asks for it, `complete` whether all of it can be seen,
    `conditional` whether it is asked for only under an `if`.
    """

    name: str
    origin: str
    place: str
    complete: bool
    dependencies: tuple[Node, ...]
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class DependencyRow:
    """A route and what FastAPI resolves for it."""

    label: str
    handler: str
    complete: bool
    dependencies: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that refuses strangers. `origin` says where it comes from: app, include, router, route,
    parameter, decorator or middleware; `through` the dependencies on the way to it, outermost first;
    `conditional` whether it is asked only under an `if`.
    """

    name: str
    label: str
    """its name without its module"""
    origin: str
    place: str
    through: tuple[str, ...] = ()
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class AuthRow:
    """A route and its guards; `authenticated` is None if it cannot be told."""

    label: str
    handler: str
    place: str
    authenticated: bool | None
    guards: tuple[Guard, ...]


@dataclass(frozen=True, slots=True)
class ModuleRow:
    """One module imports another; `kind` is runtime, deferred or typing; `cyclic` if the way leads back."""

    label: str
    imports: str
    kind: str
    place: str
    cyclic: bool


Row = RouteRow | DependencyRow | AuthRow | ModuleRow


def rows(project: Project, kind: Kind, wanted: str = "") -> list[Row]:
    """The rows of a map whose label, handler or place contains a text or matches a pattern."""
    found: Iterator[Row]
    match kind:
        case "routes":
            found = (route_row(route, place) for route, place in served(project))
        case "deps":
            found = (dependency_row(route, place) for route, place in served(project))
        case "auth":
            found = (auth_row(route, place) for route, place in served(project))
        case "modules":
            found = module_rows(project)
    # A factory that is called twice makes two apps, and one reader's route.
    return [row for row in dict.fromkeys(found) if matches(row, wanted)]


def not_followed(project: Project, kind: Kind) -> str:
    """One line about the includes that may add routes to a map; empty if all could be followed."""
    found = project.not_followed if kind != "modules" else []
    more = f", and {len(found) - SAID} more" if len(found) > SAID else ""
    return f"not followed: {'; '.join(found[:SAID])}{more}" if found else ""


def matches(row: Row, wanted: str) -> bool:
    """Whether a row is one that is asked for."""
    if not wanted:
        return True
    texts = [row.label, row.imports if isinstance(row, ModuleRow) else row.handler, getattr(row, "place", "")]
    return any(wanted.lower() in text.lower() or fnmatchcase(text, wanted) for text in texts)


def served(project: Project) -> list[tuple[Route, Place]]:
    """Every route at every path, in the order of paths; those of tests left out."""
    pairs = [(r, place) for r in project.routes if not r.module.is_test for place in r.places]
    return sorted(pairs, key=lambda pair: (pair[1].path, pair[1].record.methods, pair[0].span))


def route_row(route: Route, place: Place) -> RouteRow:
    """A route at a path."""
    routers = [include.child.name for include in place.includes]
    return RouteRow(
        place.record.methods,
        place.path or "/",
        handler_of(route),
        where(route.handler.span if route.handler else route.span),
        place.app.name if place.app else "",
        tuple(routers),
        place.unserved,
    )


def dependency_row(route: Route, place: Place) -> DependencyRow:
    """What is resolved for a route at a path."""
    found = route.dependencies_at(place)
    nodes = tuple(node_of(dependency) for dependency in found.tree)
    return DependencyRow(label_of(place), handler_of(route), found.complete, nodes)


def node_of(dependency: Dependency) -> Node:
    """A dependency and its own."""
    return Node(
        dependency.name,
        dependency.origin,
        where(dependency.span),
        dependency.complete,
        tuple(node_of(inner) for inner in dependency.dependencies),
        dependency.is_conditional,
    )


def auth_row(route: Route, place: Place) -> AuthRow:
    """Who guards a route at a path."""
    evidence = route.authentication_at(place)
    asked = [one for one in evidence if isinstance(one, Dependency)]
    guards = [
        guard
        for dependency in route.dependencies_at(place).tree
        for guard in guards_below(dependency, asked, dependency, ())
    ]
    guards += [guard_of(one) for one in evidence if not isinstance(one, Dependency)]
    at = where(route.handler.span if route.handler else route.span)
    known = route.is_authenticated_at(place)
    return AuthRow(label_of(place), handler_of(route), at, known, tuple(dict.fromkeys(guards)))


def guards_below(
    dependency: Dependency,
    asked: list[Dependency],
    root: Dependency,
    through: tuple[str, ...],
    *,
    unsure: bool = False,
) -> Iterator[Guard]:
    """The guards among a dependency and its own, itself first; `root` is what the route itself asks for,
    `unsure` whether something on the way is asked for only under an `if`.
    """
    unsure = unsure or dependency.is_conditional
    if dependency in asked:
        at = where(dependency.span)
        yield Guard(dependency.name, short(dependency), root.origin, at, through, unsure)
    for inner in dependency.dependencies:
        yield from guards_below(inner, asked, root, (*through, dependency.name), unsure=unsure)


def guard_of(evidence: Middleware | n.Expr) -> Guard:
    """What a middleware or decorator is called, and where it stands."""
    if isinstance(evidence, Middleware):
        label = evidence.name.rpartition(".")[2]
        return Guard(evidence.name, label, "middleware", where(evidence.span))
    written = " ".join(evidence.text.split())
    return Guard(written, written, "decorator", where(evidence.span))


def short(dependency: Dependency) -> str:
    """A name without its module: `active_user`, `requires.check`."""
    owner = dependency.cls or dependency.function
    module = f"{owner.module.name}." if owner else dependency.name.rpartition(".")[0] + "."
    return dependency.name.removeprefix(module)


def module_rows(project: Project) -> Iterator[ModuleRow]:
    """Who imports whom, tests left out."""
    cyclic = {edge for cycle in project.import_graph.cycles() for edge in cycle}
    seen = set()
    for edge in project.import_graph.edges:
        key = (edge.source.name, edge.target.name, edge.kind)
        if edge.source.is_test or key in seen:
            continue
        seen.add(key)
        yield ModuleRow(edge.source.name, edge.target.name, edge.kind, where(edge.span), edge in cyclic)


def label_of(place: Place) -> str:
    """`GET /orders/{order_id}`, at one of its paths."""
    return f"{'/'.join(place.record.methods) or 'ANY'} {place.path or '/'}"


def handler_of(route: Route) -> str:
    """The full name of the function that serves a route."""
    return route.handler.qualified_name if route.handler else route.name


def where(span: Span) -> str:
    """A place in the project, as `path:line`."""
    return f"{span.path}:{span.line}"

"""The maps of `plumb map`: text for a person, JSON for a program, Mermaid for a picture."""

from __future__ import annotations

from dataclasses import asdict, replace
from functools import partial
from json import dumps
from typing import TYPE_CHECKING, Literal, assert_never

from plumbrule.report.view import many
from plumbrule.verbs.map import AuthRow, DependencyRow, ModuleRow, Node, RouteRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from plumbrule.report.view import View
    from plumbrule.verbs.map import Row

MapFormat = Literal["text", "json", "mermaid"]
WIDEST = 48
"""a longer path does not push the others to the right"""
ALL = 99
"""more words than a name has"""


def text(rows: Sequence[Row], view: View) -> str:
    """A line or a little tree a row, those that no app serves last, and how many there are."""
    left = min(WIDEST, max((len(row.label) for row in rows), default=0))
    draw = partial(described, left=left, handler=handler_words(rows, left, view), view=view)
    lines = [line for row in rows if not unserved(row) for line in draw(row)]
    for reason in dict.fromkeys(unserved(row) for row in rows if unserved(row)):
        lines.append(view.paint(f"not served: {reason}", "warning"))
        lines += [f"  {line}" for row in rows if unserved(row) == reason for line in draw(row)]
    return "\n".join([*lines, counted(rows)]) + "\n"


def unserved(row: Row) -> str:
    """Why no app is known to serve a route; empty for one that is served, and for other rows."""
    return row.unserved if isinstance(row, RouteRow) else ""


def described(row: Row, left: int, handler: int, view: View) -> Iterator[str]:
    """A row for a person."""
    match row:
        case RouteRow():
            yield route_line(row, left, handler, view)
        case DependencyRow():
            yield view.paint(row.label, "bold") + f"  {row.handler}"
            yield from branches(row.dependencies, "  ", view, set())
            if not row.complete:
                yield view.paint("  … and some that cannot be seen from here", "dim")
        case AuthRow():
            yield f"{row.label:<{left}}  {guarded(row, view)}"
        case ModuleRow():
            kind = "" if row.kind == "runtime" else f"  ({row.kind})"
            cycle = view.paint("  in a cycle", "warning") if row.cyclic else ""
            yield f"{row.label:<{left}}  → {row.imports}{kind}{cycle}"
        case _:
            assert_never(row)


def handler_words(rows: Sequence[Row], left: int, view: View) -> int:
    """How much of the handlers' names there is room for beside the places: all, the last word, nothing."""
    routes = [row for row in rows if isinstance(row, RouteRow)]
    for words in (ALL, 1):
        widest = max((len(route_line(row, left, words, plain(view))) for row in routes), default=0)
        if view.width is None or widest < view.width:
            return words
    return 0


def plain(view: View) -> View:
    """The same view without colours, for measuring."""
    return replace(view, color=False)


def route_line(row: RouteRow, left: int, handler: int, view: View) -> str:
    """A route, its handler and its place."""
    name = ".".join(row.handler.split(".")[-handler:]) + "  " if handler else ""
    return f"{row.label:<{left}}  {name}{view.paint(view.path(row.place), 'dim')}"


def branches(nodes: Sequence[Node], indent: str, view: View, seen: set[Node]) -> Iterator[str]:
    """Dependencies as a tree; what stands above already is named, and not unfolded again."""
    for node in nodes:
        origin = "" if node.origin == "parameter" else f" by the {node.origin}"
        origin += " under a condition" if node.conditional else ""
        known = [one for one in seen if (one.name, one.dependencies) == (node.name, node.dependencies)]
        above = "  as above" if known and node.dependencies else ""
        yield f"{indent}{node.name}{view.paint(f'{origin}  {view.path(node.place)}{above}', 'dim')}"
        if not above:
            seen.add(node)
            yield from branches(node.dependencies, f"{indent}  ", view, seen)


def guarded(row: AuthRow, view: View) -> str:
    """Who guards a route: the guards that no other guard asks for, and where each comes from."""
    if row.guards:
        names = {guard.name for guard in row.guards}
        origins: dict[str, list[str]] = {}
        for guard in row.guards:
            if not names & set(guard.through):
                unsure = guard.conditional or row.authenticated is None
                label = view.paint(f"perhaps {guard.label}", "warning") if unsure else guard.label
                origins.setdefault(label, []).append(guard.origin)
        return ", ".join(f"{name} ({', '.join(dict.fromkeys(at))})" for name, at in origins.items())
    match row.authenticated:
        case True:
            return "the handler itself"
        case False:
            return view.paint("nobody", "error")
        case None:
            return view.paint("cannot be told", "warning")


def counted(rows: Sequence[Row]) -> str:
    """The last line."""
    if rows and all(isinstance(row, ModuleRow) for row in rows):
        return many(len(rows), "import")
    guards = [row.authenticated for row in rows if isinstance(row, AuthRow)]
    lost = sum(1 for row in rows if unserved(row))
    told = f": {guards.count(True)} guarded, {guards.count(False)} open, {guards.count(None)} unclear"
    return many(len(rows), "route") + (told if guards else f", {lost:,} served by no app" if lost else "")


def json(rows: Sequence[Row], view: View) -> str:
    """A list of objects, places relative to the project."""
    _ = view
    return dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False) + "\n"


def mermaid(rows: Sequence[Row], view: View) -> str:
    """A flowchart."""
    _ = view
    names: dict[str, str] = {}
    arrows = dict.fromkeys(pair for row in rows for pair in edges(row))
    lines = [f"  {node(a, names)} --> {node(b, names)}" for a, b in arrows]
    return "\n".join(["flowchart LR", *lines]) + "\n"


def edges(row: Row) -> Iterator[tuple[str, str]]:
    """The arrows of a row."""
    match row:
        case RouteRow():
            way = [name for name in (row.app, *row.routers) if name]
            yield from zip(way, [*way[1:], row.label], strict=True)
        case DependencyRow():
            yield from arrows_of(row.label, row.dependencies)
        case AuthRow():
            nobody = {True: "the handler itself", False: "nobody", None: "cannot be told"}[row.authenticated]
            for guard in [guard.name for guard in row.guards] or [nobody]:
                yield guard, row.label
        case ModuleRow():
            yield row.label, row.imports
        case _:
            assert_never(row)


def arrows_of(label: str, nodes: Sequence[Node]) -> Iterator[tuple[str, str]]:
    """The arrows of a tree of dependencies."""
    for inner in nodes:
        yield label, inner.name
        yield from arrows_of(inner.name, inner.dependencies)


def node(label: str, names: dict[str, str]) -> str:
    """A node, with its label where it appears first."""
    if label in names:
        return names[label]
    names[label] = f"n{len(names) + 1}"
    return f'{names[label]}["{label.replace("&", "#amp;").replace(chr(34), "#quot;")}"]'


MAP_FORMATS: dict[MapFormat, Callable[[Sequence[Row], View], str]] = {
    "text": text,
    "json": json,
    "mermaid": mermaid,
}

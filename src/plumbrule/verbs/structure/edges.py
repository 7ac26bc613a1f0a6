"""Who imports whom, and how: at the top, in a function, for the type checker, in a try, by a string."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.model.import_roots import ImportRoots
    from plumbrule.rulekit import ImportEdge, Project

TAGS = ("top level", "function level", "TYPE_CHECKING", "try", "string")


@dataclass(frozen=True, slots=True)
class Edge:
    """One module needs another; `place` is where that is written."""

    source: str
    target: str
    tag: str
    place: str


def edges_of(project: Project, roots: ImportRoots) -> Iterator[Edge]:
    """Every edge between modules of the project, tests left out."""
    for edge in project.import_graph.edges:
        if not edge.source.is_test and not edge.target.is_test:
            place = f"{edge.span.path}:{edge.span.line}"
            yield Edge(roots.name(edge.source), roots.name(edge.target), tag_of(edge), place)
    yield from string_edges(project, roots)


def tag_of(edge: ImportEdge) -> str:
    """How an import is written."""
    if edge.kind == "deferred":
        return "function level"
    if edge.kind == "typing":
        return "TYPE_CHECKING"
    return "try" if any(isinstance(parent, n.Try) for parent in edge.node.parents) else "top level"


def string_edges(project: Project, roots: ImportRoots) -> Iterator[Edge]:
    """Modules that a string names in full: `import_module("app.items")`, `uvicorn.run("app.main:app")`."""
    own = [module for module in project.modules if not module.is_test]
    names = {roots.name(module): module for module in own if "." in roots.name(module)}
    tops = "|".join(sorted({re.escape(name.partition(".")[0]) for name in names}))
    quoted = re.compile(rf"[\"'](?:{tops})\.\w".encode())
    for module in own:
        if not quoted.search(module.source.text):
            continue
        for scope in (module, *module.classes, *module.functions):
            for node in scope.by_kind.get(n.Constant, ()):
                text = getattr(node, "value", None)
                if isinstance(text, str) and (target := names.get(text.partition(":")[0])) is not None:
                    yield Edge(roots.name(module), roots.name(target), "string", f"{module.path}:{node.line}")

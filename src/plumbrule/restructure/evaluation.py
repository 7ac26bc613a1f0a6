"""Whether an annotation is looked at while the program runs: then what it names must be there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.arriving import has_future
from plumbrule.restructure.quoted import is_annotation
from plumbrule.restructure.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File
    from plumbrule.restructure.tree import Tree

READERS = re.compile(
    rb"\b(?:get_type_hints|get_annotations|eval_str|validate_call|singledispatch)\b"
    rb"|^\s*(?:from|import) (?:injector|fastapi_injector|dishka|punq|lagom)\b"
    rb"|^\s*(?:from|import) (?:dependency_injector|wireup|kink|svcs)\b",
    re.MULTILINE,
)
"""what reads the annotations of any function, and containers that build things by them"""


def evaluated(tree: Tree, path: str, use: n.Node) -> str | None:
    """Why a name must be there while its module is imported or inspected; None if it only annotates."""
    function, kept = _annotated(use)
    if function is None or not kept:
        return f"`{use.text}` is needed while this module is imported"
    if not isinstance(use, n.Constant) and not has_future(tree.facts(path)):
        return (
            f"the annotation `{use.text}` is evaluated, for there is no `from __future__ import annotations`"
        )
    if function.decorators:
        return f"the decorator of `{function.name}` may read its annotations"
    classes = [parent for parent in function.parents if isinstance(parent, n.ClassDef)]
    if any(cls.bases or cls.decorators for cls in classes):
        return f"the class around `{function.name}` may have its annotations read"
    for name in (function.name, *(cls.name for cls in classes)):
        if asked := _asked_for(tree, name):
            return f"FastAPI reads the annotations of `{name}`: {asked}"
    return next((f"{other} reads annotations" for other in tree.mentioning(READERS)), None)


def typed_only(file: File) -> Iterator[n.Name]:
    """The names that are read while the program runs, though type checkers alone import them."""
    hidden = {
        alias.asname or alias.name.partition(".")[0]: alias
        for statement in file.body
        if isinstance(statement, n.If) and "TYPE_CHECKING" in statement.test.text
        for inner in statement.body
        if isinstance(inner, n.Import | n.ImportFrom)
        for alias in inner.names
    }
    if not hidden:
        return
    scopes, lazy = file.once(Scopes), has_future(file)
    for name, alias in hidden.items():
        if scopes.locals(None).get(name) == [alias]:
            for use in scopes.names(name):
                bound = scopes.binding(use, name)
                if bound and bound[0] is None and not (lazy and _annotates(use)):
                    yield use


def _annotates(use: n.Node) -> bool:
    child = use
    for parent in use.parents:
        match parent:
            case n.Parameter(annotation=annotation) | n.Assign(annotation=annotation):
                return annotation is child
            case n.FunctionDef(returns=returns):
                return returns is child
            case n.Statement():
                return False
        child = parent
    return False


def _annotated(use: n.Node) -> tuple[n.FunctionDef | None, bool]:
    """The function whose signature a node is in, and whether it annotates there."""
    child = use
    for parent in use.parents:
        if isinstance(parent, n.Parameter):
            return next((p for p in parent.parents if isinstance(p, n.FunctionDef)), None), (
                parent.annotation is child
            )
        if isinstance(parent, n.FunctionDef):
            return parent, parent.returns is child
        if isinstance(parent, n.Statement):
            return None, False
        child = parent
    return None, is_annotation(use)


def _asked_for(tree: Tree, name: str) -> str | None:
    """Where something may be made a handler or a dependency other than by a decorator."""
    said = re.compile(
        rb"(?:\b(?:Depends|Security|partial)\(\s*|\b(?:add_api_route|add_api_websocket_route|add_task|"
        rb"add_route)\([^)]*|endpoint\s*=\s*)(?:\w+\.)*%s\b" % re.escape(name.encode())
    )
    bare = re.compile(
        rb"Annotated\[\s*(?:\w+\.)*%s\s*,\s*(?:\w+\.)?Depends\(\s*\)" % re.escape(name.encode())
    )
    for path in tree.python:
        text = tree.files[path]
        if name.encode() in text and (said.search(text) or bare.search(text)):
            return path
    return None

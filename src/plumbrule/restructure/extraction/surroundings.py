"""What a handler's module must be like, for its lines to mean the same in another one."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.extraction.flow import Flow, is_inner
from plumbrule.restructure.scopes import Scopes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.facts.file import File
    from plumbrule.restructure.extraction.flow import Run
    from plumbrule.restructure.names import Names

KNOWN_TO_SWALLOW = frozenset(["suppress", "move_on_after", "move_on_at", "CancelScope", "raises", "catch"])


def check_surroundings(names: Names, path: str, run: Run) -> None:
    """Refuse names that nobody can follow, and imports whose moment counts."""
    file = names.tree.facts(path)
    scopes = file.once(Scopes)
    module = scopes.locals(None)
    local = Flow(run.handler).local
    for node in run.walk():
        if not isinstance(node, n.Name) or node.id in local:
            continue
        if scopes.binding(node, node.id) is None and not is_inner(node):
            if not hasattr(builtins, node.id):
                raise Refusal(f"{node.span}: nobody can tell where `{node.id}` comes from; import it by name")
            if "*" in module:
                _check_stars(names, path, node)
        elif node.id in module:
            _check_moment(file, node, module[node.id])


def _check_stars(names: Names, path: str, node: n.Name) -> None:
    for statement in names.imports(path):
        if isinstance(statement, n.ImportFrom) and any(a.name == "*" for a in statement.names):
            origin = names.origin(path, statement)
            if origin is None or node.id in names.bindings(origin.key):
                raise Refusal(f"{statement.span}: `*` may bring another `{node.id}`; import by name first")


def _check_moment(file: File, node: n.Name, bound: list[n.Node]) -> None:
    """Refuse an import that comes after something was done, such as the loading of an environment."""
    done = next(
        (s for s in file.body if isinstance(s, n.ExprStatement) and isinstance(s.value, n.Call)), None
    )
    for binding in bound:
        if isinstance(binding, n.Alias) and done is not None and binding.start > done.start:
            raise Refusal(
                f"{node.span}: `{node.id}` is imported after `{done.text.split('(')[0]}` was called; "
                "import it first, or call that elsewhere"
            )


def swallowing(files: Iterable[File]) -> frozenset[str]:
    """The names of the context managers of a project that may end an exception, and of known ones."""
    found = set(KNOWN_TO_SWALLOW)
    for file in files:
        if b"contextmanager" not in file.source.text and b"exit__" not in file.source.text:
            continue
        for function in file.functions:
            if any("contextmanager" in d.text for d in function.decorators) and _catches(function):
                found.add(function.name)
        for cls in file.classes:
            if any(_says_something(x) for x in cls.body if isinstance(x, n.FunctionDef)):
                found.add(cls.name)
    return frozenset(found)


def _catches(function: n.FunctionDef) -> bool:
    """Whether what is raised where it yields may end in it."""
    for node in function.nodes:
        yields = isinstance(node, n.Try) and any(isinstance(x, n.Yield) for s in node.body for x in s.walk())
        if yields and any(not isinstance(h.body[-1], n.Raise) for h in getattr(node, "handlers", ())):
            return True
    return False


def _says_something(method: n.FunctionDef) -> bool:
    """Whether an `__exit__` may say that the exception is dealt with."""
    if method.name not in {"__exit__", "__aexit__"}:
        return False
    said = (x.value for x in method.nodes if isinstance(x, n.Return))
    return any(
        value is not None and not (isinstance(value, n.Constant) and not value.value) for value in said
    )

"""The proof of the first half: put back where it was called, the function is the handler that there was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.extraction.flow import is_inner, own_names
from plumbrule.restructure.moves import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File
    from plumbrule.restructure.extraction.flow import Run
    from plumbrule.restructure.tree import Tree


def check_outline(before: Tree, after: Tree, path: str, run: Run, name: str) -> Iterator[Problem]:
    """What differs between a file and the same file with a run of lines in a function of its own.

    It knows nothing of how the function was made: it reads both files, and compares words and names.
    """
    old, new = before.facts(path), after.facts(path)
    handler = run.handler
    if new.broken and not old.broken:
        yield Problem("syntax", path, 1, "does not parse any more")
        return
    made, left = definition(new, name), definition(new, handler.name)
    if made is None or left is None:
        yield Problem("definition", path, 1, f"{handler.name} is gone")
        return
    yield from _words(run, made, left, path)
    yield from _names(handler, made, left, path)
    others = [s for s in new.body if s is not made]
    for one, other in zip(old.body, others, strict=False):
        if one is not handler and one.text != other.text:
            yield Problem("definition", path, other.line, f"`{other.text[:40]}` has changed")
    if len(others) != len(old.body):
        yield Problem("definition", path, 1, "has another number of statements")


def definition(file: File, name: str) -> n.FunctionDef | None:
    """A top-level function of a file."""
    return next((s for s in file.body if isinstance(s, n.FunctionDef) and s.name == name), None)


def _words(run: Run, made: n.FunctionDef, left: n.FunctionDef, path: str) -> Iterator[Problem]:
    """The words of the handler: before the call, of the function, behind the call."""
    inner = [" ".join(statement.text.split()) for statement in made.body[: len(run.statements)]]
    if inner != [" ".join(statement.text.split()) for statement in run.statements]:
        yield Problem("definition", path, made.line, f"{left.name}: other lines than were to be taken out")
    for one, taken in zip(made.body, run.statements, strict=False):
        texts = ([x.value for x in s.walk() if isinstance(x, n.Constant)] for s in (one, taken))
        if len({repr(found) for found in texts}) > 1:
            yield Problem("definition", path, one.line, "a text or number has changed")
    call = next((x for x in left.walk() if isinstance(x, n.Name) and x.id == made.name), None)
    around = [p for p in call.parents if isinstance(p, n.Statement)] if call else []
    handler = run.handler
    if not around:
        yield Problem("definition", path, left.line, f"{left.name} does not call what was taken out")
        return
    statement = around[0]
    text, whole = left.source.text, handler.source.text
    parts = (text[left.start : statement.start].split(), text[statement.end : left.end].split())
    old = (whole[handler.start : run.start].split(), whole[run.end : handler.end].split())
    if b" ".join(parts[0]) not in b" ".join(old[0]) or parts[1][-len(old[1]) or len(parts[1]) :] != old[1]:
        yield Problem("definition", path, left.line, f"{left.name} has changed around the call")


def _names(handler: n.FunctionDef, made: n.FunctionDef, left: n.FunctionDef, path: str) -> Iterator[Problem]:
    """Every name of the handler's own is one of the function's, and none of the handler's is lost."""
    local = {name for node in handler.nodes for name in own_names(node)}
    local |= {p.name for p in handler.parameters}
    for function in (made, left):
        own = {name for node in function.nodes for name in own_names(node)}
        own |= {p.name for p in function.parameters}
        for node in (x for statement in function.body for x in statement.walk()):
            lost = isinstance(node, n.Name) and node.id in local - own
            if isinstance(node, n.Name) and lost and not is_inner(node, function):
                yield Problem("reference", path, node.line, f"`{node.id}` is not there any more")

"""The proof of the first half: put back where it was called, the function is the handler that there was."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.edits import line_end
from plumbrule.restructure.extraction.cutting import short
from plumbrule.restructure.extraction.flow import is_inner, own_names
from plumbrule.restructure.moves import Problem
from plumbrule.restructure.parsing import unparsable

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
    broken = list(unparsable(before, after, {path: path}))
    if broken:
        yield from broken
        return
    made, left = definition(new, name), definition(new, handler.name)
    if made is None or left is None:
        yield Problem("definition", path, 1, f"{handler.name} is gone")
        return
    yield from _words(run, (old, new), (made, left))
    yield from _names(handler, made, left, path)
    others = [s for s in new.body if s is not made]
    for one, other in zip(old.body, others, strict=False):
        if one is not handler and one.text != other.text:
            yield Problem("definition", path, other.line, f"`{short(other)}` has changed")
    if len(others) != len(old.body):
        yield Problem("definition", path, 1, "has another number of statements")


def definition(file: File, name: str) -> n.FunctionDef | None:
    """A top-level function of a file."""
    return next((s for s in file.body if isinstance(s, n.FunctionDef) and s.name == name), None)


def _words(
    run: Run, files: tuple[File, File], functions: tuple[n.FunctionDef, n.FunctionDef]
) -> Iterator[Problem]:
    """The words of the handler: before the call, of the function, behind the call."""
    (old, new), (made, left) = files, functions
    path = new.path
    inner = [" ".join(statement.text.split()) for statement in made.body[: len(run.statements)]]
    if inner != [" ".join(statement.text.split()) for statement in run.statements]:
        yield Problem("definition", path, made.line, f"{left.name}: other lines than were to be taken out")
    for one, other in zip(made.body, run.statements, strict=False):
        texts = ([x.value for x in s.walk() if isinstance(x, n.Constant)] for s in (one, other))
        if len({repr(found) for found in texts}) > 1:
            yield Problem("definition", path, one.line, "a text or number has changed")
    call = next((x for x in left.walk() if isinstance(x, n.Name) and x.id == made.name), None)
    around = [p for p in call.parents if isinstance(p, n.Statement)] if call else []
    handler = run.handler
    if not around:
        yield Problem("definition", path, left.line, f"{left.name} does not call what was taken out")
        return
    statement = around[0]
    parts = (words(new, left.start, statement.start), words(new, statement.end, left.end))
    if parts != (words(old, handler.start, run.start), words(old, run.end, handler.end)):
        yield Problem("definition", path, left.line, f"{left.name} has changed around the call")
    taken = Counter(comments(old, handler.start, handler.end))
    if taken != Counter([*comments(new, left.start, left.end), *comments(new, made.start, made.end)]):
        yield Problem("definition", path, left.line, f"a comment of {left.name} is lost")


def words(file: File, start: int, end: int) -> list[bytes]:
    """What stands between two bytes of a file, comments left out."""
    found: list[bytes] = []
    for at, stop in _comments(file, start, end):
        found += file.source.text[start:at].split()
        start = stop
    return found + file.source.text[start:end].split()


def comments(file: File, start: int, end: int) -> list[bytes]:
    """The comments between two bytes of a file."""
    return [file.source.text[at:stop].strip() for at, stop in _comments(file, start, end)]


def _comments(file: File, start: int, end: int) -> Iterator[tuple[int, int]]:
    strings = [(x.start, x.end) for f in file.functions for x in _strings(f, start, end)]
    text = file.source.text
    at = text.find(b"#", start, end)
    while at >= 0:
        inside = next((stop for begin, stop in strings if begin <= at < stop), None)
        if inside is None:
            inside = line_end(text, at)
            yield at, inside
        at = text.find(b"#", inside, end)


def _strings(function: n.FunctionDef, start: int, end: int) -> Iterator[n.Node]:
    if function.start < end and start < function.end:
        for node in function.walk():
            if isinstance(node, n.FString) or (
                isinstance(node, n.Constant) and isinstance(node.value, str | bytes)
            ):
                yield node


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

"""The first half of an extraction: the lines become a function beside their handler, in the same file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.edits import line_end, line_start, newline
from plumbrule.restructure.extraction.flow import begin_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File
    from plumbrule.restructure.extraction.cutting import Cut
    from plumbrule.restructure.extraction.flow import Run
    from plumbrule.restructure.extraction.signature import Signature

LONGEST = 88


@dataclass(frozen=True, slots=True)
class Spelling:
    """How the function is called in the end, by its handler too, and on the way; how long lines may be."""

    name: str
    called: str
    temporary: str
    longest: int = LONGEST


def outlined(file: File, what: tuple[Run, Cut], signature: Signature, spelling: Spelling) -> bytes:
    """The text of a file in which a run stands as a function above its handler, which calls it.

    Lines are broken for the names that they have in the end.
    """
    run, cut = what
    text = file.source.text
    start, end = extent(run)
    temporary = spelling.temporary.encode()
    function = _function(run, cut, signature, (start, end), spelling.longest)
    function = function.replace(b"def " + spelling.name.encode(), b"def " + temporary, 1)
    call = _call(run, cut, spelling)
    call = call.replace(spelling.called.encode() + b"(", temporary + b"(", 1)
    above = _above(file, run.handler)
    gap = newline(text).encode() * 3
    return b"".join([text[:above], function.rstrip(), gap, text[above:start], call, text[end:]])


def extent(run: Run) -> tuple[int, int]:
    """The whole lines of a run, from the comments right above it to the comment behind it."""
    text = run.statements[0].source.text
    first, last = run.statements[0], run.statements[-1]
    start, end = line_start(text, begin_of(first)), line_end(text, max(last.end - 1, first.start))
    if text[start : begin_of(first)].strip() or _has_more(text, last.end, end):
        raise Refusal(f"{first.span}: it shares a line with something else; give it lines of its own")
    above = run.suite[run.first - 1].end if run.first else (run.owners or (run.handler,))[-1].start
    while start > above and text[line_start(text, start - 1) : start].lstrip().startswith(b"#"):
        start = line_start(text, start - 1)
    if run.ends_handler:
        end = _past_comments(text, end, indent_of(text, begin_of(first)))
    return start, end


def _has_more(text: bytes, at: int, end: int) -> bool:
    rest = text[at:end].strip()
    return bool(rest) and not rest.startswith(b"#")


def _past_comments(text: bytes, at: int, indent: bytes) -> int:
    """Behind the comments that end a body."""
    end = at
    while at < len(text):
        line = text[at : line_end(text, at)]
        if line.strip() and not (line.startswith(indent) and line.strip().startswith(b"#")):
            break
        at = line_end(text, at)
        end = at if line.strip() else end
    return end


def indent_of(text: bytes, at: int) -> bytes:
    """The white space before the first word of a line."""
    return text[line_start(text, at) : at]


def _above(file: File, handler: n.FunctionDef) -> int:
    """Where the lines of a handler begin, those of its decorators and comments among them."""
    text, at = file.source.text, line_start(file.source.text, begin_of(handler))
    before = max((s.end for s in file.body if s.end <= at), default=0)
    while at > before and text[line_start(text, at - 1) : at].startswith(b"#"):
        at = line_start(text, at - 1)
    return at


def _function(run: Run, cut: Cut, signature: Signature, where: tuple[int, int], longest: int) -> bytes:
    handler = run.handler
    text, end = handler.source.text, newline(handler.source.text)
    step = indent_of(text, begin_of(handler.body[0]))
    old = indent_of(text, begin_of(run.statements[0]))
    body = b"".join(_dedented(run, where, old, step))
    if not body.endswith(b"\n"):
        body += end.encode()
    gap = end if isinstance(run.statements[-1], n.If | n.For | n.While | n.With | n.Try) else ""
    tail = gap.encode() + step + f"return {', '.join(cut.results)}{end}".encode() if cut.results else b""
    return end.join(signature.lines(step.decode(), longest)).encode() + end.encode() + body + tail


def _dedented(run: Run, where: tuple[int, int], old: bytes, new: bytes) -> Iterator[bytes]:
    """The lines of a run with another indentation; what is inside a string stays as it is."""
    text = run.statements[0].source.text
    kept = [(node.start, node.end) for node in run.walk() if _is_block_of_text(node)]
    at = where[0]
    while at < where[1]:
        end = line_end(text, at)
        line = text[at:end]
        if old != new and line.startswith(old) and not any(start < at < stop for start, stop in kept):
            line = new + line[len(old) :]
        yield line
        at = end


def _is_block_of_text(node: n.Node) -> bool:
    """Whether a node is a string of which line ends are a part."""
    if not isinstance(node, n.Constant | n.FString):
        return False
    said = node.source.text[node.start : node.end]
    return b"\n" in said and any(mark in said for mark in (b'"""', b"'''", b"\\\n", b"\\\r\n"))


def _call(run: Run, cut: Cut, spelling: Spelling) -> bytes:
    text = run.handler.source.text
    indent, end = indent_of(text, begin_of(run.statements[0])).decode(), newline(text)
    lead = f"{', '.join(cut.results)} = " if cut.results else ""
    if cut.returns and cut.says:
        lead = "return "
    head = f"{indent}{lead}{'await ' if cut.is_async else ''}{spelling.called}("
    step = indent_of(text, begin_of(run.handler.body[0])).decode()
    lines = wrapped(head, list(cut.parameters), ")", (indent, step, spelling.longest))
    bare = cut.returns and not cut.says and not run.ends_handler
    if bare:
        lines.append(f"{indent}return")
    return (end.join(lines) + end).encode()


def wrapped(head: str, items: list[str], tail: str, layout: tuple[str, str, int]) -> list[str]:
    """A call or signature on one line, or over several as formatters break it."""
    line = f"{head}{', '.join(items)}{tail}"
    outer, step, longest = layout
    if len(line) <= longest or not items:
        return [line]
    inner = f"{outer}{step}{', '.join(items)}"
    if len(inner) <= longest:
        return [head, inner, f"{outer}{tail}"]
    return [head, *(f"{outer}{step}{item}," for item in items), f"{outer}{tail}"]

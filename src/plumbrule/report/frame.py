"""The line of code that a finding is about, underlined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from plumbrule.report.view import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.source import Source, Span
    from plumbrule.report.view import View

TAB = "    "


def frame(source: Source | None, span: Span, label: str, style: str, view: View) -> Iterator[str]:
    """The place, the line, the mark under it and the label behind that."""
    margin = " " * len(str(span.line))
    yield f"{margin}{view.paint('-->', 'dim')} {view.place(span)}"
    if source is None:
        if label:
            yield f"{margin} {view.paint('=', 'dim')} {label}"
        return
    line = source.line_text(span.line)
    end = span.end_column - 1 if span.end_line == span.line else len(line.rstrip())
    before, marked, after = (
        clean(part.replace("\t", TAB))
        for part in (line[: span.column - 1], line[span.column - 1 : end], line[end:])
    )
    room = None if view.width is None else view.width - len(margin) - 4
    before, marked, after = fitted(before, marked, after, room)
    bar = view.paint("|", "dim")
    mark = "^" * max(cell_len(marked), 1)
    indent = " " * cell_len(before)
    yield f"{margin} {bar}"
    yield f"{view.paint(str(span.line), 'dim')} {bar} {(before + marked + after).rstrip()}"
    if label and room is not None and cell_len(indent + mark + label) + 1 > room:
        yield f"{margin} {bar} {indent}{view.paint(mark, style)}"
        shift = " " * max(0, min(cell_len(indent), room - cell_len(label)))
        yield f"{margin} {bar} {shift}{view.paint(label, style)}"
    else:
        yield f"{margin} {bar} {indent}{view.paint(f'{mark} {label}'.rstrip(), style)}"
    yield f"{margin} {bar}"


def fitted(before: str, marked: str, after: str, room: int | None) -> tuple[str, str, str]:
    """The parts of a line cut so that they fit, the marked one kept longest."""
    if room is None or cell_len(before + marked + after) <= room:
        return before, marked, after
    room = max(room, 20)
    if cell_len(before + marked) > room:
        blank = before[: len(before) - len(before.lstrip())][:4]
        kept = max(0, room - cell_len(marked) - len(blank) - 1)
        before = f"{blank}…{before[len(before) - min(kept, 12) :] if kept else ''}"
    if cell_len(before + marked) > room:
        marked = f"{marked[: max(1, room - cell_len(before) - 1)]}…"
    left = room - cell_len(before + marked)
    if cell_len(after) > left:
        after = f"{after[: left - 1]}…" if left > 0 else ""
    return before, marked, after

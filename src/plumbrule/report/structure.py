"""The analysis of a project: for a person, a program, a pull request."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from json import dumps
from typing import TYPE_CHECKING

from plumbrule.report.markdown import cell
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plumbrule.report.view import View
    from plumbrule.verbs.structure.analysis import Analysis, Cycle

SHOWN = 6
"""troubles of a kind, entries of a list"""
MATRIX = 12


def text(analysis: Analysis, view: View) -> str:
    """What it is, what is in the way, whether slices are worth it."""
    lines = [*head(analysis), ""]
    lines += list(troubles(analysis, view))
    lines += list(cuts(analysis, view))
    lines += [worth(analysis), following(analysis)]
    return "\n".join(lines) + "\n"


def head(analysis: Analysis) -> Iterator[str]:
    """The style, the size, the imports."""
    yield f"{analysis.style.kind}{votes(analysis.style.votes)}"
    tags = ", ".join(f"{count} {tag}" for tag, count in analysis.tags.most_common())
    size = f"{many(len(analysis.modules), 'module')}, {many(analysis.lines, 'line')}"
    yield f"{size}; imports: {tags or 'none'}"
    if analysis.unread:
        yield f"not all could be read: {', '.join(analysis.unread[:SHOWN])}"
    if analysis.matrix:
        busiest = analysis.matrix.most_common(MATRIX)
        yield "packages: " + ", ".join(f"{one} → {other} {count}" for (one, other), count in busiest)
    if analysis.sliced.sizes:
        biggest = Counter(analysis.sliced.sizes).most_common(MATRIX)
        more = len(analysis.sliced.sizes) - len(biggest)
        sizes = ", ".join(f"{name} {count}" for name, count in biggest)
        yield f"slices, by definitions: {sizes}{f' and {more} more' if more else ''}"


def votes(counts: dict[str, int]) -> str:
    """How many modules speak for each style, if they do not agree."""
    if len(counts) < 2:
        return ""
    (kind, most), *others = counts.items()
    told = [f"{many(most, 'module')} {kind}", *(f"{count} {other}" for other, count in others)]
    return f" ({', '.join(told)})"


def troubles(analysis: Analysis, view: View) -> Iterator[str]:
    """What is in the way, the worst first, a few of each kind."""
    seen: dict[str, int] = {}
    for trouble in analysis.troubles:
        seen[trouble.kind] = seen.get(trouble.kind, 0) + 1
        if seen[trouble.kind] <= SHOWN:
            place = view.paint(view.path(trouble.place), "dim")
            yield f"{view.paint(f'{trouble.kind:<17}', 'warning')} {clean(trouble.what)}  {place}"
    for kind, count in seen.items():
        if count > SHOWN:
            yield f"{kind:<17} and {count - SHOWN} more"
    if not seen:
        yield "Nothing is in the way."
    yield ""


def cuts(analysis: Analysis, view: View) -> Iterator[str]:
    """The imports whose removal breaks the cycles."""
    for cycle in analysis.cycles:
        yield cut_heading(cycle)
        for edge in cycle.cut[: SHOWN * 4]:
            yield f"  {view.path(edge.place)}  {edge.source} → {edge.target}"
        yield ""


def cut_heading(cycle: Cycle) -> str:
    """How many imports break a cycle."""
    fewest = "" if cycle.sure else " (perhaps fewer)"
    return f"To break the cycle of {many(len(cycle.modules), 'module')}, cut{fewest}:"


def worth(analysis: Analysis) -> str:
    """Whether slicing is worth it."""
    sliced = analysis.sliced
    share = f"{sliced.share:.0%} of the uses cross from slice to slice ({sliced.across} of {sliced.uses})"
    if len(sliced.sizes) < 2:
        return "There are no slices to keep apart."
    if sliced.is_small:
        return "It is too small to gain from slices."
    if analysis.style.kind == "by feature":
        return f"{'The slices are apart' if sliced.is_worth_it else 'The slices are entangled'}: {share}."
    return f"{'Slices are worth it' if sliced.is_worth_it else 'Slices would gain little'}: {share}."


def following(analysis: Analysis) -> str:
    """What to do next."""
    cut = "See what would break the cycles, or why nothing does: plumb structure --layout acyclic\n"
    cut = cut if analysis.cycles else ""
    if analysis.style.kind == "by feature" or not analysis.sliced.is_worth_it:
        return f"{cut}Compare two states of it: plumb structure --check REVISION"
    return f"{cut}See what would go where: plumb structure --layout by-feature"


def json(analysis: Analysis, view: View) -> str:
    """An object with all of it."""
    _ = view
    told = {
        "style": asdict(analysis.style),
        "modules": analysis.modules,
        "lines": analysis.lines,
        "unread": analysis.unread,
        "edges": [asdict(edge) for edge in analysis.edges],
        "matrix": [
            {"from": one, "to": other, "imports": count} for (one, other), count in analysis.matrix.items()
        ],
        "cycles": [asdict(cycle) for cycle in analysis.cycles],
        "troubles": [asdict(trouble) for trouble in analysis.troubles],
        "slices": {**asdict(analysis.sliced), "share": round(analysis.sliced.share, 3)},
        "worth_slicing": analysis.sliced.is_worth_it,
    }
    return dumps(told, indent=2, ensure_ascii=False) + "\n"


def markdown(analysis: Analysis, view: View) -> str:
    """Headings, a table of what is in the way, a picture of the packages."""
    rows = "\n".join(f"| {t.kind} | `{view.path(t.place)}` | {cell(t.what)} |" for t in analysis.troubles)
    table = f"| what | where | |\n|---|---|---|\n{rows}" if rows else "Nothing is in the way."
    facts = "\n".join(f"- {line}" for line in head(analysis))
    parts = [f"## Structure: {analysis.style.kind}", facts, worth(analysis), table, picture(analysis)]
    return "\n\n".join(part for part in parts if part) + "\n"


def picture(analysis: Analysis) -> str:
    """The packages and how often they import each other."""
    pairs = analysis.matrix.most_common(40)
    names = sorted({name for pair, _ in pairs for name in pair})
    number = {name: f"p{at}" for at, name in enumerate(names)}
    nodes = [f'  {number[name]}["{name}"]' for name in names]
    arrows = [f"  {number[one]} -->|{count}| {number[other]}" for (one, other), count in pairs]
    return "\n".join(["```mermaid", "flowchart LR", *nodes, *arrows, "```"]) if pairs else ""


STRUCTURE_FORMATS: dict[str, Callable[[Analysis, View], str]] = {
    "text": text,
    "json": json,
    "markdown": markdown,
}

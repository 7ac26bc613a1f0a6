"""For a person at a terminal: the code, why it is wrong here, how a request gets there, what to do."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.report.frame import frame
from plumbrule.report.summary import summary
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plumbrule.finding import Step
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Outcome, Reported

MOST = 5
"""findings of one rule that are shown whole; of more, the first one is, and the others are listed"""
FEW = 20
"""places that have a line each"""
REQUEST = re.compile(r"[A-Z/]+ [/{]")
"""how a step begins that is a request"""


def full(outcome: Outcome, view: View) -> str:
    """The whole report: the worst first."""
    return blocks(outcome, view) + "\n".join(summary(outcome, view)) + "\n"


def blocks(outcome: Outcome, view: View) -> str:
    """The findings alone, an empty line after each."""
    shown = (block(items, outcome, view) for items in grouped(outcome.findings))
    return "".join("\n".join(lines) + "\n\n" for lines in shown)


def grouped(findings: Sequence[Reported]) -> Iterator[Sequence[Reported]]:
    """The findings, rule by rule: one by one, but those of a rule that has many together; what is said again
    in the same words, as of each route that asks for the same session, is a group of its own.
    """
    said = Counter(message_of(item) for item in findings)
    rules: dict[tuple[str, ...], dict[tuple[str, ...], list[Reported]]] = {}
    for item in findings:
        kind = kind_of(item, said)
        rules.setdefault(kind[:2], {}).setdefault(kind, []).append(item)
    for kinds in rules.values():
        for kind, same in kinds.items():
            if len(same) > MOST or kind != kind[:2]:
                yield same
            else:
                yield from ([item] for item in same)


def kind_of(item: Reported, said: Counter[tuple[str, ...]]) -> tuple[str, ...]:
    """What a finding is listed with: its rule, or its very message if there are many of it. That its code is
    another is soon seen; how a request gets there is not.
    """
    message = message_of(item)
    return message if said[message] > (MOST if item.finding.chain else 1) else message[:2]


def message_of(item: Reported) -> tuple[str, ...]:
    """What a finding says, and how loudly."""
    return item.rule.name, item.severity, item.finding.message


def block(items: Sequence[Reported], outcome: Outcome, view: View) -> Iterator[str]:
    """The first finding with its code, and where the others are."""
    first, *others = items
    finding, severity = first.finding, first.severity
    unsure = "" if first.confidence == "high" else f" ({first.confidence} confidence)"
    title = f"{severity}[{first.rule.name}]"
    message = view.wrap(clean(f"{finding.message}{unsure}"), f"{title}: ", "  ")
    yield view.paint(title, severity) + view.paint(message[len(title) :], "bold")
    yield from frame(outcome.source(finding.at.path), finding.at, clean(finding.label), severity, view)
    margin = " " * len(str(finding.at.line)) + " = "
    if finding.chain:
        title = "reached from: " if leads_here(finding.chain) else "see: "
        yield note(title, way(finding.chain, finding.at.path, view), margin, view)
    if finding.also:
        yield note("also from: ", ways(finding.also, finding.at.path, view), margin, view)
    if finding.help:
        yield note("help: ", clean(finding.help), margin, view)
    if others:
        fixes = sum(item.finding.fix is not None for item in others)
        fixable = f", {fixes} with a fix" if fixes else ""
        yield f"{margin}{many(len(others), 'more place')}{fixable}:"
        yield from places(others, outcome, finding.message, len(margin), view)


def note(title: str, text: str, margin: str, view: View) -> str:
    """A line below the code, broken below its own beginning."""
    wrapped = view.wrap(text, margin + title, " " * len(margin))
    return margin + view.paint(title.rstrip(), "bold") + wrapped[len(margin + title) - 1 :]


def leads_here(chain: Sequence[Step]) -> bool:
    """Whether the steps are those of a request or of a caller, and not just places to look at."""
    first, then = chain[0].text, chain[1].text if len(chain) > 1 else ""
    return bool(REQUEST.match(first)) or (first.startswith("`") and then.startswith("calls "))


def way(chain: Iterable[Step], path: str, view: View) -> str:
    """How a request gets here."""
    return " → ".join(named(chain, path, view))


def ways(beginnings: Iterable[Step], path: str, view: View) -> str:
    """Where other ways begin."""
    return ", ".join(named(beginnings, path, view))


def named(steps: Iterable[Step], path: str, view: View) -> Iterator[str]:
    """Steps and where they are; a file that was named before is named briefly."""
    known = {path}
    for step in steps:
        file = step.span.path.rpartition("/")[2] if step.span.path in known else view.path(step.span.path)
        known.add(step.span.path)
        yield f"{clean(step.text)} ({file}:{step.span.line})"


def places(
    items: Sequence[Reported], outcome: Outcome, message: str, indent: int, view: View
) -> Iterator[str]:
    """Where the other findings of a rule are, and what else they say or the code there; of many, one line a
    file.
    """
    blank = " " * indent
    if len(items) > FEW:
        files: dict[str, Counter[int]] = {}
        for item in items:
            files.setdefault(item.finding.at.path, Counter())[item.finding.at.line] += 1
        for path, lines in files.items():
            yield view.wrap(
                ", ".join(map(numbered, lines, lines.values())), f"{blank}{view.path(path)}: ", f"{blank}  "
            )
        return
    for item in items:
        at, said = item.finding.at, item.finding.message
        source = outcome.source(at.path) if said == message else None
        place = f"{blank}{view.place(at)}"
        code = (
            view.paint(clipped(f"  {clean(source.line_text(at.line)).strip()}", len(place), view), "dim")
            if source
            else ""
        )
        yield place + (code if said == message else clipped(f"  {clean(said)}", len(place), view))


def numbered(line: int, findings: int) -> str:
    """A line, with how many findings are on it if they are several; the two are not parted."""
    return f"{line}\N{NO-BREAK SPACE}\N{MULTIPLICATION SIGN}{findings}" if findings > 1 else f"{line}"


def clipped(text: str, used: int, view: View) -> str:
    """Text cut where the terminal ends, on a line of which some columns are used."""
    room = len(text) if view.width is None else view.width - used - 1
    return text if len(text) <= room else f"{text[: max(room - 1, 0)]}…" if room > 1 else ""

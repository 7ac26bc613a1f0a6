"""The documentation of a rule, for a person at a terminal."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from plumbrule.probes import Service
from plumbrule.report.concise import line_of
from plumbrule.report.view import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from plumbrule.finding import Rule
    from plumbrule.report.view import View
    from plumbrule.verbs.outcome import Reported

FENCE = re.compile(r'```\w*(?: title="([^"]+)")?$')


def listing(rules: Iterable[Rule], view: View) -> str:
    """Every rule with its title, by category."""
    by_category: dict[str, list[Rule]] = {}
    for rule in rules:
        by_category.setdefault(rule.category, []).append(rule)
    lines = []
    for category, members in sorted(by_category.items()):
        lines.append(view.paint(category, "bold"))
        for rule in members:
            severity = view.paint(f"{rule.severity:<7}", rule.severity)
            name = "  ".join([rule.name, *(view.paint(flag, "dim") for flag in flags(rule))])
            lines += [f"  {severity}  {name}", f"           {view.paint(rule.title, 'dim')}"]
        lines.append("")
    total = [rule for members in by_category.values() for rule in members]
    return "\n".join([*lines, f"{counted(total)}. One in full: plumb explain NAME"]) + "\n"


def flags(rule: Rule) -> list[str]:
    """What `plumb audit` has to be asked with so that the rule speaks."""
    return ["--probe"] if rule.subject is Service else ["--pedantic"] if rule.pedantic else []


def counted(rules: Sequence[Rule]) -> str:
    """How many rules there are, and how many of them wait for a flag."""
    waiting = Counter(flag for rule in rules for flag in flags(rule))
    parts = [f"{number} with {flag}" for flag, number in sorted(waiting.items())]
    return many(len(rules), "rule") + (f", {' and '.join(parts)} only" if parts else "")


def explanation(rule: Rule, found: Sequence[Reported] | None, view: View) -> str:
    """The rule, its documentation, and what it finds here."""
    title, _, rest = rule.documentation.strip().partition("\n")
    traits = [rule.severity, rule.category, f"{rule.confidence} confidence"]
    traits += ["pedantic"] if rule.pedantic else []
    traits += [f"needs {' and '.join(rule.needs)}"] if rule.needs else []
    head = [view.paint(rule.name, rule.severity), view.paint(title, "bold"), ", ".join(traits)]
    lines = [*head, *document(rest.strip("\n").splitlines(), view), "", view.paint("Here", "bold"), ""]
    if rule.subject is Service:
        return (
            "\n".join([*lines, f"Ask a running service: plumb audit --probe URL --select {rule.name}"]) + "\n"
        )
    return "\n".join([*lines, *here(found, view)]) + "\n"


def document(lines: Iterable[str], view: View) -> Iterator[str]:
    """Markdown as plain text: headings without marks, code moved in."""
    yield ""
    inside = False
    for line in lines:
        fence = FENCE.fullmatch(line.strip())
        if fence:
            inside = not inside
            if fence[1]:
                yield view.paint(f"    # {fence[1]}", "dim")
        elif inside:
            yield f"    {line}".rstrip()
        elif line.startswith("## "):
            yield view.paint(line.removeprefix("## "), "bold")
        else:
            yield line


def here(found: Sequence[Reported] | None, view: View) -> Iterator[str]:
    """The findings of this project."""
    if found is None:
        yield "There is no FastAPI project in this folder."
    elif not found:
        yield "Nothing in this project."
    else:
        yield from (line_of(item, view) for item in found)

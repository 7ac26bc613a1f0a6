"""`# plumb: ignore[rule-name] reason`: what such comments hide, and what is wrong with them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.config import suggestion
from plumbrule.rulekit import Edit, Finding, Fix, Module, Rule
from plumbrule.verbs.outcome import Reported, Suppressed, Suppression

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from plumbrule.rulekit import Project, Span

COMMENT = re.compile(r"#\s*plumb:\s*ignore\[([^\]]*)\]\s*(.*)")

WITHOUT_REASON = Rule(
    name="suppression-without-reason",
    category="architecture",
    severity="note",
    confidence="high",
    pedantic=False,
    needs=(),
    subject=Module,
    check=lambda _: (),
    documentation="""A suppression that does not say why

Whoever reads `# plumb: ignore[blocking-call-in-async]` next year can neither trust it nor remove it.
The reason stands behind the bracket: `# plumb: ignore[blocking-call-in-async] runs once, at startup`.
""",
)
UNUSED = Rule(
    name="unused-suppression",
    category="architecture",
    severity="note",
    confidence="high",
    pedantic=False,
    needs=(),
    subject=Module,
    check=lambda _: (),
    documentation="""A suppression that hides nothing

What it hid has been mended, or its rule is misspelt. As long as it stays it will hide the next one.
Rules that did not run are not counted: a comment for them is left alone.
""",
)
OWN_RULES = (WITHOUT_REASON, UNUSED)
"""rules about the audit itself, which no subject of the model could answer"""


def suppressions(project: Project) -> list[Suppression]:
    """The comments of a project; one alone on its line speaks for the next line."""
    found = []
    for module in project.modules:
        for comment in module.file.comments:
            match = COMMENT.match(comment.text)
            if match:
                line = module.source.line_text(comment.span.line)
                alone = not line[: comment.span.column - 1].strip()
                names = tuple(name.strip() for name in match[1].split(",") if name.strip())
                found.append(Suppression(names, match[2].strip(), comment.span, comment.span.line + alone))
    return found


def apply_suppressions(
    reported: Iterable[Reported], comments: Collection[Suppression]
) -> tuple[list[Reported], tuple[Suppressed, ...], tuple[Suppression, ...]]:
    """Divide findings into kept and hidden; and the comments that hide nothing."""
    by_place: dict[tuple[str, int], list[Suppression]] = {}
    for comment in comments:
        by_place.setdefault((comment.span.path, comment.line), []).append(comment)
    kept, hidden, used = [], [], set()
    for item in reported:
        at = item.finding.at
        lines = range(at.line, min(at.end_line, at.line + 20) + 1)
        candidates = (comment for line in lines for comment in by_place.get((at.path, line), ()))
        by = [comment for comment in candidates if item.rule.name in comment.rules]
        used |= set(by)
        if by:
            hidden.append(Suppressed(item, by[0]))
        else:
            kept.append(item)
    return kept, tuple(hidden), tuple(comment for comment in comments if comment not in used)


def complaints(
    project: Project,
    comments: Iterable[Suppression],
    unused: Collection[Suppression],
    ran: Collection[str],
    known: Collection[str],
) -> Iterator[tuple[Rule, Finding]]:
    """What is wrong with the comments: no reason given, an unknown rule, nothing to hide."""
    for comment in comments:
        if not comment.reason:
            help_ = "say why behind the bracket"
            yield WITHOUT_REASON, Finding(comment.span, "this suppression does not say why", help=help_)
        unknown = [name for name in comment.rules if name not in known]
        if unknown:
            message = f"no rule `{unknown[0]}`{suggestion(unknown[0], known)}"
            yield UNUSED, Finding(comment.span, message, label="it hides nothing")
        elif comment in unused and ran and set(comment.rules) <= set(ran):
            fix = Fix((Edit(whole(project, comment.span), ""),))
            message = f"nothing here is hidden by `ignore[{', '.join(comment.rules)}]`"
            yield UNUSED, Finding(comment.span, message, help="take the comment out", fix=fix)


def whole(project: Project, span: Span) -> Span:
    """A comment with the blanks before it, and with its line if there is nothing else on it."""
    source = next(module.source for module in project.modules if module.path == span.path)
    before = source.slice(source.line_starts[span.line - 1], span.start)
    start = span.start - (len(before) - len(before.rstrip(" \t")))
    end = span.end + (not before.strip() and span.end < len(source.text))
    return source.span(start, end)

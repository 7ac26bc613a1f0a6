"""What a layout proposes, and what carrying it out does: for a person, a program, a pull request."""

from __future__ import annotations

from dataclasses import asdict
from json import dumps
from typing import TYPE_CHECKING, Any

from plumbrule.report.picture import picture
from plumbrule.report.verdict import markdown as verdict_markdown
from plumbrule.report.verdict import text as verdict_text
from plumbrule.report.view import clean, many

if TYPE_CHECKING:
    from collections.abc import Callable

    from plumbrule.layouts.proposal import Line, Proposal
    from plumbrule.proof.verdict import Verdict
    from plumbrule.report.view import View
    from plumbrule.verbs.structure.planning import Planned


def proposal_text(proposal: Proposal, view: View) -> str:
    """The moves by slice, with reason and confidence, then what stays."""
    left = max(len(label(line)) for line in proposal.moving)
    lines = []
    for name, group in by_slice(proposal).items():
        lines.append(view.paint(name or "others", "bold"))
        lines += [
            f"{number:>4}  {label(line):<{left}} {goal(line)}  {view.paint(because(line), 'dim')}"
            for number, line in group.items()
        ]
    how = "Prove and do it: --apply   Only some: --apply 1 2   See it: --diff   Edit it: --plan FILE"
    return "\n".join([*lines, "", f"{counted(proposal)}. {how}"]) + "\n"


def counted(proposal: Proposal) -> str:
    """How much moves, is taken out, is cut, and stays."""
    taken_out = sum(line.extract is not None for line in proposal.moving)
    cuts = len(proposal.cuts)
    moved = len(proposal.moving) - taken_out - cuts
    said = [many(moved, "move")] if moved or not (taken_out or cuts) else []
    said += [many(taken_out, "extraction")] if taken_out else []
    said += [many(cuts, "import") + " cut"] if cuts else []
    staying = sum(line.target is None for line in proposal.lines)
    stays = f"{many(staying, 'route' if taken_out else 'module')} stay{'s' * (staying == 1)}"
    return "; ".join([*said, stays])


def by_slice(proposal: Proposal) -> dict[str, dict[int, Line]]:
    """The steps, by number, under the slices they go to; extractions under their modules."""
    found: dict[str, dict[int, Line]] = {}
    for number, line in enumerate(proposal.steps, 1):
        found.setdefault(line.group, {})[number] = line
    return found


def goal(line: Line) -> str:
    """Where something goes, or what is no longer imported at the top."""
    return f"no longer imports {line.target}" if line.cuts else f"→ {arrival(line)}"


def label(line: Line) -> str:
    """What moves."""
    if not line.names:
        return line.module
    if line.extract is not None:
        return f"{line.names[0]}: lines {line.extract[0]}-{line.extract[1]}"
    more = f" and {len(line.names) - 2} more" if len(line.names) > 2 else ""
    return f"{line.module}: {', '.join(line.names[:2])}{more}"


def arrival(line: Line) -> str:
    """Where it goes."""
    return f"{line.target}.{line.function}" if line.function else f"{line.target}"


def because(line: Line) -> str:
    """Why it moves."""
    return f"{line.confidence:.0%} {line.reason}"


def proposal_json(proposal: Proposal, view: View) -> str:
    """An object with all lines."""
    _ = view
    told = {"layout": proposal.layout, "lines": [numbered(proposal, line) for line in proposal.lines]}
    return dumps(told, indent=2, ensure_ascii=False) + "\n"


def numbered(proposal: Proposal, line: Line) -> dict[str, Any]:
    """A line as an object, with the number of its step."""
    return {"step": proposal.steps.index(line) + 1 if line.target else None, **asdict(line)}


def proposal_markdown(proposal: Proposal, view: View) -> str:
    """A table of the moves."""
    _ = view
    rows = "\n".join(
        f"| {number} | {line.slice} | `{label(line)}` | {goal(line)} | {because(line)} |"
        for group in by_slice(proposal).values()
        for number, line in group.items()
    )
    head = "| step | slice | what | where | how sure, and why |\n|---|---|---|---|---|"
    return f"## {counted(proposal)}\n\n{head}\n{rows}\n"


def planned_text(planned: Planned, verdict: Verdict, view: View) -> str:
    """What was found on the way, then the verdict."""
    lines = [f"look at     {clean(str(mention))}" for mention in planned.rewrite.mentions]
    lines += [
        f"visible     {name.kind} {name.before} → {name.after} ({name.path}:{name.line})"
        for name in planned.rewrite.visible
        if not name.pinned
    ]
    lines += [f"stays       {label(line)}: {why}" for line, why in planned.refused]
    head = "\n".join(lines) + "\n\n" if lines else ""
    return head + verdict_text(verdict, view)


def planned_json(planned: Planned, verdict: Verdict, view: View) -> str:
    """An object: moves, mentions, visible names, verdict."""
    _ = view
    told: dict[str, Any] = {
        "verdict": verdict.status,
        "checks": [asdict(check) for check in verdict.checks],
        "volatile": verdict.volatile,
        "moves": [asdict(line) for line in planned.proposal.moving],
        "refused": [{"line": asdict(line), "why": why} for line, why in planned.refused],
        "mentions": [asdict(mention) for mention in planned.rewrite.mentions],
        "visible": [asdict(name) for name in planned.rewrite.visible],
    }
    return dumps(told, indent=2, ensure_ascii=False) + "\n"


def planned_markdown(planned: Planned, verdict: Verdict, view: View) -> str:
    """The text of a pull request: the proof, pictures before and after, the moves, what to look at."""
    moving = [line for line in planned.proposal.moving if line.move is not None]
    parts = [f"# {title(planned.proposal)}", verdict_markdown(verdict, view).rstrip()]
    if moving:
        parts += [
            "## Before\n\n" + picture((line.module for line in moving), planned.imports_before),
            "## After\n\n" + picture((line.target or "" for line in moving), planned.imports_after),
        ]
    parts.append(proposal_markdown(planned.proposal, view).rstrip())
    visible = [name for name in planned.rewrite.visible if not name.pinned]
    sections = {
        "Seen from outside by another name": [f"{v.kind} `{v.before}` → `{v.after}`" for v in visible],
        "Stays, for it cannot move": [f"`{label(line)}`: {why}" for line, why in planned.refused],
        "Look at these": [clean(str(mention)) for mention in planned.rewrite.mentions],
    }
    for heading, entries in sections.items():
        if entries:
            parts.append("\n".join([f"## {heading}\n", *(f"- {entry}" for entry in entries)]))
    return "\n\n".join(parts) + "\n"


def title(proposal: Proposal) -> str:
    """What a pull request is about."""
    return f"Layout {proposal.layout}" if proposal.layout else "Modules to other places"


PROPOSAL_FORMATS: dict[str, Callable[..., str]] = {
    "text": proposal_text,
    "json": proposal_json,
    "markdown": proposal_markdown,
}
PLANNED_FORMATS: dict[str, Callable[..., str]] = {
    "text": planned_text,
    "json": planned_json,
    "markdown": planned_markdown,
}

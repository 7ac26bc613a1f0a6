"""The server of `plumb mcp`: tools, resources, and what they have in common."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import anyio.from_thread
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.resources import FunctionResource
from mcp_types import ToolAnnotations
from pydantic import Field

from plumbrule import __version__
from plumbrule.config import Confidence, Severity, read_config
from plumbrule.guides import guides
from plumbrule.mcp.arguments import StrictServer
from plumbrule.mcp.pages import page, text_page
from plumbrule.mcp.plans import NEXT, Kind, Request, planned, target_in
from plumbrule.mcp.readings import readings
from plumbrule.mcp.roots import Roots, confined, folders
from plumbrule.model.reading import Observer
from plumbrule.plan import Plan, Refusal, Step, apply, diff, undo
from plumbrule.probes import probes
from plumbrule.report import View
from plumbrule.report.json import finding_of
from plumbrule.report.summary import headline
from plumbrule.rulekit import Rule
from plumbrule.rules import rulebook
from plumbrule.verbs import kept, review
from plumbrule.verbs.explain import findings_here
from plumbrule.verbs.map import Kind as MapKind
from plumbrule.verbs.map import not_followed, rows
from plumbrule.verbs.selection import everything, one_rule

INSTRUCTIONS = """\
Plumbrule is a senior FastAPI engineer as a program. Start with plumb_audit or plumb_map; plumb_explain says \
what a rule means. plumb_plan makes a plan and changes nothing; plumb_apply carries it out, all of it or \
nothing; plumb_undo takes it back. A result with next_cursor goes on: call again with the same arguments and \
that cursor. The nine guides are the resources plumb://guides/NAME."""

READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)
WRITES = ToolAnnotations(read_only_hint=False, destructive_hint=True, open_world_hint=False)

Path_ = Annotated[str, Field(description="a folder or Python file, seen from the first root")]
Cursor = Annotated[str, Field(description="the next_cursor of the page before")]
Names = Annotated[list[str], Field(description="rules or categories; empty: all")]
Result = dict[str, Any]

server = StrictServer("plumb", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING")
SOON = 0.1
"""seconds; an answer is on its way by then"""
_one = threading.Lock()


@contextlib.contextmanager
def work(context: Context) -> Iterator[Observer]:
    """Do one thing at a time, tell the client what begins, and make a refusal an answer."""
    begun: list[str] = []

    def observe(what: str, *_: int) -> None:
        if begun[-1:] != [what]:
            begun.append(what)
            anyio.from_thread.run(context.report_progress, len(begun), None, what)

    with _one:
        try:
            yield observe
        except Refusal as refusal:
            raise ToolError(str(refusal)) from refusal
        finally:
            anyio.from_thread.run_sync(_rest_soon)


def _rest_soon() -> None:
    asyncio.get_running_loop().call_later(SOON, _rest)


def _rest() -> None:
    """Tidy up once the answer is given, unless the next one is being worked on."""
    if _one.acquire(blocking=False):
        try:
            readings.rest()
        finally:
            _one.release()


@server.tool(annotations=READS)
def plumb_audit(  # noqa: PLR0913, PLR0917  a parameter of the tool each
    context: Context,
    roots: Roots,
    path: Path_ = ".",
    select: Names = [],  # noqa: B006  the SDK copies it
    ignore: Annotated[list[str], Field(description="rules or categories to leave out")] = [],  # noqa: B006
    min_severity: Severity = "note",
    min_confidence: Confidence = "medium",
    cursor: Cursor = "",
) -> Result:
    """Review a FastAPI project: findings, the worst first, each with its place, its reason and its help."""
    with work(context) as observe:
        target = _target(path, roots)
        flags = {
            "select": select or None,
            "ignore": ignore or None,
            "min-severity": min_severity,
            "min-confidence": min_confidence,
        }
        config, reading = read_config(target.root, flags), readings.of(target.root)
        outcome = review.review(target, config, observe=observe, reading=reading)
        found, more = page(outcome.findings, cursor)
        return {
            "root": str(target.root),
            "summary": headline(outcome, View()),
            "total": len(outcome.findings),
            "fixable": sum(item.finding.fix is not None for item in outcome.findings),
            "findings": [finding_of(item, View()) for item in found],
            "next_cursor": more,
        }


@server.tool(annotations=READS)
def plumb_explain(
    context: Context,
    roots: Roots,
    name: Annotated[str, Field(description="a rule; empty lists all")] = "",
    path: Path_ = ".",
    cursor: Cursor = "",
) -> Result:
    """Say what a rule means, why, how the right code looks, and where this project breaks it."""
    with work(context) as observe:
        target = _target(path, roots)
        config = read_config(target.root)
        if not name:
            listed, more = page([_listed(rule) for rule in everything(config).values()], cursor)
            return {"rules": listed, "next_cursor": more}
        rule = one_rule(config, name)
        observe("reading the code")
        found = findings_here(target, config, rule, observe, readings.of(target.root))
        here, more = page(found or (), cursor)
        return {
            **_listed(rule),
            "documentation": rule.documentation,
            "here": [finding_of(item, View()) for item in here],
            "next_cursor": more,
        }


@server.tool(annotations=READS)
def plumb_map(  # noqa: PLR0913, PLR0917
    context: Context,
    roots: Roots,
    kind: Annotated[MapKind, Field(description="what to draw")] = "routes",
    filter: Annotated[str, Field(description="a part of a path or name, or a pattern")] = "",  # noqa: A002
    path: Path_ = ".",
    cursor: Cursor = "",
) -> Result:
    """Show the routes of a project, what FastAPI resolves for them, who guards them, or its imports."""
    with work(context) as observe:
        target = _target(path, roots)
        observe("reading the code")
        project = review.project_at(target, observe, readings.of(target.root))
        drawn = rows(project, kind, filter)
        shown, more = page(drawn, cursor)
        return {
            "total": len(drawn),
            "rows": [asdict(row) for row in shown],
            "not_followed": not_followed(project, kind) or None,
            "next_cursor": more,
        }


@server.tool(annotations=READS)
def plumb_plan(  # noqa: PLR0913, PLR0917
    context: Context,
    roots: Roots,
    kind: Annotated[
        Kind, Field(description="a new project, one more resource, the fixes of findings, another layout")
    ],
    path: Annotated[str, Field(description="the folder of the project")] = ".",
    name: Annotated[str, Field(description="init: of the project; add: of one of it, invoice")] = "",
    fields: Annotated[list[str], Field(description="add: FIELD:TYPE, as title:str paid:date?")] = [],  # noqa: B006
    plural: Annotated[str, Field(description="add: many of it, if not as usual")] = "",
    preset: Annotated[str, Field(description="init: service or minimal")] = "",
    database: Annotated[str, Field(description="init: sqlite or postgres")] = "",
    with_parts: Annotated[list[str], Field(description="init: orders docker ci pre-commit")] = [],  # noqa: B006
    without_parts: Annotated[list[str], Field(description="init: what to leave out")] = [],  # noqa: B006
    select: Annotated[list[str], Field(description="fixes: of these rules or categories")] = [],  # noqa: B006
    unsafe: Annotated[bool, Field(description="fixes: those that may change behaviour too")] = False,
    layout: Annotated[
        str,
        Field(description="init, structure: by-feature or by-layer; structure: also thin-routes, acyclic"),
    ] = "",
    cursor: Cursor = "",
) -> Result:
    """Plan a change and write nothing: an id for plumb_apply, the steps with their reasons, the diff."""
    request = Request(
        name or None,
        preset or None,
        database or None,
        tuple(with_parts),
        tuple(without_parts),
        tuple(fields),
        plural or None,
        tuple(select),
        unsafe,
        layout or None,
    )
    with work(context) as observe:
        allowed = folders(roots)
        plan = planned(kind, confined(path, allowed), request, allowed, observe)
        return _shown(plan, kind, cursor)


@server.tool(annotations=WRITES)
def plumb_apply(
    context: Context,
    roots: Roots,
    plan: Annotated[str, Field(description="the id that plumb_plan gave")],
) -> Result:
    """Carry out a plan, all of it or nothing; refused if a file is not as it was when the plan was made."""
    with work(context) as observe:
        chosen = kept.kept(plan)
        confined(chosen.root, folders(roots))
        observe("writing the files")
        apply(chosen)
        return {"root": str(chosen.root), "applied": [_step(step) for step in chosen.steps]}


@server.tool(annotations=WRITES)
def plumb_undo(
    context: Context,
    roots: Roots,
    path: Annotated[str, Field(description="the root of the project, as plumb_apply gave it")] = ".",
) -> Result:
    """Take back the last plan that was applied to a project; a new project is a folder to remove."""
    with work(context):
        root = confined(path, folders(roots))
        return {"root": str(root), "undone": list(undo(root))}


def _shown(plan: Plan, kind: Kind, cursor: str) -> Result:
    """A plan on its first page; the rest of its diff on those that follow."""
    text, more = text_page("".join(diff(step) for step in plan.steps), cursor)
    return {
        "plan": kept.keep(plan) if plan.steps else None,
        "root": str(plan.root),
        "steps": [] if cursor else [_step(step) for step in plan.steps],
        "diff": text,
        "after": list(NEXT[kind]) if plan.steps else [],
        "next_cursor": more,
    }


def _target(path: str, roots: Roots) -> review.Target:
    allowed = folders(roots)
    return target_in(confined(path, allowed), allowed)


def _listed(rule: Rule) -> dict[str, str]:
    return {"name": rule.name, "severity": rule.severity, "category": rule.category, "title": rule.title}


def _step(step: Step) -> dict[str, str]:
    operation = step.operation
    to = {"to": operation.to} if hasattr(operation, "to") else {}
    return {"do": type(operation).__name__.lower(), "path": operation.path, **to, "reason": step.reason}


def add_resources() -> None:
    """Every rule and every guide as a page of its own."""
    for rule in (*rulebook(), *(probe.rule for probe in probes())):
        _add(f"plumb://rules/{rule.name}", rule.title, rule.documentation)
    for guide in guides().values():
        _add(f"plumb://guides/{guide.name}", guide.summary, guide.text)


def _add(uri: str, description: str, text: str) -> None:
    name = uri.removeprefix("plumb://")
    server.add_resource(
        FunctionResource(
            uri=uri, name=name, description=description, mime_type="text/markdown", fn=lambda: text
        )
    )


def serve() -> None:
    """Answer on standard input and output until the client leaves."""
    add_resources()
    server.run("stdio")

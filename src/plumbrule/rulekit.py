"""The one import of a rule file: what a rule is, what it says, and the model it asks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, get_type_hints

from plumbrule.edits import (
    added_to,
    async_def,
    awaiting,
    import_edit,
    line_below,
    without_argument,
)
from plumbrule.facts import layout
from plumbrule.facts import nodes as n
from plumbrule.facts.file import File
from plumbrule.facts.source import Source, Span
from plumbrule.finding import Category, Confidence, Edit, Finding, Fix, Rule, Severity, Step
from plumbrule.model.apps import ExceptionHandler
from plumbrule.model.asking import (
    asks_inside,
    given_to,
    is_always,
    is_query,
    is_read,
    looks_up,
)
from plumbrule.model.bodies import body_schemas, is_bounded, response_schema
from plumbrule.model.branches import branches_around
from plumbrule.model.calls import Call
from plumbrule.model.certainty import is_asked_before, is_surely
from plumbrule.model.code import Attribute, Class, Function, Module, Parameter, Scoped
from plumbrule.model.comparisons import is_secret_check
from plumbrule.model.coroutines import awaited_imports, is_dead, makes_coroutine
from plumbrule.model.dependencies import Dependencies, Dependency
from plumbrule.model.flow import Flow
from plumbrule.model.guards import asks, asks_nobody, exceptions, names_an_asker, refuses, signs_what_is_sent
from plumbrule.model.held_owners import lookups_without_held_owner
from plumbrule.model.holding import GIVING, Given, Holding, Moment
from plumbrule.model.import_graph import ImportEdge
from plumbrule.model.knowledge.blocking import BLOCKING, COMPUTING
from plumbrule.model.knowledge.coroutines import COROUTINES
from plumbrule.model.knowledge.secrets import is_end_of_token, is_secret_name
from plumbrule.model.knowledge.services import AWAITED_SERVICES, SERVICES
from plumbrule.model.loaders import assigned_name, is_given, is_read_now, loaded_plainly, reads_of, refreshes
from plumbrule.model.logs import LOGGING, is_logging, parts_of
from plumbrule.model.loop import blocking_on_loop, reached_on_loop
from plumbrule.model.migrations import Migration, MigrationGraph, Operation
from plumbrule.model.ownership import (
    asks_by_caller,
    brings_together,
    caller_of,
    compares_owner,
    given_texts,
    is_anonymous,
    is_for_administrators,
    is_for_some,
    looks_at_owner,
    names_read,
    own_ids,
    owners_in,
    unread_owners,
    way_from_route,
    where_unchecked,
)
from plumbrule.model.permissions import asks_for_own_key, forbids
from plumbrule.model.project import Project
from plumbrule.model.queries import SESSIONS, Query, query_of, read_in
from plumbrule.model.rare_calls import is_rare
from plumbrule.model.reach import Reached, reached_calls
from plumbrule.model.relationships import Relationship
from plumbrule.model.repetition import (
    Round,
    gives_many,
    gives_rows,
    is_handed,
    loop_over_rows,
    round_of,
    takes_many,
)
from plumbrule.model.results import (
    ALWAYS_TRUE,
    NOTHING_RUNS,
    around,
    misuse,
    misuse_of_answer,
    misuse_of_kept,
    untaken,
)
from plumbrule.model.rollbacks import forgotten
from plumbrule.model.route_table import Entry, shape
from plumbrule.model.routing import App, Include, Middleware, Mount, Place, Route, Router
from plumbrule.model.schemas import Column, Schema, Settings, Table
from plumbrule.model.serving import is_for_developers, run_in_threads
from plumbrule.model.stale import functions_that_change, shows_stale
from plumbrule.model.statuses import EMPTY, status_number
from plumbrule.model.strangers import CHANGING, is_for_anybody, is_open, is_probe
from plumbrule.model.values import External, Target, Type, Variable
from plumbrule.model.versions import Version
from plumbrule.model.vetting import taken_unasked, unlooked_at, unvetted
from plumbrule.model.written import Written, written_row
from plumbrule.ways import called, stations, steps_of, steps_to, told_together

Subject = Project | App | Router | Route | Function | Call | Schema | Table | Settings | Module | Migration
EVERY: dict[type, Callable[[Project], Iterable[Any]]] = {
    Project: lambda project: [project],
    App: lambda project: project.apps,
    Router: lambda project: project.routers,
    Route: lambda project: project.routes,
    Function: lambda project: project.functions,
    Schema: lambda project: project.schemas,
    Table: lambda project: project.tables,
    Settings: lambda project: project.settings,
    Module: lambda project: project.modules,
    Migration: lambda project: project.migrations.all,
}
"""what there is of each kind but calls, which are asked for by name"""
IN_CODE: dict[type, Callable[[Project], Iterable[Any]]] = {
    Route: lambda project: project.code_routes,
    Function: lambda project: project.code_functions,
    Module: lambda project: project.code_modules,
}
"""of what there is most, those outside the tests"""


def rule(  # noqa: PLR0913 - one word each for what a rule declares
    *,
    category: Category,
    severity: Severity,
    confidence: Confidence = "high",
    pedantic: bool = False,
    needs: Iterable[str] | str = (),
    calls: Collection[str] = (),
    nodes: Collection[type[n.Node]] = (),
) -> Callable[[Callable[[Any], Iterable[Finding]]], Rule]:
    """Make a rule of a function; the type of its first parameter says what it is called with.

    `needs` names packages (with an optional version range, `fastapi>=0.118`) without which the rule does
    not apply; it is then reported as skipped.
    `calls` says of which calls a rule about a `Call` wants to hear, as `Project.calls_to` takes them;
    `nodes` may say the same of a rule about a `Function`: of those that have a node of one of these kinds.
    """

    def declare(check: Callable[[Any], Iterable[Finding]]) -> Rule:
        subject = subject_of(check)
        outside = subject if category != "testing" else None
        if (subject is Call or calls) and not (outside is Call and calls):
            raise TypeError(f"rule {check.__name__}: `calls` go with a rule about a Call outside the tests")
        if nodes and outside is not Function:
            raise TypeError(f"rule {check.__name__}: `nodes` need a rule about a Function outside the tests")
        return Rule(
            check.__name__.replace("_", "-"),
            category,
            severity,
            confidence,
            pedantic,
            (needs,) if isinstance(needs, str) else tuple(needs),
            subject,
            check,
            (getattr(check, "__globals__", {}).get("__doc__") or "").strip(),
            tuple(calls),
            frozenset(nodes),
        )

    return declare


def subject_of(check: Callable[[Any], Iterable[Finding]]) -> type:
    """The type of the first parameter of a rule; a rule of a project may have its annotations as texts."""
    first = check.__code__.co_varnames[0]
    written = check.__annotations__[first]
    subject: type = get_type_hints(check)[first] if isinstance(written, str) else written
    if subject not in (*EVERY, Call):
        raise TypeError(
            f"rule {check.__name__}: its first parameter is a {subject}, not one of the model's types"
        )
    return subject


def imports_of(module: Module, package: str) -> Iterator[n.Import | n.ImportFrom]:
    """The imports of a package anywhere in a module outside the tests, also inside functions."""
    for node in module.imports if package in module.file.packages else ():
        relative = isinstance(node, n.ImportFrom) and node.level
        names = [node.module] if isinstance(node, n.ImportFrom) else [alias.name for alias in node.names]
        if not relative and any(name.partition(".")[0] == package for name in names):
            yield node


def subjects(project: Project, rule: Rule) -> Iterable[Any]:
    """What a rule is asked about: every subject of its kind; tests are only for the rules about tests."""
    if rule.subject is Call:
        return project.calls_to(*rule.calls)
    if rule.nodes:
        return [f for f in project.code_functions if not f.by_kind.keys().isdisjoint(rule.nodes)]
    if rule.category == "testing":
        return EVERY[rule.subject](project)
    if rule.subject in IN_CODE:
        return IN_CODE[rule.subject](project)
    every = EVERY[rule.subject](project)
    return [one for one in every if one is project or one.module is None or not one.module.is_test]


__all__ = [
    "ALWAYS_TRUE",
    "AWAITED_SERVICES",
    "BLOCKING",
    "CHANGING",
    "COMPUTING",
    "COROUTINES",
    "EMPTY",
    "GIVING",
    "LOGGING",
    "NOTHING_RUNS",
    "SERVICES",
    "SESSIONS",
    "App",
    "Attribute",
    "Call",
    "Category",
    "Class",
    "Column",
    "Confidence",
    "Dependencies",
    "Dependency",
    "Edit",
    "Entry",
    "ExceptionHandler",
    "External",
    "File",
    "Finding",
    "Fix",
    "Flow",
    "Function",
    "Given",
    "Holding",
    "ImportEdge",
    "Include",
    "Iterator",
    "Middleware",
    "Migration",
    "MigrationGraph",
    "Module",
    "Moment",
    "Mount",
    "Operation",
    "Parameter",
    "Place",
    "Project",
    "Query",
    "Reached",
    "Relationship",
    "Round",
    "Route",
    "Router",
    "Rule",
    "Schema",
    "Scoped",
    "Settings",
    "Severity",
    "Source",
    "Span",
    "Step",
    "Table",
    "Target",
    "Type",
    "Variable",
    "Version",
    "Written",
    "added_to",
    "around",
    "asks",
    "asks_by_caller",
    "asks_for_own_key",
    "asks_inside",
    "asks_nobody",
    "assigned_name",
    "async_def",
    "awaited_imports",
    "awaiting",
    "blocking_on_loop",
    "body_schemas",
    "branches_around",
    "brings_together",
    "called",
    "caller_of",
    "compares_owner",
    "exceptions",
    "forbids",
    "forgotten",
    "functions_that_change",
    "given_texts",
    "given_to",
    "gives_many",
    "gives_rows",
    "import_edit",
    "imports_of",
    "is_always",
    "is_anonymous",
    "is_asked_before",
    "is_bounded",
    "is_dead",
    "is_end_of_token",
    "is_for_administrators",
    "is_for_anybody",
    "is_for_developers",
    "is_for_some",
    "is_given",
    "is_handed",
    "is_logging",
    "is_open",
    "is_probe",
    "is_query",
    "is_rare",
    "is_read",
    "is_read_now",
    "is_secret_check",
    "is_secret_name",
    "is_surely",
    "layout",
    "line_below",
    "loaded_plainly",
    "looks_at_owner",
    "looks_up",
    "lookups_without_held_owner",
    "loop_over_rows",
    "makes_coroutine",
    "misuse",
    "misuse_of_answer",
    "misuse_of_kept",
    "n",
    "names_an_asker",
    "names_read",
    "own_ids",
    "owners_in",
    "parts_of",
    "query_of",
    "reached_calls",
    "reached_on_loop",
    "read_in",
    "reads_of",
    "refreshes",
    "refuses",
    "response_schema",
    "round_of",
    "rule",
    "run_in_threads",
    "shape",
    "shows_stale",
    "signs_what_is_sent",
    "stations",
    "status_number",
    "steps_of",
    "steps_to",
    "subjects",
    "taken_unasked",
    "takes_many",
    "told_together",
    "unlooked_at",
    "unread_owners",
    "untaken",
    "unvetted",
    "way_from_route",
    "where_unchecked",
    "without_argument",
    "written_row",
]

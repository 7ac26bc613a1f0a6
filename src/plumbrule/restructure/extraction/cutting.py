"""Whether a run of statements can become a function, and what that function takes and gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.extraction.flow import is_inner, names_in, own_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.extraction.flow import Flow, Run

LOOKING_AT_FRAMES = {
    "locals": "lists the names around it",
    "vars": "lists the names around it",
    "dir": "lists the names around it",
    "eval": "reads names by text",
    "exec": "reads names by text",
    "globals": "lists the names of its module",
    "super": "needs its class",
    "_getframe": "looks at the frames below it",
    "currentframe": "looks at the frames below it",
    "stack": "looks at the frames below it",
}
OWN_NAMES = {"__name__", "__file__", "__package__", "__spec__", "__doc__", "__class__", "__path__"}


@dataclass(frozen=True, slots=True)
class Cut:
    """What a run is as a function.

    `parameters` are the names it takes and `results` those it gives back; `returns` tells that what it
    returns is what the handler returns, `says` that it returns a value at all.
    """

    parameters: tuple[str, ...]
    results: tuple[str, ...]
    returns: bool
    says: bool
    is_async: bool


def cut_of(flow: Flow, run: Run) -> Cut:
    """The function that a run can be; raises a Refusal if it cannot be one that does the same."""
    _check_shape(flow, run)
    returns, says = _returning(run)
    results = () if returns else _results(flow, run)
    parameters = _parameters(flow, run, results)
    _check_left_behind(flow, run, results)
    _check_captured(flow, run)
    _check_failing(flow, run)
    return Cut(parameters, results, returns, says, _is_async(run))


def inside(run: Run) -> Iterator[n.Node]:
    """Every node of a run but those of functions and classes inside."""
    waiting: list[n.Node] = list(reversed(run.statements))
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, n.FunctionDef | n.ClassDef | n.Lambda):
            waiting.extend(reversed(list(node.children)))


def _check_shape(flow: Flow, run: Run) -> None:
    """Refuse what cannot stand in another function."""
    for node in (node for statement in flow.handler.body for node in statement.walk()):
        if isinstance(node, n.Match | n.Broken | n.Unknown | n.TypeAlias):
            raise Refusal(f"{node.span}: `{short(node)}` is not followed here; extract by hand")
        if isinstance(node, n.Call) and isinstance(node.func, n.Name) and node.func.id in LOOKING_AT_FRAMES:
            why = LOOKING_AT_FRAMES[node.func.id]
            if run.holds(node) or why.endswith(("around it", "by text")):
                raise Refusal(f"{node.span}: `{node.func.id}` {why}, which would be others")
        if isinstance(node, n.Scoped):
            _check_declared(run, node)
    for node in run.walk():
        _check_node(node)
    for node in inside(run):
        if isinstance(node, n.Yield):
            raise Refusal(f"{node.span}: it yields; a function that is called cannot do that for its caller")
    _check_jumps(run)
    if not run.owners and run.first == 0 and run.handler.docstring is not None:
        raise Refusal(f"{run.statements[0].span}: the docstring is what callers read; take what is below it")


def _check_declared(run: Run, node: n.Scoped) -> None:
    used = names_in(run.walk())
    for name in node.names:
        if run.holds(node) or name in used:
            raise Refusal(f"{node.span}: `{node.kind} {name}` binds it elsewhere; extract by hand")


def _check_node(node: n.Node) -> None:
    match node:
        case n.Name(id=name) if name in OWN_NAMES:
            raise Refusal(f"{node.span}: `{name}` would be that of another module")
        case n.Call(func=n.Attribute(attr=attr)) if attr in {"_getframe", "currentframe", "stack"}:
            raise Refusal(f"{node.span}: `{attr}` {LOOKING_AT_FRAMES[attr]}, which would be others")
        case n.Keyword(name="stacklevel"):
            raise Refusal(f"{node.span}: `stacklevel` counts the frames below it, which would be one more")
        case n.ClassDef(name=name):
            raise Refusal(f"{node.name_span}: it defines the class `{name}`; move that to its module first")


def _check_jumps(run: Run) -> None:
    """Refuse a `break` or `continue` of a loop outside; there is none around a run."""
    for node in inside(run):
        if isinstance(node, n.Simple) and node.kind != "pass":
            loops = (p for p in node.parents if isinstance(p, n.For | n.While) and run.holds(p))
            if not any(loops):
                raise Refusal(f"{node.span}: `{node.kind}` speaks to a loop outside")


def short(node: n.Node) -> str:
    """The beginning of what is written there."""
    text = node.text.split("\n", 1)[0]
    return text if text == node.text and len(text) <= 40 else f"{text[:39]}…"


def _returning(run: Run) -> tuple[bool, bool]:
    """Whether what a run returns is what the handler returns, and whether that is a value."""
    found = [node for node in inside(run) if isinstance(node, n.Return)]
    says = any(node.value is not None for node in found)
    if run.ends_handler:
        return True, says
    if not found:
        return False, False
    if not ends(run.statements):
        at = found[0].span
        raise Refusal(f"{at}: it returns here and goes on elsewhere; take all lines up to the handler's end")
    return True, says


def ends(body: tuple[n.Statement, ...]) -> bool:
    """Whether control never comes behind a body, whatever is raised in it."""
    match body[-1:]:
        case (n.Return() | n.Raise(),):
            return True
        case (n.If(body=one, orelse=other),):
            return bool(other) and ends(one) and ends(other)
        case (n.Try(body=tried, handlers=handlers, orelse=orelse),):
            return ends(orelse or tried) and all(ends(handler.body) for handler in handlers)
        case _:
            return False


def _results(flow: Flow, run: Run) -> tuple[str, ...]:
    """What a run binds and the handler reads later, in the order of binding."""
    bound = dict.fromkeys(name for node in inside(run) for name in own_names(node) if name in flow.local)
    later = flow.leaving(run)
    return tuple(name for name in bound if name in later)


def _parameters(flow: Flow, run: Run, results: tuple[str, ...]) -> tuple[str, ...]:
    """What a run reads of the handler, in the order of the handler's own parameters and bindings."""
    given = flow.entering(run)
    if given is None:
        raise Refusal(f"{run.statements[0].span}: this is never reached")
    reader = flow.reads()
    bound = reader.block(run.statements, set())
    wanted = dict(reader.exposed)
    for name in results:
        if bound is not None and name not in bound:
            wanted[name] = None
    for name in wanted:
        if name not in given:
            raise Refusal(f"{run.statements[0].span}: `{name}` may not be there yet; bind it before")
        _check_given(flow, run, name)
    order = [p.name for p in flow.handler.parameters]
    order += sorted(wanted.keys() - set(order), key=lambda name: _first(flow, name))
    _check_deleted(flow, run)
    return tuple(name for name in order if name in wanted)


def _check_left_behind(flow: Flow, run: Run, results: tuple[str, ...]) -> None:
    """Refuse names that the handler goes on reading and that are bound inside alone."""
    outside = [node for node in flow.handler.nodes if not run.holds(node)]
    kept = {name for node in outside for name in own_names(node)} | {p.name for p in flow.handler.parameters}
    lost = {name for node in inside(run) for name in own_names(node)} - kept - set(results)
    for node in (node for statement in flow.handler.body for node in statement.walk()):
        is_lost = isinstance(node, n.Name) and node.id in lost and not run.holds(node)
        if isinstance(node, n.Name) and is_lost and not is_inner(node, flow.handler):
            raise Refusal(f"{node.span}: `{node.id}` is bound in these lines alone, and read here")


def _check_given(flow: Flow, run: Run, name: str) -> None:
    """Refuse to hand over what the handler imports or defines inside."""
    for node in flow.handler.nodes:
        if isinstance(node, n.Alias | n.FunctionDef | n.ClassDef) and name in own_names(node):
            where = "imports" if isinstance(node, n.Alias) else "defines"
            raise Refusal(f"{run.statements[0].span}: the handler {where} `{name}`; move that out first")


def _first(flow: Flow, name: str) -> int:
    """Where a name is bound first."""
    return min(node.start for node in flow.handler.nodes if name in own_names(node))


def _check_deleted(flow: Flow, run: Run) -> None:
    """Refuse names that are taken away, by `del` or at the end of an `except`, and used on both sides."""
    outside = names_in(node for node in flow.handler.nodes if not run.holds(node))
    outside |= {p.name for p in flow.handler.parameters}
    for node in inside(run):
        gone = set(own_names(node)) if isinstance(node, n.Delete) else set()
        if isinstance(node, n.Handler) and node.name and _is_used_behind(flow, node):
            gone = {node.name}
        for name in gone & outside:
            raise Refusal(f"{node.span}: `{name}` is gone after this, and the handler has it too")


def _is_used_behind(flow: Flow, handler: n.Handler) -> bool:
    """Whether the name of an exception is read anywhere but in handlers that bind it."""
    binding = [h for h in flow.handler.nodes if isinstance(h, n.Handler) and h.name == handler.name]
    for node in flow.handler.walk():
        inside_one = any(h.start <= node.start < h.end for h in binding)
        if isinstance(node, n.Name) and node.id == handler.name and not inside_one:
            return True
    return any(p.name == handler.name for p in flow.handler.parameters)


def _check_captured(flow: Flow, run: Run) -> None:
    """Refuse names that a function or generator holds on to while they are bound on the other side."""
    reader = flow.reads()
    reader.block(run.statements, set(flow.local))
    bound = {name for node in inside(run) for name in own_names(node)}
    outside = [node for node in flow.handler.nodes if not run.holds(node)]
    for name in reader.captured:
        if any(name in own_names(node) and node.start >= run.start for node in outside):
            raise Refusal(f"{run.statements[0].span}: `{name}` is held on to inside, and bound anew after it")
    everywhere = _captures(flow, run)
    for name in bound & everywhere:
        raise Refusal(
            f"{run.statements[0].span}: `{name}` is bound inside, and a function outside holds on to it"
        )


def _captures(flow: Flow, run: Run) -> set[str]:
    """The names that functions and generators of the handler outside of a run hold on to."""
    found: set[str] = set()
    for node in flow.handler.nodes:
        lasting = isinstance(node, n.Lambda | n.FunctionDef | n.ClassDef) or (
            isinstance(node, n.Comprehension) and node.kind == "generator"
        )
        if lasting and not run.holds(node):
            found |= {x.id for x in node.walk() if isinstance(x, n.Name)} & flow.local
    return found


def _check_failing(flow: Flow, run: Run) -> None:
    """Refuse names that an exception handler around a run reads and that it binds on its way."""
    later = flow.failing(run)
    last = run.statements[-1]
    at_last = isinstance(last, n.Assign) and all(isinstance(t, n.Name) for t in last.targets)
    once = [node for node in inside(run) if not (at_last and node is last)]
    bound = {name for node in once for name in own_names(node)}
    for name in sorted(bound & later):
        raise Refusal(
            f"{run.statements[0].span}: `{name}` is bound on the way, and what catches exceptions reads it"
        )


def _is_async(run: Run) -> bool:
    """Whether a run waits for something itself."""
    return any(
        isinstance(node, n.Await) or getattr(node, "is_async", False) is True
        for node in inside(run)
        if not isinstance(node, n.FunctionDef)
    )

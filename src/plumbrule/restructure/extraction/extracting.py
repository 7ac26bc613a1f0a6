"""An extraction in, a rewrite out: the lines become a function beside their handler, then that one moves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.model.project import Project
from plumbrule.model.reading import no_collection
from plumbrule.plan import Create, Edit, Refusal, Step
from plumbrule.restructure.extraction.arrival import (
    Arrival,
    arrival_of,
    check_room,
    face,
    needs_for,
    stay_at_home,
)
from plumbrule.restructure.extraction.cutting import cut_of
from plumbrule.restructure.extraction.flow import Flow, Run, suites
from plumbrule.restructure.extraction.habits import habits_of
from plumbrule.restructure.extraction.outline import Spelling, outlined
from plumbrule.restructure.extraction.patched import check_replaced
from plumbrule.restructure.extraction.proof import check_outline
from plumbrule.restructure.extraction.signature import Types
from plumbrule.restructure.extraction.surroundings import check_surroundings, swallowing
from plumbrule.restructure.leaving import cut as leave
from plumbrule.restructure.meanings import Meanings, dotted
from plumbrule.restructure.moves import DefinitionMove, Entangled, MoveMap
from plumbrule.restructure.names import Names, key_of
from plumbrule.restructure.proof import check_static
from plumbrule.restructure.relocation import locate, relocate
from plumbrule.restructure.rewriting import check_files, finished, rewrite, settled
from plumbrule.restructure.routes import convert
from plumbrule.restructure.site import Site
from plumbrule.restructure.tree import decoded

if TYPE_CHECKING:
    from plumbrule.restructure.extraction.cutting import Cut
    from plumbrule.restructure.extraction.request import Extraction
    from plumbrule.restructure.extraction.signature import Signature
    from plumbrule.restructure.moves import Problem, Rewrite
    from plumbrule.restructure.tree import Tree


@dataclass(frozen=True, slots=True)
class Extracted:
    """What an extraction does to a tree, and what the static proof has against it."""

    rewrite: Rewrite
    problems: tuple[Problem, ...]


def extract(tree: Tree, wanted: Extraction) -> Extracted:
    """Carry out one extraction; raises a Refusal if it cannot be shown that nothing changes by it."""
    with no_collection():
        names = tree.once(Names)
        path, run = located(tree, names, wanted)
        cut = cut_of(Flow(run.handler, swallowing(tree.facts(p) for p in tree.python)), run)
        check_surroundings(names, path, run)
        arrival = arrival_of(names, path, wanted, run)
        check_room(tree, names, path, run, arrival)
        signature = signature_of(tree, path, run, (cut, arrival.name))
        spelling = Spelling(arrival.name, arrival.called, arrival.temporary, habits_of(tree, path).longest)
        text = outlined(tree.facts(path), (run, cut), signature, spelling)
        middle = tree.after([Step(Edit(path, decoded(tree.files[path]), decoded(text)), "", "edit")])
        try:
            moved = _moved(middle, wanted, arrival, signature)
        except Entangled as knot:
            said = str(knot).replace(arrival.temporary, wanted.function)
            raise Entangled(said, knot.names, (wanted.function,)) from None
        except Refusal as refusal:
            raise Refusal(str(refusal).replace(arrival.temporary, wanted.function)) from None
        problems = [*check_outline(tree, middle, path, run, arrival.temporary)]
        problems += check_static(middle, middle.after(moved.steps), moved)
        return Extracted(_whole(tree, moved, wanted, arrival), tuple(problems))


def located(tree: Tree, names: Names, wanted: Extraction) -> tuple[str, Run]:
    """The file of the handler and the statements that the lines are."""
    key, _ = locate(names, wanted.module)
    path = names.path(key) or ""
    found = [s for s in tree.facts(path).body if isinstance(s, n.FunctionDef) and s.name == wanted.function]
    if len(found) != 1:
        raise Refusal(f"{path}: `{wanted.function}` is no function of its own; give the name of a handler")
    run = run_at(found[0], wanted.lines)
    if run is None:
        first, last = wanted.lines
        raise Refusal(f"{found[0].name_span}: lines {first} to {last} are no whole statements of one body")
    return path, run


def run_at(handler: n.FunctionDef, lines: tuple[int, int]) -> Run | None:
    """The statements that lines of a handler hold; the line of its `def` is 1."""
    above = handler.line - 1
    for owners, suite in suites(handler):
        inside = [
            i for i, s in enumerate(suite) if lines[0] <= s.line - above and last_line(s) - above <= lines[1]
        ]
        if inside:
            run = Run(handler, owners, suite, inside[0], inside[-1])
            if lines_of(run) == lines:
                return run
    return None


def lines_of(run: Run) -> tuple[int, int]:
    """The lines of a run, counted from the `def` of its handler."""
    above = run.handler.line - 1
    return run.statements[0].line - above, last_line(run.statements[-1]) - above


def last_line(statement: n.Statement) -> int:
    """The line on which a statement ends."""
    return statement.source.line_of(max(statement.end - 1, statement.start))


def signature_of(tree: Tree, path: str, run: Run, what: tuple[Cut, str]) -> Signature:
    """The signature of the new function, by what the project says of its types."""
    project = Project([tree.facts(p) for p in tree.python])
    function = project.functions_by_node[run.handler]
    return Types(function, run, habits_of(tree, path)).signature(*what)


def _moved(middle: Tree, wanted: Extraction, arrival: Arrival, signature: Signature) -> Rewrite:
    """The second half: the function that now stands beside the handler goes to its module."""
    move = DefinitionMove((arrival.temporary,), wanted.module, wanted.target, wanted.reason)
    names = middle.once(Names)
    site = Site(middle, names, relocate(middle, names, [move]))
    key = next(iter(site.whole.definitions))[0]
    path = names.path(key) or ""
    target = site.whole.definitions[key, arrival.temporary]
    leave(site)
    stay_at_home(site, path, arrival)
    site.extra_needs.setdefault(target, []).extend(
        needs_for(site, path, signature.foreign, site.path_of(target))
    )
    convert(site)
    _check_company(site, path)
    check_replaced(site, key, {name for s in site.segments[path] for name in _read_by(site, path, s.nodes)})
    rewrite(site)
    face(site, path, arrival)
    steps = settled(site)
    check_files(site, steps)
    made = finished(site, [move], steps)
    final = {old: renamed(new, arrival) for old, new in made.homes.items()}
    unit = f"{dotted(target)}.{arrival.name}"
    meanings = middle.once(Meanings)
    types = (
        meanings.final(key_of(file), name) if file else f"typing.{name}?" for file, name in signature.foreign
    )
    gained = {unit: frozenset(types)}
    return replace(made, homes=final, gained=gained)


def renamed(name: str, arrival: Arrival) -> str:
    """A full name with what the function is called in the end."""
    head, _, last = name.rpartition(".")
    return f"{head}.{arrival.name}" if last == arrival.temporary else name


def _read_by(site: Site, path: str, nodes: tuple[n.Statement, ...]) -> set[str]:
    module = site.scopes(path).locals(None)
    return {x.id for node in nodes for x in node.walk() if isinstance(x, n.Name) and x.id in module}


QUIET = {
    "frozenset",
    "set",
    "tuple",
    "dict",
    "list",
    "compile",
    "timedelta",
    "Decimal",
    "TypeVar",
    "getLogger",
}


QUIET_DECORATORS = {"cache", "lru_cache", "contextmanager", "asynccontextmanager", "wraps", "overload"}


def _registers(decorator: n.Expr) -> bool:
    """Whether a decorator may tell somebody of its function."""
    called = decorator.func if isinstance(decorator, n.Call) else decorator
    return called.text.rpartition(".")[2] not in QUIET_DECORATORS


def _check_company(site: Site, path: str) -> None:
    """Refuse to take along what does something when its module is imported: a route, a call."""
    for segment in site.segments[path]:
        for node in segment.nodes:
            if isinstance(node, n.FunctionDef) and any(map(_registers, node.decorators)):
                raise Refusal(
                    f"{node.name_span}: the new function would need `{node.name}`, which is registered here; "
                    "give that another name, or move it first"
                )
            calls = [x for x in node.walk() if isinstance(x, n.Call)] if isinstance(node, n.Assign) else []
            for call in calls:
                name = call.func.attr if isinstance(call.func, n.Attribute) else call.func.text
                if name not in QUIET:
                    raise Refusal(
                        f"{node.span}: `{', '.join(segment.names[:1])}` is made by a call; "
                        "move it to a module of its own first"
                    )


def _whole(tree: Tree, moved: Rewrite, wanted: Extraction, arrival: Arrival) -> Rewrite:
    """Both halves as one rewrite of the tree that there was."""
    reason = f"the logic of `{wanted.function}`" + (f": {wanted.reason}" if wanted.reason else "")
    steps = []
    for step in moved.steps:
        operation = step.operation
        if isinstance(operation, Edit):
            before = decoded(tree.files[operation.path])
            steps.append(Step(Edit(operation.path, before, operation.after), reason, "edit"))
        else:
            why = reason if isinstance(operation, Create) and operation.text else step.reason
            steps.append(replace(step, reason=why))
    names = {k: v for k, v in moved.names.names.items() if not k.endswith(f".{arrival.temporary}")}
    homes = {k: v for k, v in moved.homes.items() if not k.endswith(f".{arrival.temporary}")}
    return replace(moved, steps=tuple(steps), moves=(), names=MoveMap(names), homes=homes)

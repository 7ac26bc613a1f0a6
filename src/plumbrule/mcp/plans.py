"""What `plumb_plan` can plan, each by its verb."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, assert_never

from plumbrule.config import one_of, read_config
from plumbrule.mcp.readings import readings
from plumbrule.mcp.roots import confined
from plumbrule.model.reading import Observer
from plumbrule.plan import Plan, Refusal
from plumbrule.scaffold.answers import Wishes, answer
from plumbrule.verbs import add, fix, init, review
from plumbrule.verbs.structure.planning import LAYOUTS, proposal_of
from plumbrule.verbs.structure.planning import planned as restructured
from plumbrule.verbs.structure.trees import place_of

Kind = Literal["init", "add", "fixes", "structure"]


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments of `plumb_plan`; None or empty is not given."""

    name: str | None = None
    preset: str | None = None
    database: str | None = None
    with_parts: tuple[str, ...] = ()
    without_parts: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    plural: str | None = None
    select: tuple[str, ...] = ()
    unsafe: bool = False
    layout: str | None = None


ARGUMENTS: Mapping[Kind, Sequence[str]] = {
    "init": ("name", "preset", "layout", "database", "with_parts", "without_parts"),
    "add": ("name", "fields", "plural"),
    "fixes": ("select", "unsafe"),
    "structure": ("layout",),
}
NEXT: Mapping[Kind, Sequence[str]] = {
    "init": ("uv sync", "uv run alembic upgrade head, unless the preset is minimal", "uv run pytest"),
    "add": ("uv run alembic upgrade head", "uv run pytest"),
    "fixes": ("run the tests of the project",),
    "structure": ("plumb structure --check HEAD, which proves that it behaves as before", "run the tests"),
}
"""what to do after a plan of a kind was applied"""


def planned(kind: Kind, place: Path, request: Request, roots: Sequence[Path], observe: Observer) -> Plan:
    """The plan for a request; refuses one that would touch what is outside of the roots."""
    refuse_strangers(kind, request)
    plan = _plan(kind, place, request, roots, observe)
    confined(plan.root, roots)
    return plan


def _plan(kind: Kind, place: Path, request: Request, roots: Sequence[Path], observe: Observer) -> Plan:
    match kind:
        case "init":
            wishes = Wishes(
                request.name,
                request.preset,
                request.layout,
                database=request.database,
                with_parts=request.with_parts,
                without_parts=request.without_parts,
            )
            return init.plan(place, answer(wishes, place))
        case "add":
            if request.name is None:
                raise Refusal("a resource needs a name: invoice, with fields such as title:str")
            return add.plan(place, request.name, request.fields, request.plural).plan
        case "fixes":
            return _fixes(target_in(place, roots), request, observe)
        case "structure":
            return _structure(target_in(place, roots), request, roots, observe)
        case _:
            assert_never(kind)


def _fixes(target: review.Target, request: Request, observe: Observer) -> Plan:
    config = read_config(target.root, {"select": request.select or None})
    outcome = review.review(target, config, observe=observe, reading=readings.of(target.root))
    observe("making the fixes")
    return fix.plan(outcome, target, config, unsafe=request.unsafe)[0]


def _structure(target: review.Target, request: Request, roots: Sequence[Path], observe: Observer) -> Plan:
    layout = one_of(LAYOUTS, request.layout or next(iter(LAYOUTS)), "layout")
    place = place_of(target.root)
    confined(place.whole, roots)
    observe("reading the code")
    project = review.project_at(target, observe, readings.of(target.root))
    proposal = proposal_of(project, layout)
    if not proposal.moving:
        return Plan(place.whole, ())
    observe("working out what changes")
    made = restructured(place, proposal, strict=False)
    if made.problems:
        raise Refusal(f"the layout {layout} would break {made.problems[0]}; plumb structure says more")
    return made.plan(place.whole)


def target_in(place: Path, roots: Sequence[Path]) -> review.Target:
    """The project of a place, if all of it is inside the roots."""
    target = review.target([place])
    confined(target.root, roots)
    return target


def refuse_strangers(kind: Kind, request: Request) -> None:
    """Refuse arguments that mean nothing to a kind of plan."""
    for name in Request.__slots__:
        if getattr(request, name) and name not in ARGUMENTS[kind]:
            raise Refusal(f"`{name}` means nothing to {kind}, which takes {', '.join(ARGUMENTS[kind])}")

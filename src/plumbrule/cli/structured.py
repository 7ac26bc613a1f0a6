"""What `plumb structure` does with its flags, and what it says."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from plumbrule.cli.audited import base_of, no_app
from plumbrule.cli.console import Output
from plumbrule.cli.delivery import deliver, save
from plumbrule.config import one_of
from plumbrule.layouts.plan_file import written
from plumbrule.layouts.proposal import Proposal
from plumbrule.plan import Refusal, diff
from plumbrule.proof.snapshot import Permissions
from plumbrule.proof.verdict import Verdict
from plumbrule.report import View
from plumbrule.report.restructure import PLANNED_FORMATS, PROPOSAL_FORMATS
from plumbrule.report.structure import STRUCTURE_FORMATS
from plumbrule.report.verdict import VERDICT_FORMATS, summary
from plumbrule.report.view import many
from plumbrule.verbs.review import project_at, target
from plumbrule.verbs.structure.analysis import analysed
from plumbrule.verbs.structure.applying import carried_out, proved, recovered, refuse_dirty, taken_back
from plumbrule.verbs.structure.check import Terms, check
from plumbrule.verbs.structure.extracting import KEPT
from plumbrule.verbs.structure.planning import LAYOUTS, planned, proposal_in, proposal_of, settled_at, some_of
from plumbrule.verbs.structure.settling import HELD
from plumbrule.verbs.structure.trees import place_of

NOTHING = {
    "": "Nothing to move: every module is where it belongs.",
    "by-layer": "Nothing to move: no slice has a folder with its layers in it, such as users/router.py.",
    "thin-routes": "Nothing to take out: every route is thin, or is left for a reason that --plan tells.",
    "acyclic": "Nothing to cut: no modules import each other in a circle.",
}
OPTIONAL = ("OpenAPI", "migrations")
"""checks that a person may do without, where they fail before as well"""


@dataclass(frozen=True, slots=True)
class Wishes:
    """The flags of one run."""

    path: str | None
    steps: tuple[str, ...]
    layout: str | None
    plan: Path | None
    diff: bool
    apply: bool
    undo: bool
    check: str | None
    verify: tuple[str, ...]
    unproved: tuple[str, ...]
    allow: tuple[str, ...]
    allow_dirty: bool
    no_commit: bool
    python: Path | None
    output_format: str
    file: Path | None


def path_and_steps(words: list[str], *, doing: bool) -> tuple[str | None, tuple[str, ...]]:
    """The folder and the steps among the words of a command; the first is the folder if there is one."""
    if not words or (doing and not Path(words[0]).is_dir()):
        return None, tuple(words)
    if len(words) > 1 and not doing:
        raise Refusal(f"{words[1]}: steps are named with --diff or --apply, one folder without")
    return words[0], tuple(words[1:])


def structured(output: Output, wishes: Wishes) -> int:
    """Do what was asked for; gives the exit code."""
    refuse_contradictions(wishes)
    with no_app(output):
        if wishes.check is not None:
            return checked(output, wishes, wishes.check)
        root = target([Path(wishes.path)] if wishes.path else []).root
        if recovered(root):
            output.progress("a run that was killed has been taken back")
        if wishes.undo:
            paths, note = taken_back(root)
            output.line(f"Brought {many(len(paths), 'file')} back{f'; {note}' if note else ''}.")
            return 0
        if wishes.layout is None and wishes.plan is None:
            return shown(output, wishes, root)
        return arranged(output, wishes, root)


def refuse_contradictions(wishes: Wishes) -> None:
    """Refuse flags that make no sense together."""
    doing = {"--check": wishes.check is not None, "--undo": wishes.undo, "--diff": wishes.diff}
    given = [flag for flag, on in {**doing, "--apply": wishes.apply}.items() if on]
    if len(given) > 1:
        raise Refusal(f"{given[0]} and {given[1]} contradict each other; drop one of them")
    if (wishes.diff or wishes.apply) and not (wishes.layout or wishes.plan):
        raise Refusal(f"{given[0]} needs --layout {'|'.join(LAYOUTS)} or --plan FILE")
    if wishes.layout is not None:
        one_of(LAYOUTS, wishes.layout, "--layout")
    for word in wishes.verify:
        one_of(("tests",), word, "--verify")
    for word in wishes.unproved:
        one_of(OPTIONAL, word, "--unproved")
    for word in wishes.allow:
        one_of(("lifespan", "connections"), word, "--allow")


def shown(output: Output, wishes: Wishes, root: Path) -> int:
    """The analysis."""
    render = rendering(STRUCTURE_FORMATS, wishes)
    with output.patience("reading the code"):
        found = analysed(project_at(target([root])))
    deliver(output, render(found, view_of(output, wishes, root)), wishes.file)
    return 0


def checked(output: Output, wishes: Wishes, base: str) -> int:
    """Compare two trees, say what differs."""
    render = rendering(VERDICT_FORMATS, wishes)
    is_folder = wishes.path is None or Path(wishes.path).is_dir()
    root = target([Path(wishes.path)] if wishes.path and is_folder else []).root
    with output.working() as observe:
        verdict = check(root, base, None if is_folder else wishes.path, terms(wishes), observe)
    deliver(output, render(verdict, view_of(output, wishes, root)), wishes.file)
    return int(verdict.status != "equal")


def arranged(output: Output, wishes: Wishes, root: Path) -> int:
    """Propose a layout, or carry it out."""
    proposal = proposed(output, wishes, root)
    if not proposal.moving:
        output.line(nothing_to_move(proposal))
        return 0
    if not (wishes.diff or wishes.apply):
        return offered(output, wishes, root, proposal)
    if wishes.apply and not wishes.allow_dirty:
        refuse_dirty(place_of(root), wishes.plan)
    with output.patience("working out what changes"):
        if wishes.steps:
            proposal = some_steps(output, wishes, root, proposal)
        made = planned(place_of(root), proposal, strict=wishes.layout is None or bool(wishes.steps))
    if not made.proposal.moving:
        output.line(nothing_to_move(made.proposal))
        return 0
    if wishes.diff:
        deliver(output, "".join(diff(step) for step in made.plan(root).steps), wishes.file)
        return 1
    with output.working() as observe:
        verdict = proved(made, terms(wishes), observe)
    report = rendering(PLANNED_FORMATS, wishes)(made, verdict, view_of(output, wishes, root))
    deliver(output, report, wishes.file)
    if verdict.status != "equal":
        output.complain(f"nothing was changed. {summary(verdict)}{way_out(verdict)}")
        return 1
    done = carried_out(
        made, commit=not wishes.no_commit, allow_dirty=wishes.allow_dirty, plan_file=wishes.plan
    )
    told = many(len(done.commits), "commit") if done.commits else done.note
    output.line(f"Changed {many(done.files, 'file')}: {told}. Take it back: plumb structure --undo")
    return 0


def offered(output: Output, wishes: Wishes, root: Path, proposal: Proposal) -> int:
    """Show a proposal; one that a person wrote only if it can be carried out."""
    if wishes.layout and wishes.plan:
        return 1
    render = rendering(PROPOSAL_FORMATS, wishes)
    if wishes.plan:
        with output.patience("working out what changes"):
            planned(place_of(root), proposal, strict=True)
    deliver(output, render(proposal, view_of(output, wishes, root)), wishes.file)
    return 1


def some_steps(output: Output, wishes: Wishes, root: Path, proposal: Proposal) -> Proposal:
    """The steps that were asked for; says which others they need."""
    found = some_of(place_of(root), proposal, wishes.steps)
    if found.needed:
        numbers = " ".join(map(str, found.needed))
        output.progress(f"with what they need: {'step' if len(found.needed) == 1 else 'steps'} {numbers}")
    return found.proposal


def nothing_to_move(proposal: Proposal) -> str:
    """Why there is nothing to do."""
    cycles = proposal.layout == "acyclic"
    held = [line for line in proposal.lines if cycles or line.reason.startswith((HELD, KEPT))]
    if not held:
        return NOTHING.get(proposal.layout, NOTHING[""])
    told = "".join(f"stays  {'.'.join((line.module, *line.names))}: {line.reason}\n" for line in held)
    return f"{told}Nothing can be cut." if cycles else f"{told}Nothing can move."


def way_out(verdict: Verdict) -> str:
    """What to do about a proof that is not complete, if a person may decide to do without the rest."""
    names = list(dict.fromkeys(check.kind for check in verdict.obstacles))
    if names == ["start"]:
        return " Mend it: give it the packages (--python) and the environment that it starts with."
    if verdict.status != "not run" or not set(names) <= set(OPTIONAL):
        return ""
    return " Mend it, or go on without: " + " ".join(f"--unproved {name}" for name in names)


def proposed(output: Output, wishes: Wishes, root: Path) -> Proposal:
    """What is to be moved: as the layout says, or as the file does."""
    if wishes.layout is None:
        return proposal_in(wishes.plan or Path())
    with output.patience("reading the code"):
        project = project_at(target([root]))
        found = proposal_of(project, wishes.layout)
        ready = (wishes.diff or wishes.apply) and wishes.plan is None and not wishes.steps
        proposal = found if ready or not found.moving else settled_at(place_of(root), found, project)
    if wishes.plan is not None:
        if wishes.plan.exists():
            raise Refusal(f"{wishes.plan} exists; drop --layout to carry it out, or name another file")
        save(wishes.plan, written(proposal))
        going_on = proposal.moving and not (wishes.diff or wishes.apply)
        then = f"; edit it, then give --plan {wishes.plan} --apply" if going_on else ""
        output.progress(f"written to {wishes.plan}{then}")
    return proposal


def terms(wishes: Wishes) -> Terms:
    """How to prove, as the flags say."""
    permissions = Permissions("lifespan" in wishes.allow, "connections" in wishes.allow)
    return Terms(wishes.python, permissions, "tests" in wishes.verify, unproved=wishes.unproved)


def rendering(formats: dict[str, Callable[..., str]], wishes: Wishes) -> Callable[..., str]:
    """How to write the report."""
    return formats[one_of(formats, wishes.output_format, "--output-format")]


def view_of(output: Output, wishes: Wishes, root: Path) -> View:
    """Where the reader stands."""
    return View(base_of(root), color=output.colored and wishes.file is None)

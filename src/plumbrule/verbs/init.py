"""From answers to a project: plan it, write it, make its repository and its environment."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from plumbrule.plan import Create, Edit, Plan, Refusal, Step, apply, read_text, recover, revoke
from plumbrule.scaffold.answers import Answers
from plumbrule.scaffold.marked import AGENTS, COMPANIONS, merged
from plumbrule.scaffold.render import parts_of, render, targets
from plumbrule.verbs import environment
from plumbrule.verbs.environment import Failure


@dataclass(frozen=True, slots=True)
class Done:
    """A stage of the work: how long it took, and why it was left out if it was."""

    stage: str
    seconds: float
    skipped: str | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What `init` did."""

    plan: Plan
    answers: Answers
    stages: tuple[Done, ...]

    @property
    def installed(self) -> bool:
        """Whether the packages are there."""
        return any(done.stage == "packages" and not done.failure for done in self.stages)

    @property
    def migrates(self) -> bool:
        """Whether the project has a database to bring up to date."""
        return any(step.group == "migrations" for step in self.plan.steps)


Observer = Callable[[str], None]
"""is told what begins"""


def plan(root: Path, answers: Answers) -> Plan:
    """The files of a new project in `root`; refuses a folder that holds more than its companions."""
    check_folder(root)
    reasons = {target: part.name for part in parts_of(answers) for target in targets(part, answers)}
    files = render(answers)
    origins: Mapping[str, str] = {}
    if answers.layout == "by-layer":
        from plumbrule.verbs.layered import layered  # noqa: PLC0415  the model takes a while to import

        files, origins = layered(files, answers.package)
    steps = (
        Step(
            _operation(root, target, text),
            reasons.get(origins.get(target, target), ""),
            group_of(target, answers.package),
        )
        for target, text in files.items()
    )
    return Plan(root, tuple(sorted(steps, key=lambda step: GROUPS.index(step.group))))


def _operation(root: Path, target: str, text: str) -> Create | Edit:
    """Make the file; what coding agents are told already stays, and is completed."""
    if target != AGENTS or not (root / target).is_file():
        return Create(target, text)
    before = read_text(root / target)
    return Edit(target, before, merged(before, text))


def check_folder(root: Path) -> None:
    """Refuse a folder that a project cannot go to."""
    try:
        if root.is_symlink() and not root.exists():
            raise Refusal(f"{root} is a symbolic link to nothing; remove it or choose another path")
        if root.exists() and not root.is_dir():
            raise Refusal(f"{root} is a file; choose another path")
        recover(root)
        found = sorted({path.name for path in root.iterdir()} - COMPANIONS) if root.exists() else []
    except OSError as error:
        raise Refusal(f"cannot use {root}: {error.strerror}; choose another path") from error
    if found:
        raise Refusal(f"{root} is not empty (it holds {found[0]}); choose another path")


def carry_out(project: Plan, answers: Answers, *, git: bool, sync: bool, observe: Observer) -> Outcome:
    """Write the files, make the repository and the environment; an interrupt takes all of it back."""
    root = project.root
    new = [folder for folder in (root, *root.parents) if not folder.exists()]
    had_repository = (root / ".git").exists()
    try:
        stages = tuple(_stages(project, git=git, sync=sync, observe=observe))
    except Refusal:
        raise  # the files could not be written, and none is there
    except BaseException:
        revoke(project)
        environment.remove_leftovers(root, repository=not had_repository)
        for folder in new:
            environment.remove_if_empty(folder)
        raise
    return Outcome(project, answers, stages)


def serve(outcome: Outcome, *, observe: Observer) -> None:
    """Bring the database up to date and become the server; refuses if that cannot be."""
    root = outcome.plan.root
    if not outcome.installed:
        raise Refusal("the service cannot start without its packages; the project is written, see above")
    if outcome.migrates:
        observe("migrating the database")
        failure = environment.migrate(root)
        if failure:
            raise Refusal(f"the database could not be migrated: {failure.reason}")
    observe(f"starting the service in {root}; stop it with Ctrl-C")
    environment.serve(root, outcome.answers.package)


GROUPS = ("application", "features", "migrations", "tests", "delivery", "project")


def group_of(target: str, package: str) -> str:
    """The heading under which a file of a new project is shown."""
    match target.split("/"):
        case ["src", name, _] if name == package:
            return "application"
        case ["src", *_]:
            return "features"
        case ["migrations" | "tests" as folder, *_]:
            return folder
        case [".github", *_] | ["Dockerfile" | "compose.yaml" | ".dockerignore" | ".pre-commit-config.yaml"]:
            return "delivery"
        case _:
            return "project"


def _stages(project: Plan, *, git: bool, sync: bool, observe: Observer) -> Iterator[Done]:
    observe("writing the files")
    started = time.perf_counter()
    apply(project, undoable=False)
    yield Done("files", time.perf_counter() - started)
    if git:
        observe("making a git repository")
        started = time.perf_counter()
        skipped = environment.initialise_repository(project.root)
        yield Done("git", time.perf_counter() - started, skipped=skipped)
    if sync:
        observe("installing the packages")
        started = time.perf_counter()
        failure = environment.install(project.root)
        yield Done("packages", time.perf_counter() - started, failure=failure)

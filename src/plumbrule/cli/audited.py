"""What `plumb audit` does with its flags, and what it says."""

import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import typer

from plumbrule.cli.console import Output
from plumbrule.cli.delivery import deliver
from plumbrule.cli.errors import write_report
from plumbrule.config import Config, read_config
from plumbrule.plan import Refusal, apply, diff
from plumbrule.report import FOR_PEOPLE, FORMATS, View
from plumbrule.report.score import score_of
from plumbrule.report.statistics import statistics_of
from plumbrule.report.view import many
from plumbrule.verbs import baseline, review
from plumbrule.verbs.outcome import Outcome

NO_APP = 3
WATCHABLE = (*FOR_PEOPLE, "json")


@dataclass(frozen=True, slots=True)
class Wishes:
    """The flags of one run; those that a project may settle are in the configuration."""

    paths: tuple[Path, ...]
    fix: bool = False
    unsafe: bool = False
    diff: bool = False
    since: str | None = None
    baseline: str | None = None
    statistics: bool = False
    score: bool = False
    file: Path | None = None
    probe: str | None = None
    write: bool = False
    watch: bool = False


def audited(output: Output, wishes: Wishes, flags: Mapping[str, object], file: Path | None) -> int:
    """Do what the flags ask for; gives the exit code."""
    target = review.target(wishes.paths)

    def configured() -> Config:
        config = read_config(target.root, flags, file=file)
        refuse_contradictions(wishes, config)
        if wishes.watch:
            refuse_to_stay(wishes, config)
        return config

    config = configured()
    if wishes.watch:
        from plumbrule.cli.watched import watched  # noqa: PLC0415  what it needs takes a while to import

        names = [Path(path).name for path in (config.baseline, file) if path]
        with no_app(output):
            return watched(output, wishes, target, configured, names)
    if wishes.probe is not None:
        return probed(output, wishes, target, config, wishes.probe)
    return reviewed(output, wishes, target, config)


def reviewed(output: Output, wishes: Wishes, target: review.Target, config: Config) -> int:
    """Review once, fix, show; gives the exit code."""
    with no_app(output):
        outcome = found(output, wishes, target, config)
    if wishes.baseline == "write":
        findings = (*outcome.findings, *outcome.known)
        path = baseline.write(config, findings)
        output.line(f"Wrote {many(len(findings), 'finding')} to {base_of(config.root)}{path}")
        return 0
    if wishes.fix or wishes.diff:
        from plumbrule.verbs import fix  # noqa: PLC0415  the model takes a while to import

        plan, outcome_after = fix.plan(outcome, target, config, unsafe=wishes.unsafe)
        if wishes.diff:
            told = f"{many(len(plan.steps), 'file')} would change"
            deliver(output, "".join(diff(step) for step in plan.steps), wishes.file, f"{told}, ")
            if wishes.file is None:
                output.progress(told)
            return int(bool(plan.steps))
        apply(plan)
        for step in plan.steps:
            output.progress(f"fixed {base_of(config.root)}{step.operation.path}: {step.reason}")
        outcome = outcome_after
    show(output, wishes, config, outcome)
    complain_of(output, outcome)
    return int(review.fails(outcome, config))


def complain_of(output: Output, outcome: Outcome) -> None:
    """Say which rules broke."""
    if outcome.failures:
        report = write_report("\n".join(failure.trace for failure in outcome.failures))
        output.complain(f"the rules that broke are a bug in plumb; please report it with {report}")


def probed(output: Output, wishes: Wishes, target: review.Target, config: Config, url: str) -> int:
    """Ask a running service, show what it answers; gives the exit code."""
    from plumbrule.verbs.probe import Question, probe  # noqa: PLC0415  only here anybody is asked

    with output.patience("asking the service"):
        outcome = probe(target, config, Question(url, wishes.write))
    show(output, wishes, config, outcome)
    return int(review.fails(outcome, config))


@contextlib.contextmanager
def no_app(output: Output) -> Iterator[None]:
    """Say that there is nothing to look at, with an exit code of its own."""
    try:
        yield
    except review.NoApp as nothing:
        output.complain(f"{nothing}")
        raise typer.Exit(NO_APP) from nothing


def found(output: Output, wishes: Wishes, target: review.Target, config: Config) -> Outcome:
    """What the review gives, with a sign of life while it runs."""
    known = wishes.baseline == "read" or (wishes.baseline is None and "baseline" in config.sources)
    with output.patience() as observe:
        return review.review(target, config, known=known, since=wishes.since, observe=observe)


def refuse_contradictions(wishes: Wishes, config: Config) -> None:
    """Refuse flags that make no sense together."""
    if wishes.fix and wishes.diff:
        raise Refusal("--fix and --diff contradict each other; drop one of them")
    if wishes.unsafe and not (wishes.fix or wishes.diff):
        raise Refusal("--unsafe goes with --fix or --diff")
    if wishes.write and wishes.probe is None:
        raise Refusal("--write goes with --probe")
    for flag, given in (("--fix", wishes.fix), ("--diff", wishes.diff), ("--since", wishes.since)):
        if wishes.probe is not None and given:
            raise Refusal(f"--probe and {flag} contradict each other; drop one of them")
    if wishes.probe is not None and wishes.baseline:
        raise Refusal("--probe and --baseline contradict each other; drop one of them")
    if wishes.baseline not in (None, "read", "write"):
        raise Refusal(f"--baseline {wishes.baseline}: it is `--baseline` alone or `--baseline write`")
    for flag, given in (("--score", wishes.score), ("--statistics", wishes.statistics)):
        if given and config.output_format not in FOR_PEOPLE:
            raise Refusal(f"{flag} has no place in {config.output_format}; the json format always has it")


def show(output: Output, wishes: Wishes, config: Config, outcome: Outcome) -> None:
    """Write the report where it was asked for."""
    view = view_of(output, wishes, config)
    if wishes.score or wishes.statistics:
        parts = [statistics_of(outcome, view)] if wishes.statistics else []
        parts += [score_of(outcome, view)] if wishes.score else []
        report = "\n".join(parts)
    else:
        report = FORMATS[config.output_format](outcome, view)
    deliver(output, report, wishes.file, f"{many(len(outcome.findings), 'finding')}, ")


def refuse_to_stay(wishes: Wishes, config: Config) -> None:
    """Refuse what is done once, or has one end."""
    once = {
        "--fix": wishes.fix,
        "--diff": wishes.diff,
        "--since": wishes.since is not None,
        "--baseline write": wishes.baseline == "write",
        "--statistics": wishes.statistics,
        "--score": wishes.score,
        "--output": wishes.file is not None,
        "--probe": wishes.probe is not None,
    }
    for flag in (flag for flag, given in once.items() if given):
        raise Refusal(f"--watch and {flag} contradict each other; drop one of them")
    if config.output_format not in WATCHABLE:
        raise Refusal(f"--watch has no place in {config.output_format}; take {', '.join(WATCHABLE)}")


def view_of(output: Output, wishes: Wishes, config: Config) -> View:
    """How the reader sees the report."""
    for_people = config.output_format in FOR_PEOPLE
    terminal = for_people and not wishes.file and output.out.is_terminal
    return View(
        base_of(config.root, outside=for_people),
        output.out.width if terminal else None,
        terminal and output.colored,
        shlex.join(["plumb", "audit", *map(str, wishes.paths), *asked_where(wishes)]),
    )


def asked_where(wishes: Wishes) -> list[str]:
    """The flags that say which running service is asked."""
    if wishes.probe is None:
        return []
    return ["--probe", wishes.probe, *(["--write"] if wishes.write else [])]


def base_of(root: Path, *, outside: bool = True) -> str:
    """What stands before the paths of a project, seen from the current folder.

    Reports for programs name files outside of it by their place in the project.
    """
    path = os.path.relpath(root)
    if path == ".":
        return ""
    if path.startswith(".."):
        return f"{min(path, str(root), key=len)}/" if outside else ""
    return f"{path}/"

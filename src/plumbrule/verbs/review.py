"""`plumb audit` as a user asks for it: paths and settings → what to show."""

from __future__ import annotations

import os
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from plumbrule.facts.frozen import frozen
from plumbrule.plan import Refusal
from plumbrule.verbs import baseline
from plumbrule.verbs.fingerprints import is_among
from plumbrule.verbs.memory import Memory
from plumbrule.verbs.outcome import CONFIDENCES, SEVERITIES, Outcome, Reported

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from plumbrule.config import Config
    from plumbrule.model.reading import Observer, Reading
    from plumbrule.rulekit import Project


class NoApp(Refusal):
    """There is nothing of FastAPI to look at."""


@frozen
class Target:
    """The project that some paths belong to, and the paths inside it; `.` is all of it."""

    root: Path
    paths: tuple[str, ...]

    def covers(self, path: str) -> bool:
        """Whether a file of the project is one that was asked about."""
        return any(within(path, asked) for asked in self.paths)


def target(paths: Sequence[Path]) -> Target:
    """The project of some paths: the nearest folder with a pyproject.toml, or else the folder itself."""
    roots = {project_root(path) for path in paths or [Path()]}
    if len(roots) > 1:
        first, second, *_ = sorted(map(str, roots))
        raise Refusal(f"{first} and {second} are two projects; audit them one at a time")
    root = roots.pop()
    inside = (os.path.relpath(path.resolve(), root) for path in paths or [Path()])
    return Target(root, tuple(PurePosixPath(Path(path)).as_posix() for path in inside))


def project_root(path: Path) -> Path:
    """The folder of the project around a path."""
    if not path.exists():
        raise Refusal(f"{path}: no such file or folder")
    if path.is_file() and path.suffix != ".py":
        raise Refusal(f"{path} is not a Python file; name a folder or a .py file")
    if not path.is_dir() and not path.is_file():
        raise Refusal(f"{path} is neither a folder nor a file")
    folder = (path if path.is_dir() else path.parent).resolve()
    for candidate in (folder, *folder.parents):
        if (candidate / "pyproject.toml").is_file():
            return candidate
        if (candidate / ".git").exists():
            break
    return folder


def project_at(target: Target, observe: Observer | None = None, reading: Reading | None = None) -> Project:
    """Read the project, or what has changed of it; refuses one in which nothing is of FastAPI."""
    # The model takes a while to import, and an outcome that is remembered does not need it.
    from plumbrule.model.reading import read_project  # noqa: PLC0415

    try:
        project = reading.project(observe) if reading else read_project(target.root, observe)
    except OSError as error:
        raise Refusal(f"cannot read {error.filename or target.root}: {error.strerror}") from error
    if not any((project.apps, project.routes, [r for r in project.routers if not r.is_assumed])):
        raise NoApp(f"no FastAPI app in {target.root}; plumb init makes one")
    return project


def review(  # noqa: PLR0913  a wish each
    target: Target,
    config: Config,
    *,
    known: bool = False,
    since: str | None = None,
    observe: Observer | None = None,
    reading: Reading | None = None,
) -> Outcome:
    """Audit what was asked about; `known` leaves out the baseline, `since` what a git revision has too.

    `reading` is that of one who has audited the project before.
    """
    memory = Memory(config)
    outcome = memory.recall(reading)
    if outcome is None and reading is None:
        outcome = audited_again(target, config, memory, observe)
    elif outcome is None:
        outcome = audited(target, config, observe, reading)
        memory.keep(outcome)
    outcome = asked(outcome, target, config)
    old: dict[str, str] = {}
    if known:
        old |= baseline.read(config)
    if since is not None:
        from plumbrule.verbs import revision  # noqa: PLC0415  heavy as well

        old |= revision.fingerprints(config, since)
    return without(outcome, old, target.root) if old else outcome


def audited_again(target: Target, config: Config, memory: Memory, observe: Observer | None = None) -> Outcome:
    """The outcome of an audit by a process that may not be the first; it leaves the next one something."""
    from plumbrule.verbs.kept_facts import KeptFacts  # noqa: PLC0415  heavy as well

    kept = KeptFacts(target.root)
    reading = kept.reading()
    outcome = audited(target, config, observe, reading)
    memory.keep(outcome)
    if memory.is_outdated or kept.any:
        kept.keep(reading)
    return outcome


def audited(
    target: Target, config: Config, observe: Observer | None = None, reading: Reading | None = None
) -> Outcome:
    """The outcome of an audit of everything."""
    from plumbrule.model.reading import no_collection  # noqa: PLC0415  heavy as well
    from plumbrule.verbs.audit import audit_project  # noqa: PLC0415
    from plumbrule.verbs.selection import chosen_rules  # noqa: PLC0415

    with no_collection():
        rules = chosen_rules(config)
        return audit_project(project_at(target, observe, reading), rules, observe)


def asked(outcome: Outcome, target: Target, config: Config) -> Outcome:
    """The part of an outcome that is about the paths, and sure and severe enough."""

    def covered(item: Reported) -> bool:
        path = item.finding.at.path
        return target.covers(path) and not any(within(path, pattern) for pattern in config.exclude)

    def enough(item: Reported) -> bool:
        return item.severity in severities and item.confidence in confidences

    findings = [item for item in outcome.findings if covered(item)]
    severities = SEVERITIES[: SEVERITIES.index(config.min_severity) + 1]
    confidences = CONFIDENCES[: CONFIDENCES.index(config.min_confidence) + 1]
    return replace(
        outcome,
        findings=tuple(item for item in findings if enough(item)),
        suppressed=tuple(s for s in outcome.suppressed if covered(s.reported)),
        unreadable=tuple(span for span in outcome.unreadable if target.covers(span.path)),
        unread=tuple(file for file in outcome.unread if target.covers(file.path)),
        unsure=tuple(item for item in findings if not enough(item)),
    )


def without(outcome: Outcome, old: Mapping[str, str], root: Path) -> Outcome:
    """An outcome whose findings are only those that are not known yet; `old` is fingerprint → path.

    What was known of a file that is gone is known in the one that it has become.
    """
    gone = [path for path in sorted(set(old.values())) if not (root / path).exists()]
    known = [item for item in outcome.findings if is_among(item, old, gone)]
    prints = {item.fingerprint for item in known}
    return replace(
        outcome,
        findings=tuple(item for item in outcome.findings if item.fingerprint not in prints),
        known=tuple(known),
    )


def within(path: str, pattern: str) -> bool:
    """Whether a path is the one named, below it, or matches a pattern such as `*/generated/*`."""
    pattern = pattern.removeprefix("./").rstrip("/")
    return pattern in ("", ".", path) or path.startswith(f"{pattern}/") or fnmatchcase(path, pattern)


def fails(outcome: Outcome, config: Config) -> bool:
    """Whether something that was found is as severe as `fail-on` says."""
    if config.fail_on == "never":
        return False
    return any(
        item.severity in SEVERITIES[: SEVERITIES.index(config.fail_on) + 1] for item in outcome.findings
    )

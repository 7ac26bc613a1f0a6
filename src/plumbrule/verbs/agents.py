"""Skills for coding agents, put where they look and taken away again; what is not ours is left alone."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from plumbrule import __version__
from plumbrule.plan import Create, Delete, Edit, Plan, Refusal, Step, read_text

Agent = Literal["agents", "claude"]
PLACES: Mapping[Agent, str] = {"agents": ".agents/skills", "claude": ".claude/skills"}
RECORD = ".plumb.json"
"""lies beside the skills and says what plumb has put there"""


@dataclass(frozen=True, slots=True)
class Removal:
    """A plan that takes the skills away, and the files of theirs that somebody has changed, which stay."""

    plan: Plan
    changed: tuple[str, ...]


def places(root: Path, agents: frozenset[Agent]) -> list[str]:
    """Where the skills go: for the agents that are named, or else for those that are used here."""
    chosen = agents or {"agents", *(["claude"] if (root / ".claude").is_dir() else [])}
    found: dict[Path, str] = {}
    for agent, place in PLACES.items():
        if agent in chosen:
            found.setdefault((root / place).resolve(), place)  # one may be a link to the other
    return list(found.values())


def install(root: Path, agents: frozenset[Agent], skills: Mapping[str, str]) -> Plan:
    """The plan that puts the skills there, or brings them up to date; refuses to touch a file of the user."""
    steps = (step for place in places(root, agents) for step in _installed(root, place, skills))
    return Plan(root, tuple(steps))


def uninstall(root: Path, agents: frozenset[Agent]) -> Removal:
    """The plan that takes away what plumb has put there, as far as it is still what it was."""
    steps: list[Step] = []
    changed: list[str] = []
    for place in places(root, agents or frozenset(PLACES)):
        record = _recorded(root / place)
        for path, digest in record.items():
            now = _now(root / place / path)
            if now is not None and _digest(now) == digest:
                steps.append(Step(Delete(f"{place}/{path}", now), "came with plumb"))
            elif now is not None:
                changed.append(f"{place}/{path}")
        if record:
            target = f"{place}/{RECORD}"
            steps.append(Step(Delete(target, read_text(root / target)), "says what came with plumb"))
    return Removal(Plan(root, tuple(steps)), tuple(changed))


def _installed(root: Path, place: str, skills: Mapping[str, str]) -> Iterator[Step]:
    record = _recorded(root / place)
    for path, text in skills.items():
        target = f"{place}/{path}"
        now = _now(root / target)
        if now is None:
            yield Step(Create(target, text), "a skill", place)
        elif now != text:
            if _digest(now) != record.get(path):
                raise Refusal(
                    f"{target} is not as plumb wrote it; rename its folder to keep it, or remove it"
                )
            yield Step(Edit(target, now, text), "a newer version", place)
    for path, digest in record.items():
        now = _now(root / place / path)
        if path not in skills and now is not None and _digest(now) == digest:
            yield Step(Delete(f"{place}/{path}", now), "no longer part of it", place)
    yield from _record(root, place, skills)


def _record(root: Path, place: str, skills: Mapping[str, str]) -> Iterator[Step]:
    document = {"plumb": __version__, "files": {path: _digest(text) for path, text in skills.items()}}
    text = json.dumps(document, indent=1) + "\n"
    now = _now(root / place / RECORD)
    reason = "says what came with plumb"
    if now is None:
        yield Step(Create(f"{place}/{RECORD}", text), reason, place)
    elif now != text:
        yield Step(Edit(f"{place}/{RECORD}", now, text), reason, place)


def _recorded(folder: Path) -> dict[str, str]:
    text = _now(folder / RECORD)
    if text is None:
        return {}
    try:
        files = json.loads(text)["files"]
        return {str(path): str(digest) for path, digest in files.items()}
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Refusal(f"{folder / RECORD} cannot be read; remove it, and the skills beside it") from None


def _now(path: Path) -> str | None:
    try:
        return read_text(path) if path.is_file() else None
    except OSError as error:
        raise Refusal(f"cannot read {path}: {error.strerror}") from error


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()

"""What the project's own tools say before and after: the type checker's errors, the outcomes of tests."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from configparser import ConfigParser, Error
from typing import TYPE_CHECKING

from plumbrule.proof.child import run
from plumbrule.proof.verdict import Check, not_run, outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from plumbrule.proof.child import Done

    Outcomes = dict[str, str]

PYTEST = ("-m", "pytest", "-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "-o", "addopts=")
ERROR = re.compile(r"^(?P<path>[^:\n]+\.py):\d+(?::\d+)?: error: (?P<said>.*)$", re.MULTILINE)
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|XFAIL|XPASS) (\S+?\.py(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] (\S+?\.py)(?::\d+)?: (.*)$", re.MULTILINE)
DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")


def compare_types(before: Path, after: Path, python: Path, names: Callable[[str], str]) -> Iterator[Check]:
    """The errors of mypy as a multiset, without lines and paths, if the project configures it."""
    if not configures_mypy(before):
        return
    command: list[str | Path] = [
        python,
        "-m",
        "mypy",
        "--no-error-summary",
        "--no-color-output",
        "--cache-dir",
        "/dev/null",
    ]
    if has_no_files(before):
        command.append(".")
    one, two = run(command, before), run(command, after)
    if (reason := unusable(one)) is not None:
        yield not_run("types", reason, needed=False)
        return
    errors, now = errors_of(one, names), errors_of(two, lambda name: name)
    differences = [f"new: {text}" for text in (now - errors).elements()]
    differences += [f"gone: {text}" for text in (errors - now).elements()]
    if unusable(two) is not None:
        differences.append(two.reason)
    yield outcome("types", differences[:12], compared=f"{errors.total()} errors", needed=False)


def unusable(done: Done) -> str | None:
    """Why mypy has not said anything that can be compared."""
    if done.code in (0, 1) and "No module named mypy" not in done.output:
        return None
    return f"mypy: {done.reason}"


def errors_of(done: Done, names: Callable[[str], str]) -> Counter[str]:
    """The messages, with the new names of what has moved."""
    said = (DOTTED.sub(lambda m: names(m[0]), found["said"]) for found in ERROR.finditer(done.output))
    return Counter(said)


def configures_mypy(root: Path) -> bool:
    """Whether the project says how it wants to be type-checked."""
    if (root / "mypy.ini").is_file() or (root / ".mypy.ini").is_file():
        return True
    return "mypy" in tools(root) or has_section(root / "setup.cfg", "mypy")


def has_no_files(root: Path) -> bool:
    """Whether mypy has to be told what to check."""
    return not any(key in tools(root).get("mypy", {}) for key in ("files", "packages", "modules"))


def tools(root: Path) -> dict[str, dict[str, object]]:
    """The table `[tool]` of pyproject.toml."""
    try:
        found = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    table: dict[str, dict[str, object]] = found.get("tool", {})
    return table


def has_section(path: Path, name: str) -> bool:
    """Whether an INI file has a section."""
    parser = ConfigParser(interpolation=None)
    try:
        parser.read(path)
    except (Error, UnicodeDecodeError):
        return False
    return parser.has_section(name)


def compare_tests(before: Path, after: Path, python: Path, roots: Iterable[str] = ()) -> Iterator[Check]:
    """The outcome of every test as a set; a test that changes its mind between two runs says nothing.

    Imports start from the `roots` in each tree: an editable installation would lead to a third one.
    """
    command: list[str | Path] = [python, *PYTEST]
    one, two, now = (
        run(command, folder, {"PYTHONPATH": os.pathsep.join(str(folder / root) for root in roots)})
        for folder in (before, before, after)
    )
    first, again, then = (outcomes(done) for done in (one, two, now))
    if one.code not in (0, 1) or not first:
        yield not_run("tests", f"before: {one.reason}")
        return
    passed = Counter(first.values())
    counted = ", ".join(f"{count} {told.lower()}" for told, count in sorted(passed.items()))
    yield outcome("tests", changed_outcomes(first, again, then)[:12], compared=counted)


def changed_outcomes(first: Outcomes, again: Outcomes, then: Outcomes) -> list[str]:
    """What tests say otherwise than in the first of two runs, in words."""
    names = first.keys() | again.keys()
    unsteady = {function_of(name) for name in names if first.get(name) != again.get(name)}
    differences = [
        f"{name}: {told} → {then.get(name, 'gone')}"
        for name, told in first.items()
        if function_of(name) not in unsteady and then.get(name) != told
    ]
    differences += [
        f"{name}: new" for name in then if name not in first and function_of(name) not in unsteady
    ]
    counts, recounts, now_counts = (Counter(map(function_of, told)) for told in (first, again, then))
    return differences + [
        f"{name}: {counts[name]} tests → {now_counts[name]}"
        for name in sorted(unsteady)
        if counts[name] == recounts[name] != now_counts[name]
    ]


def outcomes(done: Done) -> Outcomes:
    """Every test with its outcome; one that is skipped is known by its file and the reason."""
    skipped = {
        f"{path}: {why} ({number})": "SKIPPED"
        for count, path, why in SKIPPED.findall(done.output)
        for number in range(int(count))
    }
    return {**skipped, **{name: told for told, name in OUTCOME.findall(done.output)}}


def function_of(name: str) -> str:
    """The name of a test without its parameters, which may be made anew in each run."""
    return name.partition("[")[0]

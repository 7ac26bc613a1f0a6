"""Which packages a project uses, in which versions: from lock files, requirements and what it imports."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts.frozen import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*([^;#\n]*)")
LOCKED = re.compile(r'^(name|version) = "([^"\\]+)"', re.MULTILINE)
CLAUSE = re.compile(r"(~=|==|>=|<=|!=|<|>|\^|~)\s*v?(\d+(?:\.\d+)*)")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A release number; compares as numbers do."""

    parts: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Version:
        """`0.118.1rc1` → (0, 118, 1)."""
        return cls(tuple(int(p) for p in re.findall(r"\d+", re.split(r"[a-zA-Z+]", text)[0])))

    def __str__(self) -> str:
        return ".".join(map(str, self.parts))


@frozen
class Requirement:
    """A package as declared: the exact version if it is pinned, else the lowest and first forbidden ones."""

    name: str
    exact: Version | None = None
    lowest: Version | None = None
    below: Version | None = None

    def may_be(self, range_: str) -> bool:
        """Whether a version in a range (`>=0.118,<0.121`) can be installed."""
        for op, text in CLAUSE.findall(range_):
            bound = Version.parse(text)
            low, high = self.exact or self.lowest, self.exact
            if op in (">=", ">") and high is not None and high < bound:
                return False
            if op in (">=", ">") and self.below is not None and self.below <= bound:
                return False
            if op in ("<", "<=") and low is not None and (low > bound or (low == bound and op == "<")):
                return False
        return True


def normal(name: str) -> str:
    """The normal form of a package's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def requirement(name: str, text: str) -> Requirement:
    """A requirement from its version clauses."""
    exact = lowest = below = None
    for op, number in CLAUSE.findall(text):
        version = Version.parse(number)
        if op == "==":
            exact = version
        elif op in (">=", ">", "~=", "^", "~"):
            lowest = version
            if op in ("^", "~="):
                keep = (
                    1
                    if op == "^" and version.parts[0]
                    else max(1, len(version.parts) - 1)
                    if op == "~="
                    else 2
                )
                head = version.parts[:keep]
                below = Version((*head[:-1], head[-1] + 1))
        elif op in ("<", "<="):
            below = version
    return Requirement(normal(name), exact, lowest, below)


def read_requirements(manifests: Mapping[str, str]) -> dict[str, Requirement]:
    """The packages that manifests declare, by normal name; an exact version wins, then the first one."""
    found: dict[str, Requirement] = {}
    ranges: dict[str, Requirement] = {}
    for path, text in manifests.items():
        try:
            for item in declared(path, text):
                (found if item.exact else ranges).setdefault(item.name, item)
        except (tomllib.TOMLDecodeError, TypeError, AttributeError, KeyError):
            continue  # a manifest that is not what it should be says nothing
    return ranges | found


def declared(path: str, text: str) -> Iterator[Requirement]:
    """The requirements in one file."""
    if path.endswith(".lock"):
        yield from locked(text)
    elif path.endswith("pyproject.toml"):
        yield from of_pyproject(tomllib.loads(text))
    elif path.endswith("Pipfile"):
        for name, value in tomllib.loads(text).get("packages", {}).items():
            yield requirement(name, value if isinstance(value, str) else "")
    else:
        for line in text.splitlines():
            match = REQUIREMENT.match(line)
            if match and not line.lstrip().startswith(("#", "-")):
                yield requirement(match[1], match[2])


def locked(text: str) -> Iterator[Requirement]:
    """What a lock file pins. It is written by a program and often longer than all the code: to read what else
    it says would take as long as many a rule.
    """
    for package in text.split("[[package]]")[1:]:
        found = dict(LOCKED.findall(package.partition("\n[")[0]))
        if found.keys() >= {"name", "version"}:
            yield Requirement(normal(found["name"]), Version.parse(found["version"]))


def of_pyproject(data: dict[str, object]) -> Iterator[Requirement]:
    """PEP 621, dependency groups and Poetry tables."""
    project = data.get("project")
    lists: list[object] = []
    if isinstance(project, dict):
        lists.append(project.get("dependencies", []))
        lists.extend((project.get("optional-dependencies") or {}).values())
    groups = data.get("dependency-groups")
    lists.extend(groups.values() if isinstance(groups, dict) else ())
    for items in lists:
        for item in items if isinstance(items, list) else ():
            match = REQUIREMENT.match(item) if isinstance(item, str) else None
            if match:
                yield requirement(match[1], match[2])
    tool = data.get("tool")
    poetry = tool.get("poetry") if isinstance(tool, dict) else None
    for name, value in (poetry.get("dependencies") or {}).items() if isinstance(poetry, dict) else ():
        text = (
            value if isinstance(value, str) else value.get("version", "") if isinstance(value, dict) else ""
        )
        yield requirement(name, text)

"""Every example of every rule is run: what the documentation says is what the rule does."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from plumbrule.model.reading import project_of, read_project
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import Outcome, audit, audit_project
from plumbrule.verbs.fix import fixed_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.rulekit import Rule

IMPORTER = Path(__file__).with_name("importer.py")
FENCE = re.compile(r'```(\w+)(?: title="([^"]+)")?\n(.*?)\n?```', re.DOTALL)
MARK = re.compile(r"[ \t]*# finding[^\n]*")
HEADINGS = re.compile(r"Bad(: .+)?|Fixed|Good(: .+)?|When to ignore it|References")


@dataclass(frozen=True)
class Section:
    heading: str
    files: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        return self.heading.partition(":")[0]


def sections(rule: Rule) -> list[Section]:
    found = []
    for part in re.split(r"^## ", rule.documentation, flags=re.MULTILINE)[1:]:
        heading, _, body = part.partition("\n")
        files = {title or "main.py": text + "\n" for _, title, text in FENCE.findall(body)}
        found.append(Section(heading.strip(), files))
    return found


RULES = {rule.name: rule for rule in rulebook()}
EXAMPLES = [(rule, section) for rule in RULES.values() for section in sections(rule)]


def cases(*kinds: str) -> list[object]:
    return [pytest.param(r, s, id=f"{r.name}: {s.heading}") for r, s in EXAMPLES if s.kind in kinds]


def write(files: dict[str, str], folder: Path) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def found(outcome: Outcome) -> set[tuple[str, int]]:
    assert not outcome.failures, outcome.failures[0].trace
    assert not outcome.skipped, outcome.skipped
    told = [(f.finding.message, f.finding.at.path, f.finding.at.line) for f in outcome.findings]
    assert len(set(told)) == len(told), "the same is said twice of a line"
    return {(path, line) for _, path, line in told}


@pytest.mark.parametrize("rule", rulebook(), ids=lambda rule: rule.name)
def test_no_rule_breaks_on_a_file_that_breaks_off(rule: Rule) -> None:
    for block in (text for _, _, text in FENCE.findall(rule.documentation)):
        for end in range(90, len(block), 240):
            outcome = audit_project(project_of({"main.py": f"{block[:end]}\n\ndef broken(:\n"}))
            assert not outcome.failures, outcome.failures[0].trace


@pytest.mark.parametrize(("rule", "section"), cases("Bad"))
def test_a_bad_example_is_found_on_exactly_the_marked_lines(
    rule: Rule, section: Section, tmp_path: Path
) -> None:
    marked = {
        (name, number)
        for name, text in section.files.items()
        for number, line in enumerate(text.splitlines(), 1)
        if MARK.search(line)
    }
    assert marked, "no line of a Bad section is marked `# finding`"
    assert found(audit(write(section.files, tmp_path), [rule])) == marked


@pytest.mark.parametrize(("rule", "section"), cases("Good", "Fixed"))
def test_a_good_example_has_no_finding(rule: Rule, section: Section, tmp_path: Path) -> None:
    assert found(audit(write(whole(rule, section), tmp_path), [rule])) == set()


@pytest.mark.parametrize(("rule", "section"), cases("Fixed"))
def test_the_fix_turns_bad_into_fixed(rule: Rule, section: Section, tmp_path: Path) -> None:
    outcome = audit(write(unmarked(bad_before(rule, section).files), tmp_path), [rule])
    assert outcome.findings
    assert all(item.finding.fix for item in outcome.findings)
    after = fixed_texts(outcome.project, [item.finding for item in outcome.findings])
    changed = {
        name: text
        for name, text in section.files.items()
        if text != unmarked(bad_before(rule, section).files)[name]
    }
    assert after == changed


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_the_documentation_has_its_parts_in_order(rule: Rule) -> None:
    headings = [section.heading for section in sections(rule)]
    kinds = [section.kind for section in sections(rule)]
    assert 10 <= len(rule.title) <= 72
    assert not rule.title.endswith(".")
    assert "Bad" in kinds
    assert any(kind.startswith("Good") for kind in kinds)
    assert all(HEADINGS.fullmatch(heading) for heading in headings), headings
    order = ["Bad", "Fixed", "Good", "When to ignore it", "References"]
    after_examples = [kind for kind in kinds if kind in order[3:]]
    assert kinds[len(kinds) - len(after_examples) :] == sorted(after_examples, key=order.index)


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_has_the_name_of_its_file_and_sits_in_its_category(rule: Rule) -> None:
    path = Path(rule.check.__code__.co_filename)
    assert path.stem == rule.name.replace("-", "_")
    assert path.parent.name.rstrip("_") == rule.category


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_a_rule_imports_nothing_of_plumbrule_but_the_rulekit(rule: Rule) -> None:
    tree = ast.parse(Path(rule.check.__code__.co_filename).read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert {name for name in imported if name.startswith("plumbrule")} == {"plumbrule.rulekit"}


@pytest.mark.parametrize(("rule", "section"), cases("Good", "Fixed"))
def test_a_good_example_imports_and_its_openapi_builds(
    rule: Rule, section: Section, tmp_path: Path, importer: subprocess.Popen[str]
) -> None:
    write(whole(rule, section), tmp_path)
    assert importer.stdin
    assert importer.stdout
    importer.stdin.write(str(tmp_path) + "\n")
    importer.stdin.flush()
    answer = json.loads(importer.stdout.readline())
    if answer.get("missing") and os.environ.get("PLUMB_REQUIRE") != "all":
        pytest.skip(f"{answer['missing']} is not installed")
    assert answer == {}, answer.get("error", answer)


@pytest.fixture(scope="session")
def importer() -> Iterator[subprocess.Popen[str]]:
    """A child that has FastAPI in memory and imports each example in a fork of itself."""
    child = subprocess.Popen(
        [sys.executable, str(IMPORTER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield child
    assert child.stdin
    assert child.stdout
    child.stdin.close()
    child.wait(10)
    child.stdout.close()


def bad_before(rule: Rule, section: Section) -> Section:
    """The Bad section that a Fixed one belongs to: the nearest above it."""
    above = [s for s in sections(rule)[: sections(rule).index(section)] if s.kind == "Bad"]
    return above[-1]


def whole(rule: Rule, section: Section) -> dict[str, str]:
    """The files of a section; a Fixed one shows only what changed."""
    return (
        unmarked(bad_before(rule, section).files) | section.files
        if section.kind == "Fixed"
        else section.files
    )


def unmarked(files: dict[str, str]) -> dict[str, str]:
    return {name: MARK.sub("", text) for name, text in files.items()}


def test_the_project_of_an_example_can_be_read(tmp_path: Path) -> None:
    write({"a/b.py": "x = 1\n"}, tmp_path)
    assert [m.name for m in read_project(tmp_path).modules] == ["a.b"]

"""Everything the guides show is run, and everything they name exists."""

import re
import subprocess
from pathlib import Path

import pytest

from guides.conftest import Runner
from guides.pages import Block, Section, sections
from guides.validators import VALIDATORS
from plumbrule.guides import Guide, guides
from plumbrule.rules import rulebook
from plumbrule.verbs.audit import Reported, audit
from servers.service import Project

PROBES = Path(__file__).parents[1] / "probes"
GUIDES = guides()
RULES = {rule.name for rule in rulebook()}
SECTIONS = [section for guide in GUIDES.values() for section in sections(guide)]
NAMES = {
    "api-lifecycle",
    "caching-redis",
    "database-mongodb",
    "database-sqlalchemy",
    "microservices",
    "observability",
    "production-ops",
    "security-auth",
    "security-owasp",
}

every_guide = pytest.mark.parametrize("guide", GUIDES.values(), ids=GUIDES)
every_section = pytest.mark.parametrize("section", SECTIONS, ids=[section.name for section in SECTIONS])


@every_section
def test_what_a_section_shows_happens(
    section: Section, tmp_path: Path, runner: Runner, environment: dict[str, str]
) -> None:
    play(section, tmp_path, runner, environment)


def play(section: Section, folder: Path, runner: Runner, environment: dict[str, str]) -> None:
    """Do what a section shows, from its first block to its last."""
    for title, text in section.files.items():
        write(folder / title, text)
    shown: dict[str, Block] = {}
    for block in section.blocks:
        if block.title is not None:
            replace(block, shown, folder)
            continue
        expected = {wrong.rule for wrong in shown.values() if wrong.rule}
        assert not expected or expected <= {item.rule.name for item in findings(folder)}
        if block.language == "python":
            runner.run(block, section, folder, environment)
        else:
            run_other(block, folder, environment)
    for block in shown.values():
        assert_used(block, folder)
    right = {title for title, block in shown.items() if not block.wrong}
    assert not [item for item in findings(folder) if item.finding.at.path in right]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def replace(block: Block, shown: dict[str, Block], folder: Path) -> None:
    """Write a file; what it replaces must have been used, and what is wrong with it is found."""
    assert block.title is not None
    path = folder / block.title
    if block.title in shown:
        assert_used(shown[block.title], folder)
        for cached in compiled(path):
            cached.unlink()
    write(path, block.text)
    shown[block.title] = block
    if block.language in VALIDATORS and not block.wrong:
        VALIDATORS[block.language](path)


def assert_used(block: Block, folder: Path) -> None:
    """A module that nothing imports proves nothing."""
    assert block.title is not None
    if block.language == "python":
        assert compiled(folder / block.title), f"line {block.line}: no block uses {block.title}"


def compiled(path: Path) -> list[Path]:
    return list((path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"))


def findings(folder: Path) -> list[Reported]:
    outcome = audit(folder, [rule for rule in rulebook() if not rule.pedantic])
    assert not outcome.failures, outcome.failures[0].trace
    return [item for item in outcome.findings if item.finding.at.path]


def run_other(block: Block, folder: Path, environment: dict[str, str]) -> None:
    if block.language == "bash":
        command = ["bash", "-euo", "pipefail", "-c", block.text]
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
    elif block.language != "text":
        path = folder / f"block.{block.language}"
        path.write_text(block.text)
        VALIDATORS[block.language](path)


def test_there_are_nine_guides() -> None:
    assert set(GUIDES) == NAMES


@every_guide
def test_a_guide_is_short_and_says_what_it_is_about(guide: Guide) -> None:
    assert guide.text.startswith("# ")
    assert guide.summary.endswith(".")
    assert len(guide.summary) <= 78
    lines = guide.text.splitlines()
    assert len(lines) <= 400
    code = [
        line for section in sections(guide) for block in section.blocks for line in block.text.splitlines()
    ]
    assert [line for line in code if len(line) > 78] == []


@every_section
def test_what_is_wrong_is_shown_to_be_wrong(section: Section) -> None:
    for number, block in enumerate(section.blocks):
        if block.wrong:
            following = [after for after in section.blocks[number + 1 :] if after.title is None]
            assert following, f"line {block.line}: nothing shows what happens"
            assert re.search(r"assert |pytest.raises|grep -q", following[0].text)


@every_guide
def test_a_rule_that_is_named_exists(guide: Guide) -> None:
    named = re.findall(r"plumb explain ([a-z0-9-]+)", guide.text)
    for line in re.findall(r"^Rules: (.+?)\n\n", f"{guide.text}\n\n", re.MULTILINE | re.DOTALL):
        named += re.findall(r"`([^`]+)`", line)
    assert named, "no rule is named"
    assert set(named) <= RULES


@every_guide
def test_a_file_of_the_scaffold_that_is_named_exists(guide: Guide, project: Project) -> None:
    for line in re.findall(r"^Scaffold: (.+?)\n\n", f"{guide.text}\n\n", re.MULTILINE | re.DOTALL):
        for path in re.findall(r"`([^`]+)`", line):
            assert (project.folder / path).exists(), path


def test_the_owasp_table_is_complete_and_names_only_what_exists(project: Project) -> None:
    text = GUIDES["security-owasp"].text
    lines = [line for line in text.splitlines() if line.startswith("| API")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    probes = "".join(path.read_text() for path in PROBES.glob("test_*.py"))
    assert [row[0].split()[0] for row in rows] == [f"API{number}" for number in range(1, 11)]
    for item, rules, scaffold, asked in rows:
        named = [re.findall(r"`([^`]+)`", cell) for cell in (rules, scaffold, asked)]
        assert all(named), item
        assert set(named[0]) <= RULES, item
        assert all((project.folder / path).exists() for path in named[1]), item
        assert all(f"def test_{probe}(" in probes for probe in named[2]), item

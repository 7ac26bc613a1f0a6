"""Every correction of the advice that Plumbrule grew from is proved."""

import re
from pathlib import Path

import pytest

from guides.conftest import Runner
from guides.pages import Section, sections
from guides.test_guides import RULES, SECTIONS, play
from plumbrule.guides import Guide

TEXT = (Path(__file__).parents[2] / "docs" / "corrections.md").read_text()
PROOF = re.compile(r'^Proof: (.+), "(.+)"$', re.MULTILINE)
PROVED = list(sections(Guide("corrections", TEXT)))


@pytest.mark.parametrize("section", PROVED, ids=[section.heading for section in PROVED])
def test_a_correction_is_right(
    section: Section, tmp_path: Path, runner: Runner, environment: dict[str, str]
) -> None:
    play(section, tmp_path, runner, environment)


def test_every_correction_has_a_proof_that_is_run() -> None:
    parts = re.split(r"^#+ ", TEXT.partition("\n# Where the two")[0], flags=re.MULTILINE)[2:]
    run = {(section.guide.name, section.heading) for section in SECTIONS}
    for part in parts:
        claim, _, body = part.partition("\n")
        assert not body.strip() or "```python" in body or PROOF.search(body), claim
        assert set(PROOF.findall(body)) <= run, claim


def test_a_rule_that_a_correction_names_exists() -> None:
    assert set(re.findall(r"plumb explain ([a-z0-9-]+)", TEXT)) <= RULES

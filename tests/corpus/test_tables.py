"""The tables beside the corpus say what they seem to say; the corpus itself is not needed."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from corpus import known_defects, snapshots
from plumbrule.rules import rulebook

HERE = Path(__file__).parent
NAMES = {rule.name for rule in rulebook()}


def audited(
    path: str, *findings: tuple[str, int], functions: tuple[int, int, str] | None = None
) -> dict[str, Any]:
    return {
        "findings": [[rule, path, line, []] for rule, line in findings],
        "handlers": [],
        "functions": [[path, *functions]] if functions else [],
    }


def write(folder: Path, before: str, after: str) -> Path:
    for side, text in (("before", before), ("after", after)):
        (folder / side).mkdir()
        (folder / side / "main.py").write_text(text)
    return folder


CASE = {
    "id": "54-dispatch-jwt-error-leak",
    "tier": "local",
    "kind": "defect",
    "expect": [{"path": "main.py", "line": 2}],
}
BEFORE, AFTER = "def f():\n    raise Leak(str(error))\n", "def f():\n    raise Leak()\n"
F = (1, 2, "main.f")


def test_only_a_rule_that_names_the_defect_may_claim_it(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE, AFTER)
    other = audited("main.py", ("naive-datetime", 2), functions=F)
    right = audited("main.py", ("exception-text-in-response", 2), functions=F)
    assert not known_defects.known(CASE, folder, other, other).is_found
    assert known_defects.known(CASE, folder, right, other).is_found


def test_a_finding_that_outlives_the_fix_is_counted(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE, AFTER)
    right = audited("main.py", ("exception-text-in-response", 2), functions=F)
    case = known_defects.known(CASE, folder, right, right)
    assert case.is_left
    assert known_defects.figures([case])[0] == "defects local: found 1 of 1, reported after the fix 1 of 1"


def test_a_place_that_the_fix_left_alone_is_not_asked_about(tmp_path: Path) -> None:
    folder = write(tmp_path, BEFORE, BEFORE + "x = 1\n")
    right = audited("main.py", ("exception-text-in-response", 2), functions=F)
    case = known_defects.known(CASE, folder, right, right)
    assert case.is_found
    assert not case.is_changed
    assert not case.is_left


def test_a_snapshot_shows_what_came_and_went_however_often() -> None:
    old, new = ["a main.py:1", "a main.py:1", "b main.py:2"], ["a main.py:1", "c main.py:3"]
    assert snapshots.changes(old, new) == ["- a main.py:1", "- b main.py:2", "+ c main.py:3"]


def test_claims_and_verdicts_name_rules_that_exist() -> None:
    assert {rule for rules in known_defects.claims().values() for rule in rules} <= NAMES
    with (HERE / "verdicts.tsv").open() as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert {row["rule"] for row in rows} <= NAMES
    assert {row["verdict"] for row in rows} <= {"true", "debatable", "false"}
    places = [(row["rule"], row["repo"], row["path"], row["line"]) for row in rows]
    assert len(places) == len(set(places))


def test_every_rule_reaches_its_bar_and_the_page_says_so() -> None:
    done = subprocess.run(
        [sys.executable, HERE / "precision.py", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_figures_of_the_readme_are_those_of_the_page() -> None:
    root = HERE.parents[1]
    readme = (root / "README.md").read_text()
    page = (root / "docs" / "rules-precision.md").read_text()
    read = [int(count) for count in re.findall(r"^\| \*\*all \w+\*\* \| \d+ \| (\d+) ", page, re.MULTILINE)]
    assert f"its {len(list(rulebook()))} rules find" in readme
    assert f"of {sum(read):,} findings on" in readme

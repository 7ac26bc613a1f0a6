"""What is counted as found, missed and invented, when maps are held against route tables."""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from corpus import harness

if TYPE_CHECKING:
    import pytest

HERE = Path(__file__).parent


def test_every_verdict_on_a_route_has_a_reason_and_stands_once() -> None:
    with (HERE / "routes.tsv").open() as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert {row["verdict"] for row in rows} == {"absent", "real", "part"}
    assert all(row["reason"] for row in rows)
    assert len({(row["table"], row["method"], row["path"]) for row in rows}) == len(rows)


def test_a_route_that_nobody_read_counts_against_the_map(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "speaches-ai__speaches.routes.tsv").write_text("GET\t/a\nGET\t/b/{c}\nPOST\t/gone\n")
    apps = [
        [
            ["GET", "/a", True, "a.py:1:1"],
            ["GET", "/b/{c:path}", True, "a.py:2:1"],
            ["PUT", "/more", True, "a.py:3:1"],
            ["GET", "/hidden", False, "a.py:4:1"],
        ]
    ]
    options = argparse.Namespace(routes=tmp_path, verbose=True)
    harness.compare("speaches-ai__speaches", apps, options)
    told = capsys.readouterr().out
    assert "recall 66.7% (2/3, 0 not in the code), precision 66.7% of 3" in told
    assert "missed  POST /gone\n" in told
    assert "unread  PUT /more a.py:3:1\n" in told
    assert "/hidden" not in told


def test_what_reading_the_code_said_is_taken_into_account() -> None:
    judged = harness.Judged.of("Netflix__dispatch")
    assert len(judged.absent) == 1
    assert len(judged.real) > 80
    part = harness.Judged.of("pypi_apache-airflow-core-_private_ui")
    found = {("GET", "/ui/x"): (False, ""), ("GET", "/api/x"): (True, ""), ("WEBSOCKET", "/ui/y"): (True, "")}
    assert part.claimed(found) == {("GET", "/ui/x")}

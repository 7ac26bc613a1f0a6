"""`plumb explain`, `plumb map`, and `plumb` alone in a project."""

import json
from pathlib import Path

import pytest

from cli.conftest import Plumb, refused
from cli.test_audit import LATE, REQUIREMENTS
from report.projects import RATES, write


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def rates(tmp_path: Path) -> Path:
    return write(tmp_path, {"app/rates.py": RATES, "app/__init__.py": "", "pyproject.toml": ""})


@pytest.mark.usefixtures("rates")
def test_explain_shows_the_rule_and_what_it_finds_here(plumb: Plumb) -> None:
    done = plumb("explain", "blocking-call-in-async")
    assert done.returncode == 0
    assert done.stdout.startswith("blocking-call-in-async\n")
    assert "\nHere\n\napp/rates.py:11:12: error[blocking-call-in-async]" in done.stdout
    assert "```" not in done.stdout


@pytest.mark.usefixtures("rates")
def test_explain_says_what_an_audit_found_without_reading_again(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"app/late.py": LATE})
    plumb("audit")
    for name in ("blocking-call-in-async", "unused-path-parameter", "print-in-request"):
        remembered = plumb("explain", name, env={"PYTHONPROFILEIMPORTTIME": "1"})
        assert "plumbrule.model.reading\n" not in remembered.stderr
        assert remembered.stdout == plumb("explain", name, env={"XDG_CACHE_HOME": str(tmp_path / "c")}).stdout


def test_explain_works_anywhere_and_lists_every_rule(plumb: Plumb) -> None:
    assert "There is no FastAPI project in this folder." in plumb("explain", "jose-import").stdout
    listed = plumb("explain").stdout
    assert "\nasync\n" in f"\n{listed}"
    assert "  blocking-call-in-async\n" in listed
    assert listed.endswith(" with --pedantic and 24 with --probe only. One in full: plumb explain NAME\n")
    assert "did you mean `jose-import`?" in refused(plumb("explain", "jose"))


def test_explain_lists_one_category(plumb: Plumb) -> None:
    listed = plumb("explain", "settings").stdout
    assert listed.startswith("settings\n")
    assert "  environment-outside-settings\n" in listed
    assert "blocking-call-in-async" not in listed


@pytest.mark.usefixtures("rates")
def test_maps_show_routes_dependencies_modules_and_guards(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"app/late.py": LATE, "app/main.py": "from app import late\n"})
    assert "GET /rates/{currency}  app.rates.latest  app/rates.py:15\n" in plumb("map", "routes").stdout
    assert plumb("map", "routes", "CURRENCY").stdout.count("\n") == 2
    assert "  app.late.session  app/late.py:20\n" in plumb("map", "deps", "PUT*").stdout
    assert plumb("map", "modules").stdout == "app.main  → app.late\n1 import\n"
    assert "PUT /orders            nobody\n" in plumb("map", "auth").stdout
    assert "3 routes: 0 guarded, 3 open, 0 unclear\n" in plumb("map", "auth").stdout


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize("words", [["map", "routes"], ["structure"], ["audit"], ["audit", "--diff"]])
def test_a_report_goes_to_a_file_as_it_is_shown(plumb: Plumb, tmp_path: Path, words: list[str]) -> None:
    shown = plumb(*words, env={"NO_COLOR": "1"}).stdout
    done = plumb("--color", "always", *words, "-o", "report.txt")
    assert done.stdout == ""
    assert "written to report.txt" in done.stderr
    assert (tmp_path / "report.txt").read_text() == shown


def test_a_map_that_cannot_be_written_is_refused(plumb: Plumb, rates: Path) -> None:
    done = plumb("map", "routes", "-o", "no/where.txt", cwd=rates)
    assert refused(done) == "cannot write no/where.txt: No such file or directory"


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize("kind", ["routes", "deps", "modules", "auth"])
def test_maps_are_documents_too(plumb: Plumb, kind: str) -> None:
    assert isinstance(json.loads(plumb("map", kind, "--output-format", "json").stdout), list)
    lines = plumb("map", kind, "--output-format", "mermaid").stdout.splitlines()
    assert lines[0] == "flowchart LR"
    assert all(" --> " in line for line in lines[1:])


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["routs"], "did you mean `routes`?"),
        (["auth", "--output-format", "svg"], "is none of text, json, mermaid"),
    ],
)
def test_a_map_that_does_not_exist_is_refused(plumb: Plumb, arguments: list[str], words: str) -> None:
    assert words in refused(plumb("map", *arguments))


def test_plumb_alone_shows_the_worst_findings(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": RATES, "requirements.txt": REQUIREMENTS})
    lines = plumb().stdout.splitlines()
    assert lines[0] == f"{tmp_path.name}: a FastAPI project"
    assert lines[1] == "1 file, 2 routes"
    assert sum(line.startswith("  error    ") for line in lines) == 3
    assert lines[-2].startswith("  plumb audit ")

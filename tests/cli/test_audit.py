"""`plumb audit` from a shell: what it says, and what it changes."""

import itertools
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from cli.conftest import Plumb, environment, found, refused
from report.projects import CLEAN, RATES, many, write

ROOT = Path(__file__).parents[2]
LATE = """\
from typing import Annotated

from fastapi import Depends, FastAPI

app = FastAPI()


class Session:
    def add(self, row: str) -> None: ...
    def commit(self) -> None: ...


def session():
    opened = Session()
    yield opened
    opened.commit()


@app.put("/orders")
def create(db: Annotated[Session, Depends(session)]) -> None:
    db.add("order")
"""
UNZONED = """\
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase): ...


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime] = mapped_column(DateTime, default=lambda: datetime.now(UTC))
"""
REQUIREMENTS = "fastapi==0.121.0\n"


# What it says


@pytest.mark.usefixtures("rates")
def test_a_finding_is_shown_with_its_code_and_the_way_to_it(plumb: Plumb) -> None:
    done = plumb("audit")
    assert done.returncode == 1
    assert done.stderr == ""
    for part in (
        "error[blocking-call-in-async]: `requests.get` blocks the event loop\n --> app/rates.py:11:12\n",
        "11 |     return requests.get(url).text\n   |            ^^^^^^^^^^^^ ",
        "= reached from: ",
        "= help: ",
        "Why: plumb explain ",
    ):
        assert part in done.stdout.replace("  --> ", " --> "), part


def test_a_clean_project_is_one_line(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": CLEAN})
    done = plumb("audit")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("No findings in 1 route (")
    assert done.stdout.count("\n") == 1


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--fail-on", "never"], 0),
        (["--fail-on", "error"], 1),
        (["--select", "jose-import"], 0),
        (["--select", "blocking-call-in-async"], 1),
        (["--select", "async", "--ignore", "async"], 0),
        (["--min-severity", "error"], 1),
    ],
)
def test_the_exit_code_says_whether_there_is_something_to_do(
    plumb: Plumb, flags: list[str], code: int
) -> None:
    assert plumb("audit", *flags).returncode == code


def test_what_is_less_severe_than_fail_on_is_shown_but_fails_nothing(plumb: Plumb, tmp_path: Path) -> None:
    note = "  # plumb: ignore[jose-import] was so"
    write(tmp_path, {"main.py": CLEAN.replace('return "hello"', f'return "hello"{note}')})
    assert plumb("audit", "--fail-on", "warning").returncode == 0
    assert "note[unused-suppression]" in plumb("audit").stdout


@pytest.mark.usefixtures("rates")
def test_paths_are_those_a_reader_can_type(plumb: Plumb, tmp_path: Path) -> None:
    assert " app/rates.py:11:" in plumb("audit").stdout
    assert " rates.py:11:" not in plumb("audit", cwd=tmp_path / "app").stdout
    assert " ../app/rates.py:11:" in plumb("audit", cwd=tmp_path / "app").stdout
    outside = plumb("audit", "..", "--output-format", "json", cwd=tmp_path / "app")
    assert {finding["path"] for finding in found(outside)} == {"app/rates.py"}


def test_a_path_inside_a_project_is_audited_with_all_of_it_in_view(plumb: Plumb, tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "pyproject.toml": "",
            "app/__init__.py": "",
            "app/main.py": "from fastapi import FastAPI\nfrom app.work import work\napp = FastAPI()\n"
            "@app.get('/')\nasync def read(): work()\n",
            "app/work.py": "import time\ndef work(): time.sleep(1)\n",
            "app/other/main.py": RATES,
        },
    )
    assert {f["path"] for f in found(plumb("audit", "app/work.py", "--output-format=json"))} == {
        "app/work.py"
    }
    assert {f["path"] for f in found(plumb("audit", "app/other", "app/work.py", "--output-format=json"))} == {
        "app/work.py",
        "app/other/main.py",
    }


def test_a_long_list_is_grouped_and_nothing_is_lost(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": many(20)})
    done = plumb("audit")
    assert done.stdout.count("error[unused-path-parameter]") == 1
    assert "= 19 more places:" in done.stdout
    assert all(f"main.py:{line}:" in done.stdout for line in range(6, 6 + 20 * 5, 5))


@pytest.mark.usefixtures("rates")
def test_statistics_and_score_take_the_place_of_the_findings(plumb: Plumb) -> None:
    assert "     2  error    blocking-call-in-async  1 with a fix\n" in plumb("audit", "--statistics").stdout
    score = plumb("audit", "--score").stdout
    for name in ("architecture", "async", "security", "database", "observability"):
        assert f"\n{name} " in score
    assert "-20  blocking-call-in-async, 2 errors" in score
    assert plumb("audit", "--score").returncode == 1


@pytest.mark.usefixtures("rates")
def test_a_report_goes_to_a_file(plumb: Plumb, tmp_path: Path) -> None:
    done = plumb("audit", "--output-format", "json", "-o", "report.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "written to report.json" in done.stderr
    assert (tmp_path / "report.json").read_text() == plumb("audit", "--output-format", "json").stdout
    assert plumb("audit", "-q", "-o", "quiet.txt").stderr == ""


def test_a_part_that_cannot_be_read_is_said_and_the_rest_is_audited(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": RATES, "broken.py": "def f(:\n    pass\n\n\nx = (\n"})
    done = plumb("audit")
    assert "1 file not read in full: broken.py:1\n" in done.stdout
    assert "`time.sleep` blocks the event loop" in done.stdout


# Fixes


@pytest.fixture
def late(tmp_path: Path) -> Path:
    return write(tmp_path, {"main.py": LATE, "requirements.txt": REQUIREMENTS})


def test_a_fix_that_wants_a_look_is_offered_in_a_whole_sentence(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": CLEAN, "models.py": UNZONED})
    assert "\n1 finding can be fixed with a look at the change: plumb audit --diff --unsafe\n" in (
        plumb("audit", "--select", "naive-datetime").stdout
    )


def test_fix_mends_and_diff_shows_the_same(plumb: Plumb, late: Path) -> None:
    assert "1 finding can be fixed: plumb audit --fix\n" in plumb("audit").stdout
    shown = plumb("audit", "--diff")
    assert shown.returncode == 1
    assert '+def create(db: Annotated[Session, Depends(session, scope="function")]) -> None:' in shown.stdout
    assert (late / "main.py").read_text() == LATE
    done = plumb("audit", "--fix")
    assert "fixed main.py: commit-after-response" in done.stderr
    assert "commit-after-response" not in done.stdout
    assert 'Depends(session, scope="function")' in (late / "main.py").read_text()
    applied = subprocess.run(
        ["git", "apply", "--check", "-R"], cwd=late, input=shown.stdout, text=True, check=False
    )
    assert applied.returncode == 0
    again = plumb("audit", "--diff")
    assert (again.returncode, again.stdout) == (0, "")


@pytest.mark.usefixtures("late")
def test_fix_keeps_bytes_it_does_not_understand(plumb: Plumb, late: Path) -> None:
    before = LATE.replace("\n", "\r\n").encode() + b"# \xff\r\n"
    (late / "main.py").write_bytes(before)
    plumb("audit", "--fix")
    after = (late / "main.py").read_bytes()
    assert after == before.replace(b"Depends(session)", b'Depends(session, scope="function")')


# Baseline and since


@pytest.mark.usefixtures("rates")
def test_a_baseline_leaves_only_what_is_new(plumb: Plumb, tmp_path: Path) -> None:
    count = len(found(plumb("audit", "--output-format", "json")))
    written = plumb("audit", "--baseline", "write")
    assert (written.returncode, written.stdout) == (0, f"Wrote {count} findings to plumb-baseline.json\n")
    done = plumb("audit", "--baseline")
    assert done.returncode == 0
    assert done.stdout.startswith("No new findings in ")
    assert f"{count} findings known before, not shown." in done.stdout
    for flags in (["--statistics"], ["--output-format", "concise"], ["--output-format", "markdown"]):
        assert "No new findings" in plumb("audit", "--baseline", *flags).stdout
    write(tmp_path, {"app/more.py": many(1)})
    new = plumb("audit", "--baseline", ".", "--output-format", "json")
    assert {finding["path"] for finding in found(new)} == {"app/more.py"}
    write(tmp_path, {"pyproject.toml": '[tool.plumb]\nbaseline = "plumb-baseline.json"\n'})
    assert {finding["path"] for finding in found(plumb("audit", "--output-format", "json"))} == {
        "app/more.py"
    }
    assert plumb("audit", "--baseline", "write").returncode == 0
    assert plumb("audit").returncode == 0


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    subprocess.run(
        ["git", *identity, *arguments], cwd=folder, env=environment(), check=True, capture_output=True
    )


def test_since_leaves_only_what_the_branch_has_brought(plumb: Plumb, tmp_path: Path) -> None:
    folder = write(tmp_path / "repo" / "back end", {"pyproject.toml": "", "main.py": RATES})
    git(tmp_path / "repo", "init", "-q", "-b", "main")
    git(tmp_path / "repo", "add", ".")
    git(tmp_path / "repo", "commit", "-qm", "one")
    git(tmp_path / "repo", "checkout", "-qb", "work")
    moved = RATES.replace("import time\n", "import time\n\n# a comment\n" * 9)
    write(folder, {"main.py": moved.replace("time.sleep(1)", "time.sleep(1)\n    requests.post('x')")})
    done = plumb("audit", "--since", "main", "--output-format", "json", cwd=folder)
    assert [f["message"] for f in found(done) if f["rule"] == "blocking-call-in-async"] == [
        "`requests.post` blocks the event loop"
    ]
    git(tmp_path / "repo", "commit", "-qam", "two")
    git(tmp_path / "repo", "checkout", "-q", "main")
    write(folder, {"main.py": CLEAN})
    git(tmp_path / "repo", "commit", "-qam", "three")
    git(tmp_path / "repo", "checkout", "-q", "work")
    assert plumb("audit", "--since", "main", "--output-format", "json", cwd=folder).stdout == done.stdout
    status = subprocess.run(
        ["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert status.stdout == ""


def test_since_looks_into_submodules_and_says_that_a_clone_is_shallow(plumb: Plumb, tmp_path: Path) -> None:
    part, whole, clone = (tmp_path / name for name in ("part", "whole", "clone"))
    for folder, files in ((part, {"main.py": RATES}), (whole, {"app.py": CLEAN})):
        write(folder, files)
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", ".")
        git(folder, "commit", "-qm", "one")
    git(whole, "-c", "protocol.file.allow=always", "submodule", "add", "-q", str(part), "sub")
    git(whole, "commit", "-qm", "two")
    done = plumb("audit", "--since", "HEAD", cwd=whole)
    assert (done.returncode, done.stdout[:15]) == (0, "No new findings")
    git(tmp_path, "clone", "-q", "--depth", "1", whole.as_uri(), str(clone))
    refused = plumb("audit", "--since", "HEAD~1", cwd=clone)
    assert refused.returncode == 2
    assert "this clone is shallow and does not reach it; git fetch --unshallow" in refused.stderr


# A project's own


def test_a_project_brings_rules_of_its_own(plumb: Plumb, tmp_path: Path) -> None:
    rule = '''"""A route named latest

It is never the latest.
"""

from plumbrule.rulekit import Finding, Iterator, Route, rule


@rule(category="contracts", severity="note")
def latest_route(route: Route) -> Iterator[Finding]:
    if route.name == "latest":
        yield Finding(route.span, f"{route.label} is named latest")
'''
    config = '[tool.plumb]\nrules = ["tools/rules"]\nselect = ["latest-route"]\nexclude = ["old"]\n'
    write(
        tmp_path,
        {
            "main.py": RATES,
            "old/main.py": RATES,
            "tools/rules/latest_route.py": rule,
            "pyproject.toml": config,
        },
    )
    done = plumb("audit", "--output-format", "concise")
    first, headline = done.stdout.splitlines()
    assert first == "main.py:14:2: note[latest-route] GET /rates/{currency} is named latest"
    assert headline.startswith("1 note; 1 of 4 routes affected (1 rule")
    assert "A route named latest" in plumb("explain", "latest-route").stdout
    write(tmp_path, {"tools/rules/latest_route.py": "import nothing_of_the_kind\n"})
    assert "tools/rules/latest_route.py:1: No module named" in refused(plumb("audit"))
    write(tmp_path, {"tools/rules/latest_route.py": rule.replace("latest_route(", "jose_import(")})
    assert "there is a rule `jose-import` already" in refused(plumb("audit"))


# Around it


def test_the_action_and_the_hooks_use_flags_that_exist(plumb: Plumb) -> None:
    known = plumb("audit", "--help", env={"COLUMNS": "200"}).stdout
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    script = "\n".join(step.get("run", "") for step in action["runs"]["steps"])
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    words = itertools.chain(
        script.split('"$plumb"', 1)[1].split(), *(hook["entry"].split() for hook in hooks)
    )
    flags = {word for word in words if word.startswith("--")}
    assert {"--fix", "--fail-on", "--output-format", "--output"} <= flags
    assert all(flag in known for flag in flags), flags
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "plumb" in project["project"]["scripts"]

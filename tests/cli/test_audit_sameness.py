"""`plumb audit` says the same, whatever the way to it."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

from cli.conftest import PLUMB, Plumb, environment
from report.projects import RATES, many, write


def test_json_is_the_same_cold_and_warm_over_runs_and_processes(plumb: Plumb, tmp_path: Path) -> None:
    files = {f"p{n}/{name}.py": text for n in range(3) for name, text in {"a": RATES, "b": many(7)}.items()}
    write(tmp_path, files)
    first = plumb("audit", "--output-format", "json").stdout
    again = [plumb("audit", "--output-format", "json", env={"PYTHONHASHSEED": str(n)}).stdout for n in (1, 2)]
    command = [str(PLUMB), "audit", "--output-format", "json"]
    both = [
        subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    outputs = [process.communicate()[0] for process in both]
    assert len(json.loads(first)["findings"]) > 20
    assert {*again, *outputs} == {first}
    kept = list(Path(os.environ["XDG_CACHE_HOME"]).rglob("*.json"))
    assert len(kept) == 1
    (tmp_path / "p1/a.py").touch()
    assert plumb("audit", "--output-format", "json").stdout == first
    kept[0].write_bytes(kept[0].read_bytes()[:-100])
    assert plumb("audit", "--output-format", "json").stdout == first


def test_json_is_the_same_after_edits_whatever_was_kept_and_by_how_many_processes(
    plumb: Plumb, tmp_path: Path
) -> None:
    project, command = tmp_path / "project", [str(PLUMB), "audit", "--output-format", "json"]
    write(
        project,
        {f"p{n}/{name}.py": text for n in range(9) for name, text in {"a": RATES, "b": many(2)}.items()},
    )
    for number in range(4):
        write(project, {"p1/a.py": RATES.replace("sleep(1)", f"sleep({number})")})
        both = [
            subprocess.Popen(command, cwd=project, env=environment(), stdout=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        told = {process.communicate()[0] for process in both}
        elsewhere = {"XDG_CACHE_HOME": str(tmp_path / f"cache{number}")}
        assert told == {plumb("audit", "--output-format", "json", cwd=project, env=elsewhere).stdout}
    names = {path.suffix for path in Path(os.environ["XDG_CACHE_HOME"]).rglob("facts/*")}
    assert names == {".whole", ".since"}


def test_json_does_not_depend_on_the_order_in_which_files_were_made(plumb: Plumb, tmp_path: Path) -> None:
    files = {f"{name}/{kind}.py": text for name in "cab" for kind, text in {"x": RATES, "y": many(3)}.items()}
    outputs = set()
    for seed in range(3):
        names = list(files)
        random.Random(seed).shuffle(names)
        folder = write(tmp_path / str(seed), {name: files[name] for name in names})
        outputs.add(plumb("audit", "--output-format", "json", cwd=folder).stdout)
        outputs.add(plumb("audit", str(folder), "--output-format", "json").stdout.replace(f'"{seed}/', '"'))
    assert len(outputs) == 1


@pytest.mark.usefixtures("rates")
def test_every_format_is_one_document_without_noise(plumb: Plumb) -> None:
    for name in ("json", "sarif", "gitlab"):
        json.loads(plumb("audit", "--output-format", name).stdout)
    lines = plumb("audit", "--output-format", "github").stdout.splitlines()
    assert lines
    assert all(line.startswith(("::error ", "::warning ", "::notice ")) for line in lines)
    assert plumb("audit", "--output-format", "markdown").stdout.startswith("## ")
    assert plumb("audit", "--output-format", "concise", "--color", "always").stdout.startswith(
        "app/rates.py:11:12: \x1b["
    )
    assert "\x1b" not in plumb("audit", "--output-format", "concise").stdout
    assert "\x1b" not in plumb("audit", "--output-format", "json", "--color", "always").stdout


@pytest.mark.usefixtures("rates")
def test_what_is_remembered_is_shown_without_what_finds_it(plumb: Plumb) -> None:
    command = ("audit", "--output-format", "json")
    imports = [plumb(*command, env={"PYTHONPROFILEIMPORTTIME": "1"}).stderr for _ in range(2)]
    heavy = ("tree_sitter", "plumbrule.model.project", "plumbrule.rules")
    assert [[f"{name}\n" in told for name in heavy] for told in imports] == [[True] * 3, [False] * 3]
    needless = ("rich.console", "ssl")  # nothing here is for a terminal, and no service is asked
    assert not any(f"{name}\n" in told for name in needless for told in imports)


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize("closed", [1, 2])
def test_a_closed_stream_is_no_error(plumb: Plumb, closed: int) -> None:
    done = plumb("audit", "--output-format", "concise", preexec_fn=lambda: os.close(closed))
    assert (done.returncode, done.stderr, bool(done.stdout)) == (1, "", closed == 2)


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_a_report_is_utf8_whatever_the_system_speaks(plumb: Plumb, encoding: str) -> None:
    for name in ("full", "json"):
        command = ("audit", "--output-format", name)
        assert plumb(*command, env={"PYTHONIOENCODING": encoding}).stdout == plumb(*command).stdout


@pytest.mark.usefixtures("rates")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full: /dev/full")
@pytest.mark.parametrize("verb", ["audit", "map routes", "--help", "--version", "init --yes --no-sync shop"])
def test_a_full_disk_is_refused_in_one_line(tmp_path: Path, verb: str) -> None:
    command, told = [str(PLUMB), "--quiet", *verb.split()], subprocess.PIPE
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, cwd=tmp_path, env=environment(), stdout=full, stderr=told, check=False)
    assert (done.returncode, done.stderr) == (2, b"plumb: cannot write the result: No space left on device\n")

"""`plumb audit` with requests that make no sense, and files that nobody wrote: a line, never a traceback."""

import ctypes
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Plumb, refused
from report.projects import CLEAN, RATES, write


@pytest.mark.usefixtures("rates")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere"], "nowhere: no such file or folder"),
        (["pyproject.toml"], "pyproject.toml is not a Python file"),
        (["--select", "blocking-cal-in-async"], "did you mean `blocking-call-in-async`?"),
        (["--ignore", "securty"], "did you mean `security`?"),
        (["--output-format", "sarf"], "did you mean `sarif`?"),
        (["--min-severity", "bad"], "is none of error, warning, note"),
        (["--min-confidence", "sure"], "is none of high, medium, low"),
        (["--fail-on", "errors"], "did you mean `error`?"),
        (["--selct", "x"], "did you mean `--select`?"),
        (["--fix", "--diff"], "--fix and --diff contradict each other"),
        (["--unsafe"], "--unsafe goes with --fix or --diff"),
        (["--baseline"], "plumb audit --baseline write makes it"),
        (["--baseline=wirte"], "it is `--baseline` alone or `--baseline write`"),
        (["--since", "main"], "it is not in a git repository"),
        (["--score", "--output-format", "sarif"], "--score has no place in sarif"),
        (["-o", "nowhere/x"], "cannot write nowhere/x: No such file or directory"),
        (["--config", "no.toml"], "no such file"),
        (["--watch", "--fix"], "--watch and --fix contradict each other; drop one of them"),
        (["--watch", "--diff"], "--watch and --diff contradict each other"),
        (["--watch", "--since", "main"], "--watch and --since contradict each other"),
        (["--watch", "--baseline", "write"], "--watch and --baseline write contradict each other"),
        (["--watch", "--statistics"], "--watch and --statistics contradict each other"),
        (["--watch", "--score"], "--watch and --score contradict each other"),
        (["--watch", "-o", "report"], "--watch and --output contradict each other"),
        (["--watch", "--probe", "http://127.0.0.1:1"], "--watch and --probe contradict each other"),
        (["--watch", "--output-format", "sarif"], "--watch has no place in sarif; take full, concise, json"),
    ],
)
def test_a_request_that_makes_no_sense_is_one_line(plumb: Plumb, arguments: list[str], words: str) -> None:
    done = plumb("audit", *arguments)
    assert words in refused(done)
    assert done.stderr.count("\n") == 1


def test_a_mistake_in_pyproject_is_shown_in_its_line(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path, {"main.py": RATES, "pyproject.toml": '[tool.plumb]\nselect = ["asink"]\n'})
    done = plumb("audit")
    assert refused(done) == "pyproject.toml:2:12: no rule `asink`; did you mean `async`?"
    assert done.stderr.splitlines()[1:] == ["  |", '2 | select = ["asink"]', "  |            ^^^^^", "  |"]


@pytest.mark.parametrize("command", [["audit"], ["map", "routes"]])
@pytest.mark.parametrize("files", [{}, {"main.py": "print('hello')\n"}, {"notes.txt": "x"}])
def test_no_app_is_an_exit_code_of_its_own(
    plumb: Plumb, tmp_path: Path, files: dict[str, str], command: list[str]
) -> None:
    done = plumb(*command, cwd=write(tmp_path, files))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"plumb: no FastAPI app in {tmp_path}; plumb init makes one\n"


def test_two_projects_are_refused(plumb: Plumb, tmp_path: Path) -> None:
    for name in "ab":
        write(tmp_path / name, {"pyproject.toml": "", "main.py": CLEAN})
    assert "are two projects; audit them one at a time" in refused(plumb("audit", "a", "b"))


def fifo(folder: Path) -> None:
    os.mkfifo(folder / "pipe.py")


def loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.py").symlink_to(folder / "missing.py")


def binary(folder: Path) -> None:
    (folder / "binary.py").write_bytes(bytes(range(256)) * 100)


def long_line(folder: Path) -> None:
    (folder / "long.py").write_text("x = '" + "a" * 10_000_000 + "'\n")


def parentheses(folder: Path) -> None:
    (folder / "deep.py").write_text("x = " + "(" * 5000 + ")" * 5000 + "\n")


def not_utf8(folder: Path) -> None:
    (folder / "latin.py").write_bytes(RATES.encode() + b"# \xe9\n")


def undecodable_names(folder: Path) -> None:
    (folder / os.fsdecode(b"caf\xe9.py")).write_text(RATES)


def secret_file(folder: Path) -> None:
    write(folder, {"secret.py": CLEAN})
    (folder / "secret.py").chmod(0)


def secret_folder(folder: Path) -> None:
    write(folder, {"closed/main.py": CLEAN})
    (folder / "closed").chmod(0)


def without_power() -> None:
    """Make a child that runs as root obey permissions like everybody else."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        (fifo, ""),
        (loop, ""),
        (binary, "1 file not read in full: binary.py:1\n"),
        (long_line, "1 file not read: long.py (longer than 5 MB)\n"),
        (parentheses, ""),
        (not_utf8, ""),
        (undecodable_names, "1 file not read: caf\N{REPLACEMENT CHARACTER}.py (its name is not UTF-8)\n"),
        (secret_file, "1 file not read: secret.py (Permission denied)\n"),
        (secret_folder, "1 file not read: closed (Permission denied)\n"),
    ],
)
def test_of_a_strange_file_a_line_is_said_and_the_rest_is_audited(
    plumb: Plumb, tmp_path: Path, spoil: Callable[[Path], None], line: str
) -> None:
    write(tmp_path, {"main.py": RATES})
    spoil(tmp_path)
    try:
        for name in ("full", "json", "sarif"):
            done = plumb("audit", "--output-format", name, preexec_fn=without_power)
            assert (done.returncode, done.stderr) == (1, "")
            assert "`time.sleep` blocks the event loop" in done.stdout
            if name == "full":
                assert done.stdout.count("not read") == bool(line)
                assert line in done.stdout
    finally:
        for path in ("secret.py", "closed"):
            if (tmp_path / path).exists():
                (tmp_path / path).chmod(0o755)
    if line.endswith("(Permission denied)\n"):
        assert "not read" not in plumb("audit").stdout


def test_a_folder_that_cannot_be_listed_is_refused(plumb: Plumb, tmp_path: Path) -> None:
    write(tmp_path / "project", {"main.py": RATES, "pyproject.toml": ""})
    (tmp_path / "project").chmod(0o100)
    try:
        done = plumb("audit", "project", preexec_fn=without_power)
        assert "Path 'project' is not readable" in refused(done)
    finally:
        (tmp_path / "project").chmod(0o755)

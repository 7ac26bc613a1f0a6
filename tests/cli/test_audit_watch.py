"""`plumb audit --watch` from a shell: it stays, says what each change brings, and nothing else."""

import json
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from cli.conftest import PLUMB, Plumb, environment
from plumbrule.cli.audited import Wishes
from plumbrule.cli.console import Output
from plumbrule.cli.watched import Screen
from plumbrule.plan import Refusal
from report.projects import CLEAN, RATES, write

NAP = '\n\n@app.get("/nap")\nasync def nap() -> None:\n    time.sleep(2)\n'
BAD = '[tool.plumb]\nselect = ["asink"]\n'
PATIENCE = 60
"""seconds after which a process that says nothing is ended, so that its test fails"""


class Watching:
    """A process that watches, and what it says on a pipe."""

    def __init__(self, folder: Path, *flags: str) -> None:
        command = [str(PLUMB), "audit", "--watch", *flags]
        told = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment(), stdout=told, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout
        self.said = self.process.stdout
        self.guard = threading.Timer(PATIENCE, self.process.kill)
        self.guard.start()

    def until(self, pattern: str) -> str:
        """What is said up to the next line that a pattern is in."""
        said = ""
        for line in self.said:
            said += line
            if re.search(pattern, line):
                return said
        pytest.fail(f"{pattern} was not said, but:\n{said}")

    def end(self) -> tuple[int, str]:
        """The exit code, and what is said at the end."""
        return self.process.wait(), self.said.read()


Watch = Callable[..., Watching]


@pytest.fixture
def watch(rates: Path) -> Iterator[Watch]:
    """Start watching a folder; it is ended with the test."""
    started = []

    def watch(*flags: str) -> Watching:
        started.append(Watching(rates, *flags))
        return started[-1]

    yield watch
    for watching in started:
        watching.process.kill()
        watching.process.wait()
        watching.said.close()
        watching.guard.cancel()
        watching.guard.join()


def test_what_is_new_and_what_is_gone_is_said_after_the_report(
    watch: Watch, rates: Path, plumb: Plumb
) -> None:
    report = plumb("audit").stdout
    watching = watch()
    assert watching.until("watching; Ctrl-C ends it").startswith(report)
    write(rates, {"app/rates.py": RATES + NAP})
    said = watching.until(r"\d\d:\d\d:\d\d  \d+ findings: 1 new, in ")
    assert said.startswith(
        "\nerror[blocking-call-in-async]: `time.sleep` blocks the event loop\n  --> app/rates.py:30:5\n"
    )
    assert said.count(" --> ") == 1, "what was known is said again"
    write(rates, {"app/rates.py": RATES.replace("    time.sleep(1)\n", "")})
    said = watching.until(r"findings: 2 gone, in ")
    assert said.count("\n") == 4
    for number in (21, 30):
        assert f"\ngone: app/rates.py:{number}:5: error[blocking-call-in-async] `time.sleep` blocks" in said


def test_the_concise_format_has_a_line_for_each(watch: Watch, rates: Path) -> None:
    watching = watch("--output-format", "concise")
    watching.until("watching")
    write(rates, {"app/rates.py": RATES.replace("    time.sleep(1)\n", "") + NAP})
    new, gone, _ = watching.until(r"findings: 1 new, 1 gone").splitlines()
    assert new.startswith("app/rates.py:29:5: error[blocking-call-in-async] ")
    assert gone.startswith("gone: app/rates.py:21:5: error[blocking-call-in-async] ")


def test_a_program_gets_the_document_of_every_audit_in_a_line(
    watch: Watch, rates: Path, plumb: Plumb
) -> None:
    watching = watch("--output-format", "json")
    for text in (RATES, RATES + NAP, CLEAN):
        write(rates, {"app/rates.py": text})
        said = watching.until(r"\}")
        assert json.loads(said) == json.loads(plumb("audit", "--output-format", "json").stdout)


def test_every_kind_of_file_that_an_audit_looks_at_is_watched(watch: Watch, rates: Path) -> None:
    write(rates, {"settings.toml": "", "Dockerfile": "FROM python:3.12\nUSER app\n"})
    watching = watch("--config", "settings.toml")
    watching.until("watching")
    for name, text in {
        "app/new.py": RATES,
        "Dockerfile": "FROM python:3.12\n",
        "requirements.txt": "fastapi==0.121.0\n",
        "settings.toml": 'ignore = ["async"]\n',
    }.items():
        write(rates, {name: text})
        watching.until("findings: ")


def test_the_baseline_is_left_out(watch: Watch, rates: Path, plumb: Plumb) -> None:
    plumb("audit", "--baseline", "write")
    watching = watch("--baseline")
    assert watching.until("watching").startswith("No new findings")
    write(rates, {"app/rates.py": RATES + NAP})
    assert "  1 finding: 1 new, in " in watching.until(r"in \d")


def test_a_mistake_in_the_settings_is_said_and_forgotten_when_it_is_mended(watch: Watch, rates: Path) -> None:
    watching = watch()
    watching.until("watching")
    write(rates, {"pyproject.toml": BAD})
    watching.until(r"plumb: pyproject.toml:2:12: no rule `asink`; did you mean `async`\?")
    write(rates, {"pyproject.toml": "", "app/rates.py": RATES + NAP})
    watching.until(r"findings: 1 new, in ")


def test_the_same_mistake_is_not_said_again(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(Output("never"), Wishes(()), terminal=False)
    for message in ("one", "one", "other", "one"):
        screen.tell(Refusal(message))
    assert capsys.readouterr() == ("", "plumb: one\nplumb: other\nplumb: one\n")


def test_a_project_without_an_app_is_waited_for_once_there_was_one(watch: Watch, rates: Path) -> None:
    watching = watch()
    watching.until("watching")
    (rates / "app/rates.py").write_text("")
    watching.until(f"plumb: no FastAPI app in {rates}; plumb init makes one")
    (rates / "app/rates.py").write_text(RATES)
    watching.until(r"findings: nothing new, in ")


def test_a_folder_that_goes_away_ends_it(watch: Watch, tmp_path_factory: pytest.TempPathFactory) -> None:
    project = write(tmp_path_factory.mktemp("other") / "project", {"main.py": RATES})
    watching = watch(str(project))
    watching.until("watching")
    shutil.rmtree(project)
    assert (
        watching.until("plumb: cannot read .*")
        == f"plumb: cannot read {project}: No such file or directory\n"
    )
    assert watching.end() == (2, "")


def test_what_cannot_be_audited_at_first_is_not_waited_for(plumb: Plumb, tmp_path: Path) -> None:
    assert plumb("audit", "--watch").returncode == 3
    write(tmp_path, {"main.py": CLEAN, "pyproject.toml": BAD})
    assert plumb("audit", "--watch").returncode == 2


def test_the_end_is_quiet(watch: Watch) -> None:
    watching = watch()
    watching.until("watching")
    watching.process.send_signal(signal.SIGINT)
    assert watching.end() == (0, "")


def shown(terminal: "pexpect.spawn[str]") -> str:
    """What came before what was waited for."""
    return str(terminal.before)


def test_a_terminal_keeps_one_line_while_nothing_about_the_findings_changes(rates: Path) -> None:
    command = ["audit", "--watch", "--color", "never"]
    terminal = pexpect.spawn(
        str(PLUMB),
        command,
        cwd=rates,
        env=environment(TERM="xterm"),
        timeout=PATIENCE,
        encoding="utf-8",
        dimensions=(30, 60),
    )
    terminal.expect("watching; Ctrl-C ends it")
    for number in range(2):
        write(rates, {"app/rates.py": f"{RATES}# {number}\n"})
        terminal.expect(r"\d+ findings: nothing new, in \d+\.\d s")
        assert "\n" not in shown(terminal), "a line that was no news has stayed"
        assert shown(terminal).count("\r\x1b[2K") == 3, "each takes the place of the one before"
    write(rates, {"app/rates.py": RATES + "\n\nasync def (\n"})
    terminal.expect("; 1 file not")
    write(rates, {"app/rates.py": RATES + NAP})
    terminal.expect(r"findings: 1 new, in \d+\.\d s\r\n")
    assert max(map(len, re.split(r"\r\x1b\[2K|\r\n", shown(terminal)))) < 60
    terminal.sendintr()
    terminal.expect(pexpect.EOF)
    assert shown(terminal).endswith("\r\x1b[2K")
    assert "Traceback" not in shown(terminal)
    terminal.close()
    assert terminal.exitstatus == 0

"""A long audit shows how far it is, on a terminal only."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest

from cli.conftest import PLUMB, environment
from report.projects import RATES, write

SLOW_RULE = '''"""A rule that takes long enough for patience to begin

Patience begins when its timer has run out; this rule waits for that.
"""

import threading

from plumbrule.rulekit import Finding, Iterator, Project, rule


@rule(category="contracts", severity="note")
def slow_rule(project: Project) -> Iterator[Finding]:
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()
    yield Finding(project.routes[0].span, "it was slow")
'''
CONFIG = '[tool.plumb]\nrules = ["tools/rules"]\nselect = ["slow-rule"]\n'
COMMAND = [str(PLUMB), "audit", "--output-format", "json"]


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    return write(
        tmp_path, {"main.py": RATES, "pyproject.toml": CONFIG, "tools/rules/slow_rule.py": SLOW_RULE}
    )


def messages(report: str) -> list[str]:
    return [finding["message"] for finding in json.loads(report)["findings"]]


def test_a_terminal_sees_a_bar_that_goes_away_while_the_report_stays_whole(slow: Path) -> None:
    screen, terminal = pty.openpty()
    env = environment(TERM="xterm", COLUMNS="100")
    with subprocess.Popen(
        COMMAND, cwd=slow, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal
    ) as run:
        os.close(terminal)
        seen = shown_on(screen)
        assert run.stdout
        assert messages(run.stdout.read().decode()) == ["it was slow"]
    assert run.returncode == 1
    before, said, after = seen.rpartition("asking the rules")
    assert said, before
    assert "\N{BOX DRAWINGS HEAVY HORIZONTAL}" in after, "no bar is drawn"
    assert "\x1b[2K" in after, "its line is not wiped"


def shown_on(screen: int) -> str:
    """What a terminal shows until the last program that wrote to it has gone."""
    seen = b""
    try:
        while more := os.read(screen, 4096):
            seen += more
    except OSError:  # Linux says EIO when nobody holds the other end
        pass
    os.close(screen)
    return seen.decode()


@pytest.mark.parametrize("flags", [[], ["--color", "always"]])
def test_a_pipe_sees_no_bar_however_long_it_takes(slow: Path, flags: list[str]) -> None:
    run = subprocess.run(
        [*COMMAND, *flags],
        cwd=slow,
        env=environment(TERM="xterm"),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stderr) == (1, "")
    assert messages(run.stdout) == ["it was slow"]

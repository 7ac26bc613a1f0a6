"""What does an audit cost? CPU and memory of `plumb audit` and of its peers on the same tree, in one run.

`python bench/audit.py DIR [--peers VENV]` audits a copy of DIR with an empty cache, again without a change,
with one function more in one file, which is when the facts of all files are kept, and with another one, when
they are there; on Linux it also takes what such an edit costs a process that watches until it has answered.
Beside it stand the parser alone and the peers in VENV, an environment of their own: ruff, bandit, semgrep
with one rule, and whatever else of PEERS is in it.
Every program has run once before, on a tree of one file, so that its own modules are compiled.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PLUMB = Path(sys.executable).with_name("plumb")
AUDIT = (PLUMB, "audit", "--output-format", "json", "--fail-on", "never")
PARSING = """
import sys
from pathlib import Path
from time import process_time
from plumbrule.facts.grammar import parser
texts = [path.read_bytes() for path in Path(sys.argv[1]).rglob("*.py")]
start = process_time()
for text in texts:
    parser().parse(text)
print(process_time() - start)
"""
PROCESSES = Path("/proc")
IDLE = 5
"""seconds in which a process that watches has certainly tidied up"""
SMALLEST = "from fastapi import FastAPI\n\napp = FastAPI()\n"
EDIT = "\n\ndef {}_function(number: int) -> int:\n    return number + 1\n"
SEMGREP = """
rules:
  - id: sleep
    languages: [python]
    severity: ERROR
    message: blocks
    pattern: "async def $F(...): ... time.sleep(...)"
"""
PEERS: Mapping[str, Sequence[str]] = {
    "ruff": (
        "check",
        "--select",
        "ALL",
        "--no-cache",
        "--isolated",
        "--exit-zero",
        "--quiet",
        "--output-format",
        "json",
    ),
    "bandit": ("-r", "-q", "--exit-zero", "-f", "json"),
    "fastapi-architect": (),
    "fastapi-therapist": (),
    "semgrep": (
        "scan",
        "--metrics=off",
        "--disable-version-check",
        "--quiet",
        "--json",
        "--config",
        "{rules}",
    ),
}


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a process and its children, and the most memory that one of them had."""

    seconds: float
    mebibytes: int
    output: str = ""


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="plumb-bench-") as name:
        work = Path(name)
        tree, first, rules = work / "tree", work / "first", work / "rules.yaml"
        rules.write_text(SEMGREP)
        first.mkdir()
        (first / "main.py").write_text(SMALLEST)
        ignored = shutil.ignore_patterns(".git", "node_modules", ".venv", "venv")
        shutil.copytree(options.folder, tree, symlinks=True, ignore=ignored)
        lines = sum(path.read_bytes().count(b"\n") for path in tree.rglob("*.py") if path.is_file())
        floor = float(cost(work, sys.executable, "-c", PARSING, tree).output)
        print(f"{options.folder.name}: {lines:,} lines of Python\n")
        print(f"{'':29} {'CPU s':>7} {'x parsing':>9} {'lines/s':>9} {'MiB':>5}")
        show("parsing alone", Cost(floor, 0), floor, lines)
        others = peers(rules, options.peers)
        for command in (AUDIT, *others.values()):
            cost(work, *command, first)
        for title in ("plumb audit, cold", "plumb audit, no change"):
            show(title, cost(work, *AUDIT, tree), floor, lines)
        for title in ("plumb audit, first edit", "plumb audit, later edit"):
            edit(tree, title.split()[2])
            show(title, cost(work, *AUDIT, tree), floor, lines)
        if PROCESSES.is_dir():
            show("plumb audit --watch, one edit", watching(work, tree), floor, lines)
        for title, command in others.items():
            show(title, cost(work, *command, tree), floor, lines)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--peers", type=Path, metavar="VENV")
    return parser.parse_args()


def edited(tree: Path) -> Path:
    """The file of middle length that has a route in it."""
    found = [path for path in tree.rglob("*.py") if path.is_file() and b"@router." in path.read_bytes()]
    found = found or list(tree.rglob("*.py"))
    return sorted(found, key=lambda path: (path.stat().st_size, path))[len(found) // 2]


def edit(tree: Path, name: str) -> None:
    """Write one function more."""
    with edited(tree).open("a") as file:
        file.write(EDIT.format(name))


def peers(rules: Path, venv: Path | None) -> dict[str, Sequence[str | Path]]:
    """The commands of those that are installed."""
    programs = {name: venv / "bin" / name for name in PEERS} if venv else {}
    return {
        name: (program, *(flag.format(rules=rules) for flag in PEERS[name]))
        for name, program in programs.items()
        if program.exists()
    }


def cost(work: Path, *command: str | Path) -> Cost:
    """Run a command and wait for it; its caches and compiled modules are in a folder of our own."""
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [os.fspath(part) for part in command],
            stdout=out,
            stderr=subprocess.DEVNULL,
            env=environment(work),
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, out.read().decode())


def environment(work: Path) -> dict[str, str]:
    """Ours, with caches and compiled modules elsewhere."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    caches = {"XDG_CACHE_HOME": work / "cache", "PYTHONPYCACHEPREFIX": work / "compiled", "HOME": work}
    return kept | {name: os.fspath(path) for name, path in caches.items()}


def watching(work: Path, tree: Path) -> Cost:
    """What an edit costs a process that stays, from the edit to the answer."""
    command = [os.fspath(part) for part in (*AUDIT, "--watch", tree)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment(work)) as process:
        assert process.stdout
        process.stdout.readline()
        time.sleep(IDLE)
        before = seconds_of(process.pid)
        edit(tree, "watched")
        process.stdout.readline()
        after = seconds_of(process.pid)
        [most] = re.findall(r"VmHWM:\s+(\d+)", (PROCESSES / f"{process.pid}/status").read_text())
        process.kill()
    return Cost(after - before, int(most) // 1024)


def seconds_of(process: int) -> float:
    """The CPU seconds that a process has had, user and system."""
    fields = (PROCESSES / f"{process}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def show(title: str, measured: Cost, floor: float, lines: int) -> None:
    """One row."""
    seconds = max(measured.seconds, 0.001)
    memory = measured.mebibytes or ""
    print(f"{title:29} {seconds:7.2f} {seconds / floor:9.1f} {lines / seconds:9,.0f} {memory:>5}", flush=True)


if __name__ == "__main__":
    main()

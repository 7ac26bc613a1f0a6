"""What does an audit cost? CPU and memory of `plumb audit` and of its peers on the same tree, in one run.

`python bench/audit.py DIR [--peers VENV]` audits a copy of DIR with an empty cache, again without a change,
and again with one function more in one file. Beside it stand the parser alone and the peers in VENV, an
environment of their own: ruff, bandit, semgrep with one rule, and whatever else of PEERS is in it.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PLUMB = Path(sys.executable).with_name("plumb")
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
EDIT = "\n\ndef one_function_more(number: int) -> int:\n    return number + 1\n"
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
        tree, rules = Path(name) / "tree", Path(name) / "rules.yaml"
        rules.write_text(SEMGREP)
        ignored = shutil.ignore_patterns(".git", "node_modules", ".venv", "venv")
        shutil.copytree(options.folder, tree, symlinks=True, ignore=ignored)
        lines = sum(path.read_bytes().count(b"\n") for path in tree.rglob("*.py") if path.is_file())
        floor = float(cost(Path(name), sys.executable, "-c", PARSING, tree).output)
        print(f"{options.folder.name}: {lines:,} lines of Python\n")
        print(f"{'':28} {'CPU s':>7} {'x parsing':>9} {'lines/s':>9} {'MiB':>5}")
        show("parsing alone", Cost(floor, 0), floor, lines)
        for title, measured in (*plumb(Path(name), tree), *peers(Path(name), tree, rules, options.peers)):
            show(title, measured, floor, lines)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--peers", type=Path, metavar="VENV")
    return parser.parse_args()


def plumb(work: Path, tree: Path) -> Iterator[tuple[str, Cost]]:
    """The audit three times."""
    command = (PLUMB, "audit", tree, "--output-format", "json", "--fail-on", "never")
    yield "plumb audit, cold", cost(work, *command)
    yield "plumb audit, no change", cost(work, *command)
    with edited(tree).open("a") as file:
        file.write(EDIT)
    yield "plumb audit, one file edited", cost(work, *command)


def edited(tree: Path) -> Path:
    """The file of middle length that has a route in it."""
    found = [path for path in tree.rglob("*.py") if path.is_file() and b"@router." in path.read_bytes()]
    found = found or list(tree.rglob("*.py"))
    return sorted(found, key=lambda path: (path.stat().st_size, path))[len(found) // 2]


def peers(work: Path, tree: Path, rules: Path, venv: Path | None) -> Iterator[tuple[str, Cost]]:
    """Those that are installed."""
    for name, flags in PEERS.items():
        program = venv / "bin" / name if venv else None
        if program and program.exists():
            given = (flag.format(rules=rules) for flag in flags)
            yield name, cost(work, program, *given, tree)


def cost(work: Path, *command: str | Path) -> Cost:
    """Run a command and wait for it; its caches are in a folder of our own."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(work / "cache"), "HOME": str(work)}
    with tempfile.TemporaryFile() as out:
        process = subprocess.Popen(
            [os.fspath(part) for part in command], stdout=out, stderr=subprocess.DEVNULL, env=environment
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss // 1024, out.read().decode())


def show(title: str, measured: Cost, floor: float, lines: int) -> None:
    """One row."""
    seconds = max(measured.seconds, 0.001)
    memory = measured.mebibytes or ""
    print(f"{title:28} {seconds:7.2f} {seconds / floor:9.1f} {lines / seconds:9,.0f} {memory:>5}", flush=True)


if __name__ == "__main__":
    main()

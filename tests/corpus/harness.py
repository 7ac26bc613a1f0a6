"""Audit a corpus: crashes, speed, routes against known tables, findings, known defects found or missed.

    harness.py CORPUS [--routes DIR] [--cases FILE] [--rules NAME …] [--only TEXT …] [--write]

CORPUS holds `repos/<owner__name>/` and `cases/<id>/{before,after}/`. DIR holds `<owner__name>.routes.tsv`
(method, path), FILE the list of cases; without them PLUMB_ROUTES and PLUMB_CASES are asked.
Findings are held against the snapshots in `findings/`; `--write` makes them anew.
Each tree is read in a process of its own.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.rules import rulebook
from plumbrule.verbs.audit import audit

sys.path.insert(0, str(Path(__file__).parents[1]))

from corpus import known_defects, snapshots

if TYPE_CHECKING:
    from plumbrule.rulekit import App, Finding

SECONDS = 300


def main() -> int:
    options = arguments()
    if options.one:
        json.dump(measure(options.one, set(options.rules or ()), apps=options.apps), sys.stdout)
        return 0
    failed = repositories(options) if (options.corpus / "repos").is_dir() and not options.cases_only else 0
    if options.cases and (options.corpus / "cases").is_dir():
        cases(options)
    return failed


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path, nargs="?", default=Path())
    parser.add_argument("--routes", type=Path, default=os.environ.get("PLUMB_ROUTES"))
    parser.add_argument("--cases", type=Path, default=os.environ.get("PLUMB_CASES"))
    parser.add_argument("--rules", nargs="*")
    parser.add_argument("--only", nargs="*", default=[""])
    parser.add_argument("--write", action="store_true", help="write the snapshots of the findings anew")
    parser.add_argument("--cases-only", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--apps", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.routes = Path(options.routes) if options.routes else None
    options.cases = Path(options.cases) if options.cases else None
    return options


def measure(path: Path, names: set[str], *, apps: bool) -> dict[str, Any]:
    """Audit one tree in this process."""
    start = time.process_time()
    outcome = audit(path, [rule for rule in rulebook() if not names or rule.name in names])
    seconds = time.process_time() - start
    project = outcome.project
    return {
        "seconds": seconds,
        "lines": outcome.lines,
        "megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "routes": len([r for r in project.routes if not r.module.is_test]),
        "mounted": len([r for r in project.routes if r.is_mounted and not r.module.is_test]),
        "broken": [str(span) for span in outcome.unreadable],
        "failures": [f"{f.rule.name} {f.subject}\n{f.trace}" for f in outcome.failures],
        "shown": snapshots.shown(outcome),
        "findings": [
            [f.rule.name, f.finding.at.path, f.finding.at.line, ways(f.finding)] for f in outcome.findings
        ],
        "handlers": [
            [r.span.path, min(r.span.line, r.handler.span.line), r.handler.node.span.end_line]
            for r in project.routes
            if r.handler is not None
        ],
        "functions": [
            [f.span.path, f.node.span.line, f.node.span.end_line, f.qualified_name] for f in project.functions
        ],
        "apps": [app_table(app) for app in project.apps] if apps else [],
    }


def ways(finding: Finding) -> list[tuple[str, int]]:
    """The places that a finding's chain passes, and where other ways begin."""
    return [(step.span.path, step.span.line) for step in (*finding.chain, *finding.also)]


def app_table(app: App) -> list[list[Any]]:
    """What an app serves, with paths as it sees them itself: method, path, in the schema or not, where."""
    fronts = sorted((mount.path for mount in app.routing.mounts(app)), key=len, reverse=True)
    return [
        [method, without(place.path, fronts), place.in_schema, str(route.span)]
        for route in app.all_routes
        for place in route.places
        if place.app is app
        for method in place.record.methods
    ]


def without(path: str, fronts: list[str]) -> str:
    """A path as the app sees it, wherever the app is mounted."""
    return next((path.removeprefix(front) for front in fronts if path.startswith(front)), path)


def in_child(path: Path, options: argparse.Namespace, *extra: str) -> dict[str, Any]:
    """Measure a tree in a process of its own; a crash is what it wrote."""
    command = [sys.executable, __file__, "--one", str(path), *extra]
    if options.rules:
        command += ["--rules", *options.rules]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return {"crash": f"no answer after {SECONDS} s"}
    return json.loads(done.stdout) if done.returncode == 0 else {"crash": done.stderr[-1500:]}


def repositories(options: argparse.Namespace) -> int:
    failed = 0
    total: collections.Counter[str] = collections.Counter()
    print(f"{'repository':52} {'s':>6} {'klines/s':>8} {'MiB':>5} {'routes':>6} {'served':>6} {'found':>6}")
    for path in sorted((options.corpus / "repos").iterdir()):
        if not any(text in path.name for text in options.only):
            continue
        result = in_child(path, options, "--apps")
        if "crash" in result:
            failed += 1
            print(f"{path.name:52} CRASH {result['crash']}")
            continue
        failed += bool(result["failures"])
        rate = result["lines"] / max(result["seconds"], 0.001) / 1000
        print(
            f"{path.name:52} {result['seconds']:6.2f} {rate:8.0f} {result['megabytes']:5} "
            f"{result['routes']:6} {result['mounted']:6} {len(result['findings']):6}"
        )
        for failure in result["failures"][: None if options.verbose else 2]:
            print("  FAILED", failure if options.verbose else failure.partition("\n")[0] + failure[-300:])
        total.update(rule for rule, *_ in result["findings"])
        if not options.rules:
            hold(path.name, result["shown"], write=options.write)
        if options.routes:
            compare(path.name, result["apps"], options)
    print("\nfindings per rule")
    for rule, count in total.most_common():
        print(f"  {rule:40} {count}")
    return failed


def hold(name: str, shown: list[str], *, write: bool) -> None:
    """Hold the findings of a repository against its snapshot, or write it."""
    if write:
        snapshots.write(name, shown)
    elif (old := snapshots.read(name)) is None:
        print("  no snapshot of its findings yet")
    else:
        for line in snapshots.changes(old, shown):
            print(f"  {line}")


def plain(path: str) -> str:
    """A path as OpenAPI writes it: without converters."""
    return re.sub(r"{([^}:]+):[^}]*}", r"{\1}", path)


def compare(name: str, apps: list[list[list[Any]]], options: argparse.Namespace) -> None:
    """Recall and precision against the tables of a repository."""
    key = name.removeprefix("pypi__")
    for table in sorted(options.routes.glob("*.routes.tsv")):
        if not table.name.removeprefix("pypi_").startswith(key):
            continue
        rows = [line.split("\t") for line in table.read_text().splitlines() if line.strip()]
        wanted = {(row[0], row[1]) for row in rows}
        sets = [{(m, plain(p)): (shown, at) for m, p, shown, at in app} for app in apps]
        best = max(sets, key=lambda found: len(wanted & set(found)), default={})
        judged = Judged.of(table.name.removesuffix(".routes.tsv"))
        hits, there = wanted & set(best), wanted - judged.absent
        more = {route for route in judged.claimed(best) if route not in wanted}
        unread = more - judged.real
        recall, precision = len(hits & there) / len(there), 1 - len(unread) / max(len(hits | more), 1)
        print(f"  {table.name}: recall {recall:.1%} ({len(hits & there)}/{len(there)}", end="")
        print(
            f", {len(wanted - there)} not in the code), precision {precision:.1%} of {len(hits | more)}",
            end="",
        )
        print(f" ({len(more) - len(unread)} not in the table and read by hand)")
        if options.verbose:
            for route in sorted(there - hits):
                print("    missed ", *route)
            for route in sorted(unread):
                print("    unread ", *route, best[route][1])


@dataclass(frozen=True, slots=True)
class Judged:
    """What reading the code said of a table: rows that are not in the code, routes that it lacks and the code
    has, and the part of the app that it is about.
    """

    absent: set[tuple[str, str]]
    real: set[tuple[str, str]]
    part: str

    @classmethod
    def of(cls, table: str) -> Judged:
        """The rows of `routes.tsv` about a table."""
        lines = (Path(__file__).with_name("routes.tsv")).read_text().splitlines()[1:]
        rows = [row for row in (line.split("\t") for line in lines) if row[0] == table]
        by = {verdict: {(row[1], row[2]) for row in rows if row[3] == verdict} for verdict in VERDICTS}
        return cls(by["absent"], by["real"], next((path for _, path in by["part"]), ""))

    def claimed(self, found: dict[tuple[str, str], tuple[bool, str]]) -> set[tuple[str, str]]:
        """The routes of an app that belong into the table: those in its schema, or below its part."""
        return {
            route
            for route, (in_schema, _) in found.items()
            if route[0] != "WEBSOCKET" and (route[1].startswith(self.part) if self.part else in_schema)
        }


VERDICTS = ("absent", "real", "part")


def cases(options: argparse.Namespace) -> None:
    """Say for each known defect whether its rules find it before the fix, and are silent after it."""
    judged: list[known_defects.Known] = []
    for case in json.loads(options.cases.read_text()):
        folder = options.corpus / "cases" / case["id"]
        if not folder.is_dir() or not any(text in case["id"] for text in options.only):
            continue
        chosen = [] if options.rules else ["--rules", *sorted(known_defects.claims()[case["id"]])]
        before, after = (in_child(folder / side, options, *chosen) for side in ("before", "after"))
        if "crash" in before or "crash" in after:
            print(f"CRASH {case['id']} {before.get('crash', '')} {after.get('crash', '')}")
            continue
        known = known_defects.known(case, folder, before, after)
        judged.append(known)
        verdict = "found " if known.is_found else "MISSED"
        print(f"{verdict} {known.kind:11} {known.tier:9} {known.name}: {case['rule']}")
        for site in known.sites:
            after_it = f"; after the fix: {', '.join(map(str, site.left))}" if site.left else ""
            untouched = "" if site.changed else " (left alone by the fix)"
            print(f"         {site.path}:{site.line} {', '.join(site.rules) or '-'}{untouched}{after_it}")
    print("\n".join(known_defects.figures(judged)))


if __name__ == "__main__":
    sys.exit(main())

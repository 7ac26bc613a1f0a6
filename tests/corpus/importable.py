"""Hold the map read from the text of an app against what FastAPI makes of it in the app's own environment.

    importable.py FOLDER module:app --python PYTHON [--path SUBFOLDER] [--set NAME=VALUE …] [--verbose]

FOLDER is the project, SUBFOLDER what its imports start from. The app is imported in a child process, so ask
only for code that you would run; nothing is served and no connection is made by this script.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from model.maps import Comparison, at_run_time, by_reading, compare
from plumbrule.model.reading import read_project

RUNTIME = Path(__file__).parents[1] / "model" / "runtime.py"


def main() -> int:
    options = arguments()
    real = at_run_time(json.loads(asked(options)))
    project = read_project(options.folder)
    maps = [compare(by_reading(project, app), real) for app in project.apps]
    best = min(maps, key=lambda one: (len(one.missed), len(one.invented)), default=compare([], real))
    print(f"{options.folder.name}: {best}")
    if options.verbose:
        explain(best)
    return bool(best.missed or best.invented or best.guards_invented)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("app")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--path", default=".")
    parser.add_argument("--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE")
    parser.add_argument("--verbose", action="store_true")
    return parser.parse_args()


def asked(options: argparse.Namespace) -> str:
    """What the app's own interpreter says."""
    start = (options.folder / options.path).resolve()
    settings = dict(pair.split("=", 1) for pair in options.set)
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "PYTHONPATH": str(start), **settings}
    command = [Path(options.python).absolute(), RUNTIME, options.app]
    done = subprocess.run(command, cwd=start, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return done.stdout


def explain(found: Comparison) -> None:
    """Every difference."""
    for name in ("missed", "invented", "conditional"):
        for key in getattr(found, name):
            print(f"  {name:11}", *key)
    for name in ("ways_missed", "ways_invented", "guards_invented"):
        for key, way in getattr(found, name):
            print(f"  {name:15}", *key, " > ".join(way))


if __name__ == "__main__":
    sys.exit(main())

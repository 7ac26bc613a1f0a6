"""`python -m survivors PROJECT [--postgresql URL] [GROUP…]`: name the protections that no test misses.

With a PostgreSQL it is about the protections that need one, without it about all others.
"""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path

from survivors.protection import groups, load
from survivors.trial import Outcome, Trial, preload

EXPLANATION = {
    Outcome.GREEN: "survived: the test stays green without it",
    Outcome.BROKEN: "broken: no test failed, none could run",
}


def complaints(trial: Trial, group: str) -> Iterator[str]:
    """Yield a line for each protection of the group that no test misses."""
    database = "postgresql" if trial.postgresql else "sqlite"
    protections = [protection for protection in load(group) if protection.database == database]
    if not protections:
        return
    outcome, log = trial.control(protections)
    if outcome is not Outcome.GREEN:
        yield f"{group}: not green before anything was taken out\n{log}"
        return
    for protection in protections:
        try:
            outcome, log = trial.without(protection)
        except LookupError as misplaced:
            yield f"{group}: {misplaced}"
            continue
        print(f"{outcome.name:7}{group} {protection.name}", flush=True)
        if outcome is not Outcome.RED:
            detail = log if outcome is Outcome.BROKEN else ""
            yield f"{group}: {protection.name}: {EXPLANATION[outcome]} ({protection.guard})\n{detail}"


def main() -> None:
    parser = ArgumentParser(prog="survivors", description="Name the protections that no test misses.")
    parser.add_argument("project", type=Path)
    parser.add_argument("group", nargs="*", default=groups())
    parser.add_argument("--postgresql", metavar="URL", help="postgresql+asyncpg://…, an empty database")
    arguments = parser.parse_args()
    preload()
    trial = Trial(arguments.project.resolve(), arguments.postgresql)
    found = [complaint for group in arguments.group for complaint in complaints(trial, group)]
    sys.exit("\n".join(found) or None)


if __name__ == "__main__":
    main()

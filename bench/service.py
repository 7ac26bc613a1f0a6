"""What does the generated service cost? CPU per request against bare FastAPI doing the same work.

`python bench/service.py [--project DIR] [-o FILE]` prints the ratios, each the median of five rounds.
The project must be named `shop`; without one, `plumb init` writes it. PostgreSQL is the one in
TEST_DATABASE_URL, else one of its own.
"""

import argparse
import asyncio
import json
import os
import secrets
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
TESTS = HERE.parent / "tests"
sys.path.insert(0, str(TESTS))

import under_wrk  # noqa: E402
from cases import Comparison, cases, compared  # noqa: E402

from servers.database import PostgresServer  # noqa: E402
from servers.postgres import NOTHING_FOUND, cluster, debian_binaries, wheel_binaries  # noqa: E402

VERSIONS = ("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "structlog", "uvicorn")


def main() -> None:
    options = arguments()
    with tempfile.TemporaryDirectory() as name, database_url() as url:
        project = options.project or generated(Path(name))
        environment = prepared(project.resolve(), url)
        found = in_process(options.rounds, environment, Path(name) / "figures.json")
        if shutil.which("wrk"):
            found += over_http(options.rounds, environment)
        else:
            print("wrk is not installed: no measurement over HTTP.", file=sys.stderr)
    print(table(found))
    if options.output:
        options.output.write_text(report(found))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument(
        "--project", type=Path, metavar="DIR", help="a generated project (default: a new one)"
    )
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="default: 5")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the figures as JSON, too")
    return parser.parse_args()


def generated(folder: Path) -> Path:
    plumb = Path(sysconfig.get_path("scripts")) / "plumb"
    subprocess.run([plumb, "init", folder / "shop", "--yes", "--no-sync", "--no-git"], check=True)
    return folder / "shop"


@contextmanager
def database_url() -> Iterator[str]:
    """Yield the URL of an empty database, which is dropped afterwards."""
    with server() as postgres:
        database = asyncio.run(postgres.create())
        try:
            yield database.url
        finally:
            asyncio.run(postgres.drop(database))


@contextmanager
def server() -> Iterator[PostgresServer]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield PostgresServer(url.replace("postgresql+asyncpg://", "postgresql://").rpartition("/")[0])
        return
    binaries = debian_binaries() or wheel_binaries()
    if binaries is None:
        sys.exit(NOTHING_FOUND)
    with cluster(binaries) as own:
        yield own.server


def prepared(project: Path, url: str) -> dict[str, str]:
    """Migrate and fill the database; return the environment of a service in production, and of its caller."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": os.pathsep.join(str(folder) for folder in (project / "src", HERE, TESTS)),
        "SHOP_ENVIRONMENT": "production",
        "SHOP_DATABASE__URL": url,
        "SHOP_AUTH__SECRET_KEY": secrets.token_urlsafe(48),
        "SHOP_AUTH__ACCESS_TOKEN_MINUTES": "600",
    }
    run("-m", "alembic", "upgrade", "head", folder=project, environment=environment)
    seeded = json.loads(run(HERE / "seed.py", folder=HERE, environment=environment))
    return {**environment, "BENCH_TOKEN": seeded["token"], "BENCH_ORDER_ID": seeded["order_id"]}


def run(*command: str | Path, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{command} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def in_process(rounds: int, environment: Mapping[str, str], file: Path) -> list[Comparison]:
    """Measure in a process of its own, whose log lines are rendered and written, to nowhere."""
    command: list[str | Path] = [sys.executable, HERE / "in_process.py", str(rounds), file]
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=True)
    return [Comparison(**fields) for fields in json.loads(file.read_text())]


def over_http(rounds: int, environment: Mapping[str, str]) -> list[Comparison]:
    token = environment["BENCH_TOKEN"]
    return [
        comparison
        for case in cases(environment["BENCH_ORDER_ID"])
        for comparison in compared(case, "wrk", under_wrk.measure(case, token, rounds, environment))
    ]


def table(found: Sequence[Comparison]) -> str:
    lines = [
        "| what | measured | against | service µs | its µs | ratio | rounds | target |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        spread = f"{min(one.ratios):.2f}-{max(one.ratios):.2f}"
        figures = f"{one.service_us:.0f} | {one.baseline_us:.0f} | {one.ratio:.2f} | {spread} | {one.target}"
        lines.append(f"| {one.name} | {one.measured} | {one.baseline} | {figures} |")
    return "\n".join(lines)


def report(found: Sequence[Comparison]) -> str:
    versions = {"python": sys.version.split()[0], **{name: version(name) for name in VERSIONS}}
    return json.dumps({"versions": versions, "comparisons": [asdict(one) for one in found]}, indent=2) + "\n"


if __name__ == "__main__":
    main()

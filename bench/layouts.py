"""Gives whole projects another layout and runs their own tests before and after.

    layouts.py DIR [NAME …] [--out FILE]

DIR holds `<name>/` and `venv-<name>/` for each project of the table below; `shop` is generated. Everything
happens in copies. PostgreSQL and Redis are those of the tests; for projects that want MySQL, TEST_MYSQL_URL
(mysql://user:password@host:port) says where one is. Prints a row a project; FILE gets them as JSON.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import asyncpg

from servers import child
from servers.postgres import cluster, debian_binaries, wheel_binaries
from servers.redis import redis_binary

if TYPE_CHECKING:
    from collections.abc import Iterator

PLUMB = Path(sysconfig.get_path("scripts")) / "plumb"
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|XFAIL|XPASS) (\S+?\.py(?:::.+?)?)(?: - .*)?$", re.MULTILINE)
POSTGRES = "{user}@{host}:{port}/{database}"


@dataclass(frozen=True, slots=True)
class Subject:
    """A project: the layouts it gets one after the other, where its tests run and what they want."""

    layouts: tuple[str, ...] = ("by-feature",)
    root: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    prepare: tuple[str, ...] = ()
    pytest: str = ""
    mysql: bool = False
    allow: tuple[str, ...] = ()
    empty: str = ""
    plan: tuple[tuple[str, str], ...] = ()


SUBJECTS = {
    "fullstack": Subject(
        root="backend",
        environment={
            "POSTGRES_SERVER": "{host}",
            "POSTGRES_PORT": "{port}",
            "POSTGRES_DB": "{database}",
            "POSTGRES_USER": "{user}",
        },
        prepare=("-m alembic upgrade head", "app/initial_data.py"),
    ),
    "rw": Subject(
        environment={
            "DATABASE_URL": "postgresql://" + POSTGRES,
            "SECRET_KEY": "x",
            "APP_ENV": "test",
            "MAX_CONNECTION_COUNT": "5",
            "MIN_CONNECTION_COUNT": "1",
        },
        prepare=("-m alembic upgrade head",),
        pytest="-W ignore --asyncio-mode=auto",
    ),
    "igor": Subject(
        environment={
            "POSTGRES_SERVER": "{host}",
            "POSTGRES_PORT": "{port}",
            "POSTGRES_DB": "{database}",
            "POSTGRES_USER": "{user}",
            "SECRET_KEY": "x",
            "LICENSE": "x",
            "REDIS_CACHE_PORT": "{redis}",
            "REDIS_QUEUE_PORT": "{redis}",
            "REDIS_RATE_LIMIT_PORT": "{redis}",
        },
        prepare=(
            (
                "-c import\tasyncio,src.app.main;from\tsrc.app.core.setup\timport\tcreate_tables;"
                "asyncio.run(create_tables())"
            ),
        ),
        empty="src/.env",
    ),
    "crudasync": Subject(
        root="src", environment={"DATABASE_URL": "postgresql://" + POSTGRES}, allow=("--allow", "connections")
    ),
    "iamabbas": Subject(
        environment={
            "POSTGRES_URL": "postgresql+asyncpg://" + POSTGRES,
            "TEST_POSTGRES_URL": "postgresql+asyncpg://" + POSTGRES,
        }
    ),
    "teamhide": Subject(
        ("by-layer, planned by hand",),
        environment={
            "ENV": "test",
            "WRITER_DB_URL": "{mysql}/{database}",
            "READER_DB_URL": "{mysql}/{database}",
            "REDIS_HOST": "127.0.0.1:{redis}",
        },
        mysql=True,
        plan=tuple(
            (f"app.{slice_}.{layer}", f"app.{layer}.{slice_}")
            for slice_ in ("auth", "user")
            for layer in ("adapter", "application", "domain")
        ),
    ),
    "nano": Subject(pytest="svc/tests"),
    "shop": Subject(("by-layer", "by-feature"), environment={"PYTHONPATH": "src"}),
}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one project."""

    name: str
    layout: str
    seconds: float
    verdict: str
    files: int = 0
    inserted: int = 0
    deleted: int = 0
    tests_before: str = ""
    tests_after: str = ""
    tests_equal: bool = False


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    with servers() as known:
        for name in options.names or SUBJECTS:
            subject = SUBJECTS[name]
            if subject.mysql and "TEST_MYSQL_URL" not in os.environ:
                print(f"{name:10} wants a MySQL; set TEST_MYSQL_URL", file=sys.stderr)
                continue
            with tempfile.TemporaryDirectory(prefix=f"plumb-{name}-") as place:
                for row in measured(options.folder.absolute(), name, subject, known, Path(place)):
                    print(*asdict(row).values(), sep="  ", flush=True)
                    rows.append(row)
    if options.out:
        options.out.write_text(json.dumps([asdict(row) for row in rows], indent=2) + "\n")
    return int(any(row.verdict == "applied" and not row.tests_equal for row in rows))


@contextmanager
def servers() -> Iterator[dict[str, str]]:
    """A PostgreSQL and a Redis that keep nothing; gives what to put into settings."""
    binaries, redis = debian_binaries() or wheel_binaries(), redis_binary()
    assert binaries, "no PostgreSQL"
    assert redis, "no Redis"
    port = child.unused_port()
    with tempfile.TemporaryDirectory() as place, cluster(binaries) as own:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        folder = Path(place)
        process = child.start([redis, *options], folder=folder, working_directory=folder, environment={})
        mysql = os.environ.get("TEST_MYSQL_URL", "").replace("mysql://", "mysql+aiomysql://")
        told = {"host": "127.0.0.1", "port": str(own.port), "user": "postgres", "redis": str(port)}
        try:
            yield {**told, "mysql": mysql}
        finally:
            child.stop(process, signal.SIGTERM)


def measured(folder: Path, name: str, subject: Subject, known: dict[str, str], place: Path) -> Iterator[Row]:
    """The rows of a project: one a layout."""
    whole, python = placed(folder, name, subject, place)
    root = whole / subject.root
    base = tests(subject, python, root, environment(name, subject, known))
    moved: dict[str, str] = {}
    for layout in subject.layouts:
        variables = environment(name, subject, known)
        start = time.monotonic()
        wanted = ["--plan", planned(subject, place)] if subject.plan else ["--layout", layout]
        command = [PLUMB, "structure", root, *wanted, "--apply", "--python", python, *subject.allow]
        done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
        seconds = round(time.monotonic() - start, 1)
        if done.returncode:
            last = (done.stderr or done.stdout).strip().splitlines()[-1]
            yield Row(name, layout, seconds, "refused: " + last, tests_before=counted(base))
            return
        changed = "applied" if " commits" in done.stdout else done.stdout.strip().splitlines()[-1]
        numbers = [0, 0, 0]
        if changed == "applied":
            said = git(whole, "diff", "--shortstat", "HEAD~2")
            numbers = [
                int((re.search(rf"(\d+) {word}", said) or ["", 0])[1]) for word in ("file", "ins", "del")
            ]
            for line in git(whole, "diff", "--name-status", "-M50%", "HEAD~2").splitlines():
                kind, old, *new = line.split("\t")
                if kind.startswith("R"):
                    moved[old.removeprefix(subject.root + "/")] = new[0].removeprefix(subject.root + "/")
        now = tests(subject, python, root, environment(name, subject, known))
        before = {moved_id(test, moved): outcome for test, outcome in base.items()}
        yield Row(name, layout, seconds, changed, *numbers, counted(base), counted(now), before == now)
        for test in sorted(before.items() ^ now.items())[:8]:
            print("   differs:", *test, file=sys.stderr)


def placed(folder: Path, name: str, subject: Subject, place: Path) -> tuple[Path, Path]:
    """A copy of a project under git, and the interpreter of its environment."""
    whole, python = place / name, folder / f"venv-{name}/bin/python"
    if name == "shop":
        subprocess.run(
            [PLUMB, "init", whole, "--yes", "--no-sync", "--no-git"], check=True, capture_output=True
        )
        python = Path(sys.executable)
    else:
        shutil.copytree(
            folder / name, whole, ignore=shutil.ignore_patterns(".git", "node_modules", "frontend")
        )
    if subject.empty:
        (whole / subject.empty).touch()
    git(whole, "init", "--quiet")
    git(whole, "add", "--all", "--force")
    git(whole, "commit", "--quiet", "--message", "base")
    return whole, python


def planned(subject: Subject, place: Path) -> Path:
    """The plan of a project as a file."""
    moves = "".join(f'    {{ module = "{one}", to = "{other}" }},\n' for one, other in subject.plan)
    (place / "plan.toml").write_text(f"moves = [\n{moves}]\n")
    return place / "plan.toml"


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=x", "-c", "user.email=x@example.com", *arguments],
        cwd=folder, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


def environment(name: str, subject: Subject, known: dict[str, str]) -> dict[str, str]:
    """The variables that a project is run with: its own settings, and an empty database."""
    database = f"{name}_{time.monotonic_ns()}_test"
    if subject.mysql:
        create_in_mysql(database, known["mysql"])
    else:
        asyncio.run(create(database, known["port"]))
    given = {
        key: text.format(database=database, bare=database.removesuffix("_test"), **known)
        for key, text in subject.environment.items()
    }
    names = {f"GIT_{role}_{key}": "x" for role in ("AUTHOR", "COMMITTER") for key in ("NAME", "EMAIL")}
    fixed = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    return {**os.environ, **names, **fixed, **given}


def create_in_mysql(database: str, url: str) -> None:
    """Make an empty database with the client on the machine."""
    user, _, host = url.partition("//")[2].partition("@")
    login, _, password = user.partition(":")
    server, _, port = host.partition(":")
    words = ["-h", server, "-P", port, f"-u{login}", f"-p{password}", "-e", f"create database {database}"]
    subprocess.run(["mysql", *words], check=True)


async def create(database: str, port: str) -> None:
    """Make an empty database."""
    connection = await asyncpg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres")
    await connection.execute(f'CREATE DATABASE "{database}"')
    await connection.close()


def tests(subject: Subject, python: Path, root: Path, variables: dict[str, str]) -> dict[str, str]:
    """The outcome of every test of a project, by node id."""
    for words in subject.prepare:
        command = [python, *(word.replace("\t", " ") for word in words.split(" "))]
        done = subprocess.run(
            command,
            cwd=root,
            env={"PYTHONPATH": ".", **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stderr[-1500:], file=sys.stderr)
    options = ["-q", "-rA", "--tb=no", "-p", "no:cacheprovider", "-o", "addopts="]
    command = [python, "-m", "pytest", *options, *subject.pytest.split()]
    done = subprocess.run(command, cwd=root, env=variables, capture_output=True, text=True, check=False)
    found = {name: told for told, name in OUTCOME.findall(done.stdout)}
    if not found:
        print(done.stdout[-1500:], done.stderr[-500:], file=sys.stderr)
    return found


def moved_id(test: str, moved: dict[str, str]) -> str:
    """The name of a test after its file has moved, and moved again."""
    path, _, inside = test.partition("::")
    while path in moved and moved[path] != path:
        path = moved[path]
    return f"{path}::{inside}" if inside else path


def counted(outcomes: dict[str, str]) -> str:
    """How many tests came to what."""
    found = collections.Counter(outcomes.values())
    return ", ".join(f"{count} {told.lower()}" for told, count in sorted(found.items())) or "none"


if __name__ == "__main__":
    sys.exit(main())

"""What the code of a guide finds when it runs: a folder, an interpreter with the libraries, and servers."""

import json
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis import Redis

from guides.pages import Block, Section
from servers.beside import environment_beside

RETIRED = re.compile(r'from (?:jose|passlib)|import aiofiles|uvicorn_worker|requires\("arq"\)')
RUNNER = Path(__file__).with_name("runner.py")


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that runs scripts, one after the other."""

    process: subprocess.Popen[str]

    def run(self, block: Block, section: Section, folder: Path, environment: dict[str, str]) -> None:
        """Run a block in the project; what it raises is raised here, with the line in the guide."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        request = {
            "source": "\n" * block.line + block.text,
            "file": f"{section.guide.name}.md",
            "folder": str(folder),
            "environment": environment,
        }
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        trace = json.loads(self.process.stdout.readline())["trace"]
        assert not trace, f"{trace}\n{(folder / '.output').read_text()}"


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """An interpreter that has the libraries of the guides in memory."""
    process = subprocess.Popen(
        [sys.executable, str(RUNNER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield Runner(process)
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


@pytest.fixture
async def environment(section: Section, request: pytest.FixtureRequest) -> AsyncIterator[dict[str, str]]:
    """The addresses that a section names, and how to find programs."""
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    variables = {"PATH": path, "PYTHONPATH": ".", "LC_ALL": "C.UTF-8"}
    if "REDIS_URL" in section.all_text:
        variables["REDIS_URL"] = request.getfixturevalue("redis_url")
        with Redis.from_url(variables["REDIS_URL"]) as redis:
            redis.flushdb()
    if "MONGODB_URL" in section.all_text:
        variables["MONGODB_URL"] = request.getfixturevalue("mongodb_url")
    if RETIRED.search(section.text):
        home = environment_beside("retired")
        if home is None:
            pytest.skip("no retired libraries: let pip install requirements/retired.txt")
        variables["RETIRED"] = str(next(home.glob("lib/python*/site-packages")))
    if "DATABASE_URL" not in section.all_text:
        yield variables
        return
    server = request.getfixturevalue("postgres")
    database = await server.create()
    yield {**variables, "DATABASE_URL": database.url}
    await server.drop(database)

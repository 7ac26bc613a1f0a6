"""The steps of the generated workflow pass as they are written."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from servers.database import PostgresServer

SCRIPTS = Path(sysconfig.get_path("scripts"))


@dataclass(frozen=True, slots=True)
class Step:
    """A `run:` of a workflow, where it runs and what it finds in its environment."""

    script: str
    folder: str
    environment: Mapping[str, str]


def steps(workflow: Mapping[str, Any]) -> Iterator[Step]:
    for job in workflow["jobs"].values():
        for step in job["steps"]:
            if "run" in step:
                environment = {**job.get("env", {}), **step.get("env", {})}
                yield Step(step["run"], step.get("working-directory", "."), environment)


@pytest.mark.parametrize("flags", ["", "--database postgres", "--preset minimal --with ci"])
async def test_every_step_passes(tmp_path: Path, postgres: PostgresServer, flags: str) -> None:
    project = tmp_path / "shop"
    plumb = [str(SCRIPTS / "plumb"), "init", str(project), "--yes", "--no-sync", "--no-git"]
    subprocess.run([*plumb, *flags.split()], check=True, capture_output=True)
    workflow = yaml.safe_load((project / ".github/workflows/ci.yml").read_text())
    # What `actions/checkout` does for the job that compares with the target branch.
    shutil.copytree(project, project / "base", ignore=shutil.ignore_patterns("base"))

    for step in steps(workflow):
        database = await postgres.create()
        environment = {**step.environment, "POSTGRES_URL": database.url}
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step.script],
            cwd=project / step.folder,
            env=on_a_runner(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{step.script}\n{done.stdout}{done.stderr}"
        await postgres.drop(database)


def on_a_runner(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a fresh runner: ours, with uv on the path and no virtual environment active."""
    leaked = ("PYTEST_", "COV_", "VIRTUAL_ENV", "PYTHONPATH", "TEST_DATABASE_URL")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(leaked)}
    return {**ours, "PATH": f"{SCRIPTS}{os.pathsep}{ours['PATH']}", **environment}

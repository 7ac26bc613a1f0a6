"""The same session with a client that shares no code with the server: the inspector of npm, in CLI mode."""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from agents.conftest import PLUMB
from agents.session import Json, play

# The last one that runs on Node 20.
PACKAGE = "@modelcontextprotocol/inspector@1.0.3"
FOLDER = Path(sys.prefix) / "inspector"
# Without a registry npm waits for half an hour and more.
PATIENCE_SECONDS = 300
COMMAND = FOLDER / "node_modules/@modelcontextprotocol/inspector/cli/build/cli.js"


@pytest.fixture(scope="session")
def inspector() -> Path:
    """The program of the inspector, installed beside the packages of the tests."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("no node with npm, which runs the MCP inspector: apt install nodejs npm")
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not COMMAND.is_file():
            install()
    return COMMAND


def install() -> None:
    flags = ["--no-audit", "--no-fund", "--no-package-lock", "--omit=optional", "--engine-strict=false"]
    command = ["npm", "install", "--silent", *flags, "--prefix", str(FOLDER), PACKAGE]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        pytest.skip(f"npm did not install {PACKAGE} in {PATIENCE_SECONDS} s; is the registry in reach?")
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        pytest.skip(f"npm cannot install {PACKAGE}; is the registry in reach? {said[-300:]}")


async def test_the_session_goes_as_it_was_recorded(
    inspector: Path, project: Path, agent_environment: dict[str, str]
) -> None:
    async def ask(method: str, name: str, arguments: dict[str, Json]) -> Json:
        tool = ["--tool-name", name] if name else []
        given = [
            f"{key}={value if isinstance(value, str) else json.dumps(value)}"
            for key, value in arguments.items()
        ]
        pairs = [part for argument in given for part in ("--tool-arg", argument)]
        process = await asyncio.create_subprocess_exec(
            "node",
            *map(str, [inspector, "--cli", PLUMB, "mcp", "--method", method, *tool, *pairs]),
            cwd=project,
            env={**os.environ, **agent_environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        answer = json.loads(out)
        if not name:
            return answer
        assert not answer.get("isError"), answer
        assert json.loads(answer["content"][0]["text"]) == answer["structuredContent"]
        return answer["structuredContent"]

    await play(ask, project)

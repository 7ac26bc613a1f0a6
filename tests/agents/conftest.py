"""`plumb mcp` as an agent starts it: a process of its own, spoken to over its standard streams."""

import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from mcp import Client, StdioServerParameters
from mcp.client.context import ClientRequestContext
from mcp_types import ListRootsResult, Root
from pydantic import FileUrl

from agents.session import write_project
from cli.conftest import plumb

__all__ = ["connect", "plumb"]

PLUMB = Path(sys.executable).with_name("plumb")
Connect = Callable[..., AbstractAsyncContextManager[Client]]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with one flaw that can be mended."""
    return write_project(tmp_path / "project")


@pytest.fixture
def agent_environment(tmp_path: Path) -> dict[str, str]:
    """What the server finds in its environment: caches of its own."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def connect(project: Path, agent_environment: dict[str, str]) -> Connect:
    """Start a server in a folder and connect to it, as a client with these roots, or with none to give."""

    @asynccontextmanager
    async def connect(
        *roots: Path, cwd: Path = project, mode: Literal["legacy", "auto"] = "legacy", rootless: bool = False
    ) -> AsyncIterator[Client]:
        async def list_roots(context: ClientRequestContext) -> ListRootsResult:  # noqa: ARG001
            return ListRootsResult(roots=[Root(uri=FileUrl(root.as_uri())) for root in roots])

        server = StdioServerParameters(command=str(PLUMB), args=["mcp"], env=agent_environment, cwd=cwd)
        callback = None if rootless else list_roots
        async with Client(server, mode=mode, list_roots_callback=callback) as client:
            yield client

    return connect

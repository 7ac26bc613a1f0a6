"""The wheel alone: built once, installed into a fresh environment, used where no checkout is near."""

import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from mcp import Client, StdioServerParameters

from plumbrule import __version__
from plumbrule.guides import guides
from plumbrule.report.skills import skills

ROOT = Path(__file__).parents[2]
PYTHON = Path(sys.executable)
LEAKING = ("PYTEST_", "COV_", "VIRTUAL_ENV", "PYTHONPATH", "UV_")


def run(*command: str | Path, cwd: Path, **more: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEAKING)}
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env={**kept, **more}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy of what git would have: nothing generated lies around."""
    source = tmp_path_factory.mktemp("source")
    for name in ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "src", source / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    run(PYTHON, "-m", "hatchling", "build", "-t", "wheel", "-d", source / "dist", cwd=source)
    [wheel] = (source / "dist").glob("*.whl")
    return wheel


@pytest.fixture(scope="module")
def plumb(wheel: Path) -> Iterator[Path]:
    """The command, in an environment that holds the wheel and what it asks for."""
    with tempfile.TemporaryDirectory(prefix="plumb-wheel-") as folder:
        environment = Path(folder) / "environment"
        uv = PYTHON.with_name("uv")
        run(uv, "venv", "--quiet", "--python", sys.executable, environment, cwd=wheel.parent)
        pins = ("--constraint", str(ROOT / "requirements/development.txt"))
        python = environment / "bin/python"
        run(uv, "pip", "install", "--quiet", "--python", python, *pins, f"{wheel}[mcp]", cwd=wheel.parent)
        yield environment / "bin/plumb"


def test_the_wheel_holds_every_file_of_every_skill(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        prefix = "plumbrule/.agents/skills/"
        held = {
            name.removeprefix(prefix): archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith(prefix)
        }
    assert held == skills()


def test_every_command_works_in_an_empty_folder(plumb: Path, tmp_path: Path) -> None:
    own = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    here = tmp_path / "empty"
    here.mkdir()
    assert run(plumb, "--version", cwd=here, **own) == f"plumb {__version__}\n"
    assert run(plumb, "guide", "security-owasp", cwd=here, **own) == guides()["security-owasp"].text
    assert "commit-after-response" in run(plumb, "explain", "commit-after-response", cwd=here, **own)
    run(plumb, "agents", "install", cwd=here, **own)
    installed = here / ".agents/skills"
    for path, text in skills().items():
        assert (installed / path).read_text() == text
    run(plumb, "init", "shop", "--yes", "--no-sync", "--no-git", cwd=here, **own)
    assert run(plumb, "audit", "shop", cwd=here, **own).startswith("No findings")


async def test_an_agent_can_shake_hands_with_it(plumb: Path, tmp_path: Path) -> None:
    environment = {"PATH": os.defpath, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    server = StdioServerParameters(command=str(plumb), args=["mcp"], env=environment, cwd=tmp_path)
    async with Client(server, mode="legacy") as client:
        assert client.session.server_info is not None
        assert client.session.server_info.version == __version__
        assert "plumb_plan" in {tool.name for tool in (await client.list_tools()).tools}
        planned = await client.call_tool("plumb_plan", {"kind": "init", "path": "shop"})
        assert planned.structured_content["plan"]


def test_without_the_extra_mcp_says_how_to_get_it(plumb: Path, tmp_path: Path) -> None:
    program = "import sys; sys.modules['mcp'] = None; from plumbrule.cli import main; main()"
    done = subprocess.run(
        [plumb.with_name("python"), "-c", program, "mcp"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "plumb: plumb mcp needs its extra: uv tool install 'plumbrule[mcp]'\n"

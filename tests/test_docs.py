"""What the documents tell a reader to type works, in the order in which they tell it."""

import os
import re
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPTS = sysconfig.get_path("scripts")
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def commands(document: str) -> list[str]:
    """The lines after `$ ` in a document's console blocks."""
    blocks = CONSOLE.findall((ROOT / document).read_text())
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_the_tutorial_works_from_beginning_to_end(tmp_path: Path) -> None:
    leaked = ("PYTEST_", "COV_", "VIRTUAL_ENV", "PYTHONPATH", "TEST_DATABASE_URL")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(leaked)}
    done = subprocess.run(
        ["bash", "-e", "-x", "-c", "\n".join(commands("docs/tutorial.md"))],
        cwd=tmp_path,
        env={**ours, "PATH": f"{SCRIPTS}{os.pathsep}{ours['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_readme_names_only_commands_that_exist() -> None:
    # The two targets are run by CI; `uvx plumbrule` is `plumb`, installed on the fly.
    installed = {"plumb init shop --yes", "plumb audit", "plumb structure"}
    known = {"make demo", "make test", "uvx plumbrule init shop --serve", *installed}
    assert set(commands("README.md")) <= known


def test_the_options_that_the_readme_shows_are_accepted(tmp_path: Path) -> None:
    shown = re.findall(r"^\| `plumb (init [^`]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert len(shown) >= 5
    for number, arguments in enumerate(shown):
        folder = tmp_path / str(number)
        folder.mkdir()
        command = ["plumb", *arguments.split(), "--yes", "--no-sync", "--no-git"]
        environment = {**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr

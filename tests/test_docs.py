"""What the documents tell a reader to type works, in the order in which they tell it."""

import os
import re
import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPTS = sysconfig.get_path("scripts")
CONSOLE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def text(document: str) -> str:
    """What a document says."""
    return (ROOT / document).read_text()


def commands(document: str) -> list[str]:
    """The lines after `$ ` in a document's console blocks."""
    blocks = CONSOLE.findall(text(document))
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


def test_the_small_restructure_works_from_beginning_to_end(tmp_path: Path) -> None:
    (source,) = re.findall(
        r'^```python title="main.py"\n(.*?)^```', text("docs/restructuring.md"), re.DOTALL | re.MULTILINE
    )
    (tmp_path / "main.py").write_text(source)
    identity = {f"GIT_{who}_{what}": "a@b.c" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = {**os.environ, **identity, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"}
    for command in commands("docs/restructuring.md"):
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        # What would move, or differ, is 1; a command that is no longer understood is 2.
        expected = 1 if "--layout" in command and "--apply" not in command else 0
        assert done.returncode == expected, done.stdout + done.stderr
    assert [path.name for path in tmp_path.glob("*.py")] == ["main.py"]
    assert (tmp_path / "main.py").read_text() == source

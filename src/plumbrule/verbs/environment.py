"""What a written project still needs: a repository, and an environment with its packages."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from plumbrule.plan import read_text

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Failure:
    """A command that did not succeed, and the end of what it said."""

    command: Command
    output: str

    @property
    def tool(self) -> str:
        """The name of the program, as a user knows it."""
        return self.command[2] if self.command[1:2] == ("-m",) else Path(self.command[0]).stem

    @property
    def reason(self) -> str:
        """The last line of the output, where tools say what went wrong."""
        return self.output.rpartition("\n")[2].strip()


def find_uv() -> str | None:
    """The uv that started us, one on the PATH, or the one beside our interpreter."""
    beside = Path(sys.executable).parent
    return shutil.which(os.environ.get("UV", "uv")) or shutil.which("uv", path=str(beside))


def interpreter(root: Path) -> Path:
    """The Python of the project's environment."""
    folder = "Scripts" if sys.platform == "win32" else "bin"
    return root.resolve() / ".venv" / folder / "python"


def install(root: Path) -> Failure | None:
    """Make the environment of the project and install its packages: by uv where there is one, else by pip."""
    uv = find_uv()
    if uv:
        return run((uv, "sync"), root)
    failure = run((sys.executable, "-m", "venv", ".venv"), root)
    if failure:
        return failure
    # The pip of a new environment may be older than 25.1, which was the first to know dependency groups.
    packages = ("--editable", ".", *_development(root))
    pip = (str(interpreter(root)), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    return run((*pip, *packages), root)


def initialise_repository(root: Path) -> str | None:
    """Make `root` a git repository without a commit, on the branch that its CI runs on.

    Gives the reason if that is not to be done.
    """
    git = shutil.which("git")
    if git is None:
        return "git is not installed"
    if (root / ".git").exists():
        return "there is one already"
    if run((git, "rev-parse", "--is-inside-work-tree"), root) is None:
        return "the folder is inside a repository"
    failure = run((git, "-c", "init.defaultBranch=main", "init", "--quiet"), root)
    return failure.output if failure else None


def remove_leftovers(root: Path, *, repository: bool) -> None:
    """Remove what an interrupted `install` or `initialise_repository` has left behind."""
    for name in (".venv", *((".git",) if repository else ())):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "uv.lock").unlink(missing_ok=True)


def remove_if_empty(folder: Path) -> None:
    """Remove `folder` unless somebody has put something into it."""
    with contextlib.suppress(OSError):
        folder.rmdir()


def run(command: Command, root: Path) -> Failure | None:
    """Run `command` in `root`, quietly; no process of it outlives an interrupt."""
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    try:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
    except OSError as error:
        return Failure(command, str(error))
    with process:
        try:
            output, _ = process.communicate()
        except BaseException:
            _stop(process)
            raise
    return Failure(command, output.strip()) if process.returncode else None


def migrate(root: Path) -> Failure | None:
    """Bring the database of the project up to date."""
    return run((str(interpreter(root)), "-m", "alembic", "upgrade", "head"), root)


def serve(root: Path, package: str) -> None:
    """Become the server of the project: this process is replaced, so that signals reach it as they are."""
    python = str(interpreter(root))
    os.chdir(root)
    os.execv(python, [python, "-m", package])  # noqa: S606  no shell is wanted


def _development(root: Path) -> tuple[str, ...]:
    groups = tomllib.loads(read_text(root / "pyproject.toml")).get("dependency-groups", {})
    return tuple(groups.get("dev", ()))


def _stop(process: subprocess.Popen[str]) -> None:
    """End the process and all that it has started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()

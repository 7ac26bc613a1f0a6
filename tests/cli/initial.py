"""What tests of `plumb init` share."""

from pathlib import Path

from cli.conftest import Done

OFFLINE = ("--yes", "--no-sync")


def tree(root: Path) -> dict[str, bytes]:
    """The files of a project, its repository left out."""
    found = (path for path in root.rglob("*") if path.is_file())
    everything = {str(path.relative_to(root)): path.read_bytes() for path in found}
    return {path: content for path, content in everything.items() if not path.startswith(".git/")}


def listed(output: str) -> str:
    """The part of the output that shows the files."""
    return output.partition("\n\n")[2].partition("\n\n")[0]


def refused(done: Done, code: int = 2) -> str:
    """The one line in which `plumb` says that it will not."""
    assert done.returncode == code, done
    assert done.stdout == ""
    progress, _, line = done.stderr.rstrip("\n").rpartition("\n")
    assert progress in {"", "writing the files"}
    assert line.startswith("plumb: ")
    return line.removeprefix("plumb: ")

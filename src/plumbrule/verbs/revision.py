"""What the audit finds in an older revision of the project, read from git without touching the work tree."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.model.reading import read_project
from plumbrule.model.tree import LARGEST
from plumbrule.plan import Refusal
from plumbrule.verbs.audit import audit_project
from plumbrule.verbs.selection import chosen_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.config import Config

REGULAR = ("100644", "100755")
SUBMODULE = "160000"


def fingerprints(config: Config, reference: str) -> dict[str, str]:
    """The fingerprints of the findings where this branch left `reference`, each with its file."""
    root = config.root
    commit = start_of(root, reference)
    with tempfile.TemporaryDirectory(prefix="plumb-since-") as folder:
        extract(root, commit, Path(folder))
        outcome = audit_project(read_project(Path(folder)), chosen_rules(config))
    return {item.fingerprint: item.finding.at.path for item in outcome.findings}


def start_of(root: Path, reference: str) -> str:
    """The commit to compare with: the last one that HEAD and the reference share."""
    try:
        commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    except subprocess.CalledProcessError as error:
        inside = (error.stderr or b"").decode(errors="replace").strip()
        if "not a git repository" in inside:
            reason = "it is not in a git repository"
        elif git(root, "rev-parse", "--is-shallow-repository").strip() == "true":
            reason = "this clone is shallow and does not reach it; git fetch --unshallow"
        else:
            reason = "git knows no such revision"
        raise Refusal(f"--since {reference}: {reason} ({root})") from error
    except FileNotFoundError as error:
        raise Refusal(f"--since {reference}: git is not installed") from error
    try:
        return git(root, "merge-base", "HEAD", commit.strip()).strip()
    except subprocess.CalledProcessError:
        return commit.strip()


def extract(root: Path, commit: str, folder: Path) -> None:
    """Write the files below `root` as they were in a commit."""
    wanted = []
    for entry in git(root, "ls-tree", "-r", "-l", "-z", commit).split("\0"):
        description, _, path = entry.partition("\t")
        if path:
            mode, _, name, size = description.split()
            if mode == SUBMODULE and (root / path / ".git").exists() and has(root / path, name):
                extract(root / path, name, folder / path)
            elif mode in REGULAR and int(size) <= LARGEST and ".." not in Path(path).parts:
                wanted.append((name, path))
    contents = blobs(root, [name for name, _ in wanted])
    for (_, path), content in zip(wanted, contents, strict=True):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def has(root: Path, commit: str) -> bool:
    """Whether a submodule was fetched as far as a commit."""
    done = subprocess.run(["git", "cat-file", "-e", commit], cwd=root, capture_output=True, check=False)
    return done.returncode == 0


def blobs(root: Path, names: list[str]) -> Iterable[bytes]:
    """The contents of some objects, in their order."""
    question = "".join(f"{name}\n" for name in names).encode()
    done = subprocess.run(
        ["git", "cat-file", "--batch"], cwd=root, input=question, capture_output=True, check=True
    )
    at = 0
    for _ in names:
        end = done.stdout.index(b"\n", at)
        size = int(done.stdout[at:end].split()[2])
        yield done.stdout[end + 1 : end + 1 + size]
        at = end + 2 + size


def git(root: Path, *arguments: str) -> str:
    """What a git command prints."""
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "surrogateescape")

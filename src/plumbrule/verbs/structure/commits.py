"""Two commits for a restructure: files that only move, then what is edited, so that history follows."""

from __future__ import annotations

import contextlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.model.tree import SKIPPED
from plumbrule.plan import Create, Delete, Edit, Move, Refusal
from plumbrule.plan.guard import uninterrupted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.plan import Operation, Plan

NOBODYS = (
    *sorted(SKIPPED),
    *(
        "*.py[cod]",
        "*.egg-info",
        ".env",
        ".coverage*",
        "htmlcov",
        ".hypothesis",
        ".idea",
        ".vscode",
        ".DS_Store",
    ),
)
"""what no one commits, whether or not a .gitignore says so"""
TRAILER = "Plumb-Structure"
MOVED = "Move files to their places in the layout {layout}"
EDITED = "Follow the moves: imports, names in strings, paths"


def refuse_dirty(repository: Path, plan: Path | None = None) -> None:
    """Refuse a repository in which something is not committed, but for the plan's own file.

    What no one commits stands in no one's way.
    """
    edited = [
        line[3:] for line in run(repository, "status", "--porcelain", "--untracked-files=no").splitlines()
    ]
    left_out = ("--exclude-standard", *(f"--exclude={pattern}" for pattern in NOBODYS))
    new = run(
        repository, "ls-files", "--others", "--directory", "--no-empty-directory", *left_out
    ).splitlines()
    new = [name for name in new if not (repository / name / "pyvenv.cfg").exists()]
    names = [
        *edited,
        *(name for name in new if plan is None or (repository / name).resolve() != plan.resolve()),
    ]
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise Refusal(f"{names[0]}{more} not committed; commit first, or say --allow-dirty")


def refuse_edited(repository: Path) -> None:
    """Refuse a repository whose files are not those of its commit, whatever is staged."""
    with own_index(repository, "HEAD") as index:
        names = run(repository, "diff", "--name-only", variables=index).splitlines()
    if names:
        raise Refusal(f"{names[0]} has changed since; commit or discard that first")


@contextlib.contextmanager
def own_index(repository: Path, commit: str) -> Iterator[dict[str, str]]:
    """An index beside that of the user, which holds what a commit holds."""
    with tempfile.TemporaryDirectory(prefix="plumb-index-") as folder:
        index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        run(repository, "read-tree", commit, variables=index)
        yield index


def head(repository: Path) -> str | None:
    """The commit that is checked out."""
    try:
        return run(repository, "rev-parse", "--verify", "--quiet", "HEAD").strip() or None
    except Refusal:
        return None


def prepare(plan: Plan, layout: str) -> str:
    """Write both commits without touching any file or branch; gives the second.

    What the base does not know, such as a file of settings that is ignored, is changed and not committed.
    """
    base = head(plan.root)
    if base is None:
        raise Refusal("the repository has no commit yet; commit first, or say --no-commit")
    known = modes(plan.root, base)
    operations = [
        o for o in (step.operation for step in plan.steps) if isinstance(o, Create) or o.path in known
    ]
    with own_index(plan.root, base) as index:
        moves = [operation for operation in operations if isinstance(operation, Move)]
        known |= {move.to: known[move.path] for move in moves}
        stage(plan.root, [(m.path, None) for m in moves], index)
        stage(plan.root, [(m.to, m.before) for m in moves], index, known)
        moved = commit(plan.root, base, MOVED.format(layout=layout), index) if moves else base
        stage(plan.root, list(contents(operations)), index, known)
        return commit(plan.root, moved, f"{EDITED}\n\n{TRAILER}: {base}", index)


def contents(operations: Iterable[Operation]) -> Iterable[tuple[str, str | None]]:
    """What each path holds in the end; None is nothing."""
    for operation in operations:
        match operation:
            case Create(path, text) | Edit(path, _, text) | Move(_, path, _, text):
                yield path, text
            case Delete(path, _):
                yield path, None


def modes(repository: Path, base: str) -> dict[str, str]:
    """The permissions of the files of a commit."""
    listed = run(repository, "ls-tree", "-r", "-z", base).split("\0")
    return {path: entry.split()[0] for entry, _, path in (line.partition("\t") for line in listed) if path}


def stage(
    repository: Path,
    files: Iterable[tuple[str, str | None]],
    index: dict[str, str],
    known: dict[str, str] | None = None,
) -> None:
    """Put contents into an index."""
    entries = []
    for path, text in files:
        if text is None:
            entries.append(f"0 {'0' * 40}\t{path}\0")
            continue
        blob = run(repository, "hash-object", "-w", "--stdin", f"--path={path}", given=text, variables=index)
        entries.append(f"{(known or {}).get(path, '100644')} {blob.strip()}\t{path}\0")
    if entries:
        run(repository, "update-index", "-z", "--index-info", given="".join(entries), variables=index)


def commit(repository: Path, parent: str, message: str, index: dict[str, str]) -> str:
    """A commit of an index, on no branch."""
    tree = run(repository, "write-tree", variables=index).strip()
    return run(repository, "commit-tree", tree, "-p", parent, "-m", message, variables=index).strip()


def advance(repository: Path, new: str, old: str) -> None:
    """Let the branch point to a commit whose files are there already."""
    with uninterrupted():
        run(repository, "update-ref", "-m", "plumb structure", "HEAD", new, old)
        run(repository, "reset", "--quiet")


def base_of(repository: Path) -> str | None:
    """The commit before the restructure, if that is the last thing on the branch."""
    if head(repository) is None:
        return None
    message = run(repository, "log", "-1", "--format=%B")
    return next((li.partition(": ")[2] for li in message.splitlines() if li.startswith(f"{TRAILER}: ")), None)


def run(repository: Path, *arguments: str, given: str = "", variables: dict[str, str] | None = None) -> str:
    """What a git command prints; its failure is a refusal."""
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=repository,
            env={**os.environ, **(variables or {})},
            input=given.encode("utf-8", "surrogateescape"),
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise Refusal("git is not installed") from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["no reason given"]
        raise Refusal(f"git {arguments[0]}: {said[0]}; nothing was changed (--no-commit leaves git alone)")
    return done.stdout.decode("utf-8", "surrogateescape")

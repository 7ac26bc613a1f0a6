"""How a plan becomes true: all of it or nothing, whenever the process dies.

A folder that is new is written beside its place and renamed into it. In a folder that exists,
`.plumb/journal` holds the old and the new content of every file before the first one is touched. One rename
declares the journal done, and it becomes an entry of `.plumb/history`; until then `recover` brings the old
content back.
"""

import contextlib
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from plumbrule.plan.changes import (
    STATE,
    Change,
    Changes,
    changes_of,
    digest,
    read_file,
    read_text,
    write_file,
    write_text,
)
from plumbrule.plan.guard import locked, uninterrupted
from plumbrule.plan.steps import Create, Edit, Plan, Refusal

HISTORY_LIMIT = 20


def check(plan: Plan) -> None:
    """Refuse the plan if a file is not as it was when the plan was made, or lies outside the root."""
    with _refusing(plan.root):
        changes_of(plan)


def apply(plan: Plan, *, undoable: bool = True) -> None:
    """Carry the plan out, all of it or nothing; an `undoable` one can be taken back by `undo`."""
    with _refusing(plan.root):
        _recover_first(plan.root)
        changes = changes_of(plan)
        if not plan.root.exists():
            _create_root(plan.root, changes)
        elif changes:
            _transact(plan.root, changes, {"keep": undoable})


def undo(root: Path) -> tuple[str, ...]:
    """Take back the last plan that was applied to `root`; gives the paths that changed."""
    with _refusing(root):
        _recover_first(root)
        entries = _history(root)
        if not entries:
            raise Refusal(f"nothing to undo in {root}")
        entry = entries[-1]
        changes: dict[str, Change] = {}
        for path, record in _records(entry).items():
            now = read_file(root, path)
            if digest(now) != record["after"]:
                state = "is gone" if now is None else "has changed since"
                raise Refusal(f"{path} {state}; what was there before is in {entry / 'before'}")
            changes[path] = Change(now, read_file(entry / "before", path))
        _transact(root, changes, {"keep": False, "undoes": entry.name})
        return tuple(changes)


def revoke(plan: Plan) -> None:
    """Take back what a plan has made or edited, unless it was changed since, and the folders left empty."""
    with uninterrupted():
        for step in plan.steps:
            path = plan.root / step.operation.path
            with contextlib.suppress(OSError):
                match step.operation:
                    case Create(_, text) if read_text(path) == text:
                        path.unlink()
                        _prune(path.parent, plan.root)
                    case Edit(_, before, after) if read_text(path) == after:
                        write_text(path, before)


def recover(root: Path) -> bool:
    """Bring `root` back to what it was before a run that was killed; tells whether that was needed."""
    state = root / STATE
    names = {path.name for path in state.iterdir()} if state.is_dir() else set()
    if not state.is_dir() or (names == {".gitignore", "history"} and _history(root)):
        return False
    with locked(state), uninterrupted():
        if "done" in names:
            _settle(root)
        if "journal" in names:
            _roll_back(root)
        _discard(state / "draft", root)
    return "journal" in names


def _recover_first(root: Path) -> None:
    if recover(root):
        raise Refusal(f"a run that was killed has been taken back in {root}; run again")


def _create_root(root: Path, changes: Changes) -> None:
    """Write a new folder beside its place and rename it: whoever looks sees all of it or nothing."""
    made = _missing(root.parent)
    stage = root.parent / f".{root.name}.plumb"
    try:
        for folder in made:
            folder.mkdir()
        _make_own(stage)
        with locked(stage):
            _fill(stage, root, changes)
    except BaseException:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def _fill(stage: Path, root: Path, changes: Changes) -> None:
    try:
        for leftover in stage.iterdir():
            shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
        for path, change in changes.items():
            write_file(stage / path, change.after)
        with uninterrupted():
            stage.replace(root)
    except BaseException:
        with uninterrupted():
            shutil.rmtree(stage, ignore_errors=True)
        raise


def _transact(root: Path, changes: Changes, terms: Mapping[str, bool | str]) -> None:
    """Change files in a folder that exists, under a journal."""
    state = root / STATE
    _make_own(state)
    with locked(state):
        try:
            write_text(state / ".gitignore", "*\n")
            _write_journal(root, changes, terms)
            _swap(root, state / "journal", changes)
            with uninterrupted():
                (state / "journal").rename(state / "done")
                with contextlib.suppress(OSError):  # it is done; the next run can tidy up
                    _settle(root)
        except BaseException:
            with uninterrupted():
                if (state / "journal").exists():
                    _roll_back(root)
                _discard(state / "draft", root)
            raise


def _make_own(folder: Path) -> None:
    """Make a folder of ours, or take over the one that a killed run has left."""
    if folder.is_symlink():
        raise Refusal(f"{folder} is a symbolic link; plumb does not write through it")
    folder.mkdir(exist_ok=True)


def _write_journal(root: Path, changes: Changes, terms: Mapping[str, bool | str]) -> None:
    draft = root / STATE / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir()
    for path, change in changes.items():
        write_file(draft / "before" / path, change.before)
        write_file(draft / "after" / path, change.after)
    files = {path: {"before": digest(c.before), "after": digest(c.after)} for path, c in changes.items()}
    folders = sorted({str(f.relative_to(root)) for p in changes for f in _missing((root / p).parent)})
    write_text(draft / "journal.json", json.dumps({**terms, "folders": folders, "files": files}, indent=1))
    draft.rename(root / STATE / "journal")


def _swap(root: Path, journal: Path, changes: Changes) -> None:
    # What goes away goes first: a module may become a package of the same name.
    for path, change in changes.items():
        if change.after is None:
            (root / path).unlink()
            _prune((root / path).parent, root)
    for path, change in changes.items():
        if change.after is not None:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (journal / "after" / path).replace(root / path)


def _roll_back(root: Path) -> None:
    """Bring the old content back by renames alone, which a full disk allows; again and again if need be."""
    journal = root / STATE / "journal"
    records = _records(journal)
    for path, record in records.items():
        if digest(read_file(root, path)) not in {record["before"], record["after"], None}:
            raise Refusal(
                f"{root / path} was changed after an interrupted run; what it was is in {journal}/before"
            )
    for path, record in records.items():
        if record["before"] is None:
            (root / path).unlink(missing_ok=True)
    for folder in reversed(_read_journal(journal)["folders"]):
        with contextlib.suppress(OSError):
            (root / folder).rmdir()
    for path in records:
        kept = journal / "before" / path
        if kept.exists():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            kept.replace(root / path)
    _discard(journal, root)


def _settle(root: Path) -> None:
    """Turn a transaction that is done into an entry of the history, or forget it."""
    done = root / STATE / "done"
    journal = _read_journal(done)
    if "undoes" in journal:
        shutil.rmtree(root / STATE / "history" / journal["undoes"], ignore_errors=True)
    if not journal["keep"]:
        _discard(done, root)
        return
    entries = _history(root)
    shutil.rmtree(done / "after", ignore_errors=True)
    for entry in entries[: max(0, len(entries) + 1 - HISTORY_LIMIT)]:
        shutil.rmtree(entry)
    number = int(entries[-1].name) + 1 if entries else 1
    (root / STATE / "history").mkdir(exist_ok=True)
    done.rename(root / STATE / "history" / f"{number:04}")


def _discard(folder: Path, root: Path) -> None:
    """Remove `folder` so that it is never seen half gone, and the state once that holds nothing else."""
    state = root / STATE
    shutil.rmtree(state / "rubbish", ignore_errors=True)
    if folder.exists():
        folder.rename(state / "rubbish")
        shutil.rmtree(state / "rubbish", ignore_errors=True)
    with contextlib.suppress(OSError):
        (state / "history").rmdir()
    if state.exists() and {path.name for path in state.iterdir()} <= {".gitignore"}:
        shutil.rmtree(state)


def _history(root: Path) -> list[Path]:
    folder = root / STATE / "history"
    return sorted(folder.iterdir(), key=lambda entry: int(entry.name)) if folder.is_dir() else []


def _read_journal(folder: Path) -> dict[str, Any]:
    journal: dict[str, Any] = json.loads(read_text(folder / "journal.json"))
    return journal


def _records(folder: Path) -> dict[str, dict[str, str | None]]:
    files: dict[str, dict[str, str | None]] = _read_journal(folder)["files"]
    return files


def _missing(folder: Path) -> list[Path]:
    """The folders that have to be made for `folder` to exist, the outermost first."""
    return [path for path in (*reversed(folder.parents), folder) if not path.is_dir()]


def _prune(folder: Path, root: Path) -> None:
    """Remove `folder`, and the folders around it inside `root`, if nothing but caches is left."""
    while folder != root and not {path.name for path in folder.iterdir()} - {"__pycache__"}:
        shutil.rmtree(folder)
        folder = folder.parent


@contextlib.contextmanager
def _refusing(root: Path) -> Iterator[None]:
    """Turn what the file system says into a refusal."""
    try:
        yield
    except OSError as error:
        file = Path(error.filename or root)
        place = file if file.is_relative_to(root) and not file.is_relative_to(root / STATE) else root
        raise Refusal(f"cannot write {place}: {error.strerror}; nothing was changed") from error

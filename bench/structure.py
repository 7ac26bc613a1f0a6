"""Moves one module, or one definition, at a time in real projects: proved, or refused.

    structure.py DIR [NAME …] [--every N] [--out FILE]

DIR holds `<name>/`, a project of the table below, and `venv-<name>/`, an environment with its packages.
Each move is made in a copy: the static proof has to find nothing, the application has to be imported and its
OpenAPI document has to be the same text. Prints one line a project; FILE gets one line a move.
"""

from __future__ import annotations

import argparse
import collections
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure import DefinitionMove, ModuleMove, Tree, check_static, restructure
from plumbrule.restructure.names import Names, dotted_from, is_init, is_within

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from plumbrule.restructure import Move

Row = tuple[str, str, str, str, float, str]
SHOW = """
import importlib, json, sys
module, _, name = sys.argv[1].partition(":")
for other in sys.argv[2:]:
    importlib.import_module(other)
app = getattr(importlib.import_module(module), name)
print(json.dumps(app.openapi()))
"""
DATABASE = {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/none"}
SQLITE = {"DATABASE_URL": "sqlite:///./none.db"}


@dataclass(frozen=True, slots=True)
class Subject:
    """A project: where its application is imported from, which folders are moved in."""

    app: str
    folders: tuple[str, ...]
    root: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    extra: tuple[str, ...] = ()


SUBJECTS = {
    "fullstack": Subject("app.main:app", ("backend/app",), "backend"),
    "rw": Subject("app.main:app", ("app",), "", {"SECRET_KEY": "x", "APP_ENV": "dev", **DATABASE}),
    "igor": Subject("app.main:app", ("src/app",), "src", {}, ("src/.env",)),
    "crudasync": Subject("app.main:app", ("src/app",), "src", SQLITE),
    "nano": Subject("svc.main:app", ("svc",)),
    "teamhide": Subject("app.server:app", ("app", "core")),
    "iamabbas": Subject("core.server:app", ("app", "core", "api"), "", {"ENVIRONMENT": "development"}),
}


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows = []
    for name in options.names or SUBJECTS:
        if not (options.folder / name).is_dir():
            print(f"{name:12} is not there", file=sys.stderr)
            continue
        made = list(trials(options.folder, name, SUBJECTS[name], options.every))
        rows += made
        counts = collections.Counter((kind, verdict) for _, kind, _, verdict, _, _ in made)
        print(
            f"{name:12}",
            *(f"{kind} {verdict}: {count}" for (kind, verdict), count in sorted(counts.items())),
            sep="  ",
        )
    if options.out:
        options.out.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    return 1 if any(row[3] == "BROKEN" for row in rows) else 0


def trials(
    folder: Path, name: str, subject: Subject, every: int
) -> Iterator[tuple[str, str, str, str, float, str]]:
    """Each move of a project with its verdict, its time and what was said."""
    tree = Tree.read(folder / name)
    tree.load()
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / name
        shutil.copytree(
            folder / name, copy, ignore=shutil.ignore_patterns(".git", "node_modules", "frontend")
        )
        for extra in subject.extra:
            (copy / extra).touch()
        python = (folder / f"venv-{name}/bin/python").absolute()
        base = show(copy, python, subject)
        if base.returncode:
            print(f"{name:12} does not start: {base.stderr.strip().splitlines()[-1]}", file=sys.stderr)
            return
        for kind, move in list(moves(tree, subject))[::every]:
            start = time.process_time()
            verdict, said = trial(tree, copy, python, subject, (move, base.stdout))
            yield (
                name,
                kind,
                f"{move.source} {getattr(move, 'names', '')}",
                verdict,
                time.process_time() - start,
                said,
            )


def moves(tree: Tree, subject: Subject) -> Iterator[tuple[str, Move]]:
    """Every module and every definition, each to a new place."""
    names = Names(tree)
    for key, path in sorted(names.modules.items()):
        folder = next((f for f in subject.folders if is_within(key, f) and key != f), None)
        if folder is None or is_init(path) or "/versions/" in path:
            continue
        source = dotted_from(key, folder.rpartition("/")[0])
        top, _, leaf = source.partition(".")[0], "", source.rpartition(".")[2]
        yield "module", ModuleMove(source, f"{top}.elsewhere.{leaf}")
        for statement in tree.facts(path).body:
            if isinstance(statement, n.FunctionDef | n.ClassDef):
                yield "definition", DefinitionMove((statement.name,), source, f"{top}.elsewhere.{leaf}")


def trial(tree: Tree, copy: Path, python: Path, subject: Subject, what: tuple[Move, str]) -> tuple[str, str]:
    """Whether a move is proved or refused; anything else is broken."""
    move, document = what
    try:
        rewrite = restructure(tree, [move])
    except Refusal as refusal:
        return "refused", str(refusal)
    after = tree.after(rewrite.steps)
    problems = check_static(tree, after, rewrite)
    if problems:
        return "BROKEN", str(problems[0])
    changed = {p for p in {*tree.files, *after.files} if tree.files.get(p) != after.files.get(p)}
    write(copy, {path: after.files.get(path) for path in changed})
    shown = show(copy, python, subject, move.target, renamed=rewrite.names)
    write(copy, {path: tree.files.get(path) for path in changed})
    if shown.returncode:
        return "BROKEN", shown.stderr.strip().splitlines()[-1]
    return ("proved", "") if shown.stdout == document else ("BROKEN", "another document")


def write(root: Path, files: dict[str, bytes | None]) -> None:
    for path, text in files.items():
        if text is None:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text)


def show(
    copy: Path, python: Path, subject: Subject, *modules: str, renamed: Callable[[str], str] = str
) -> subprocess.CompletedProcess[str]:
    """The document of the application as a child process prints it, once it has imported some modules."""
    environment = {**os.environ, **subject.environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    module, _, name = subject.app.partition(":")
    code = "import sys; sys.path.insert(0, '.')\n" + SHOW
    command = [str(python), "-W", "ignore", "-c", code, f"{renamed(module)}:{name}", *modules]
    root = copy / subject.root
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())

"""Moves one module, or one definition, at a time in real projects: proved, or refused.

    structure.py DIR [NAME …] [--every N] [--out FILE]

DIR holds `<name>/`, a project of the table below, and `venv-<name>/`, an environment with its packages.
Each move is made in a copy: the static proof has to find nothing, the application has to be imported and its
OpenAPI document has to be the same text. Prints one line a project; FILE gets one line a move.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure import DefinitionMove, ModuleMove, Tree, check_static, restructure
from plumbrule.restructure.names import Names, dotted_from, is_init, is_within

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure import Move

Row = tuple[str, str, str, str, str, str]

SERVER = """
import importlib, json, os, sys, warnings
warnings.simplefilter("ignore")
for line in sys.stdin:
    folder, app, modules, known = json.loads(line)
    for name in known:
        try:
            importlib.import_module(name)
        except BaseException:
            pass
    read, write = os.pipe()
    if os.fork() == 0:
        answer = {}
        try:
            os.chdir(folder)
            sys.path.insert(0, folder)
            if os.environ.get("NO_TABLES"):
                import sqlalchemy
                sqlalchemy.MetaData.create_all = lambda *_: None
            for name in modules:
                importlib.import_module(name)
            module, _, name = app.partition(":")
            answer["document"] = json.dumps(getattr(importlib.import_module(module), name).openapi())
            files = [(n, getattr(m, "__file__", None) or "") for n, m in list(sys.modules.items())]
            answer["known"] = [name for name, file in files if "site-packages" in file]
        except BaseException as error:
            answer["error"] = f"{type(error).__name__}: {error}"
        with os.fdopen(write, "w") as pipe:
            pipe.write(json.dumps(answer))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as pipe:
        print(pipe.read(), flush=True)
    os.wait()
"""
DATABASE = {"DATABASE_URL": "postgresql://a:b@127.0.0.1:1/none", "NO_TABLES": "1"}


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
    "igor": Subject(
        "app.main:app", ("src/app",), "src", {"SECRET_KEY": "x", "LICENSE_NAME": "x"}, ("src/.env",)
    ),
    "crudasync": Subject("app.main:app", ("src/app",), "src", DATABASE),
    "nano": Subject("svc.main:app", ("svc",)),
    "teamhide": Subject("app.server:app", ("app", "core")),
    "iamabbas": Subject("core.server:app", ("app", "core", "api"), "", {"ENVIRONMENT": "development"}),
}


class Interpreter:
    """The interpreter of a project; it imports packages once and forks for each trial."""

    def __init__(self, python: Path, root: Path, subject: Subject) -> None:
        more = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", **subject.environment}
        command, pipe = [str(python), "-c", SERVER], subprocess.PIPE
        self.process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, **more}, cwd=root
        )
        self.root = root
        self.known: list[str] = []

    def show(self, app: str, *modules: str) -> dict[str, Any]:
        """The document of the application once some modules are imported, or the error."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([str(self.root), app, modules, self.known]) + "\n")
        self.process.stdin.flush()
        self.known = []
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer


@dataclass(frozen=True, slots=True)
class Trial:
    """A project in a copy, with its interpreter and the document of the untouched application."""

    tree: Tree
    copy: Path
    interpreter: Interpreter
    app: str
    document: str


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    rows: list[Row] = []
    for name in options.names or SUBJECTS:
        if not (options.folder / name).is_dir():
            print(f"{name:12} is not there", file=sys.stderr)
            continue
        made = list(trials(options.folder, name, SUBJECTS[name], options.every))
        rows += made
        counts = collections.Counter((kind, verdict) for _, kind, _, verdict, _, _ in made)
        said = [f"{kind} {verdict}: {count}" for (kind, verdict), count in sorted(counts.items())]
        print(f"{name:12}", *said, sep="  ", flush=True)
    if options.out:
        options.out.write_text("".join("\t".join(row) + "\n" for row in rows))
    return 1 if any(row[3] == "BROKEN" for row in rows) else 0


def trials(folder: Path, name: str, subject: Subject, every: int) -> Iterator[Row]:
    """Each move of a project with its verdict, its time and what was said."""
    tree = Tree.read(folder / name)
    tree.load()
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / name
        ignored = shutil.ignore_patterns(".git", "node_modules", "frontend")
        shutil.copytree(folder / name, copy, ignore=ignored)
        for extra in subject.extra:
            (copy / extra).touch()
        python = (folder / f"venv-{name}/bin/python").absolute()
        interpreter = Interpreter(python, copy / subject.root, subject)
        base = interpreter.show(subject.app)
        if "error" in base:
            print(f"{name:12} does not start: {base['error']}", file=sys.stderr)
            return
        interpreter.known = base["known"]
        trial = Trial(tree, copy, interpreter, subject.app, base["document"])
        for kind, move in list(moves(tree, subject))[::every]:
            start = time.process_time()
            verdict, said = judged(trial, move)
            seconds = f"{time.process_time() - start:.3f}"
            yield name, kind, f"{move.source} {getattr(move, 'names', '')}", verdict, seconds, said


def moves(tree: Tree, subject: Subject) -> Iterator[tuple[str, Move]]:
    """Every module and every definition, each to a new place."""
    names = Names(tree)
    for key, path in sorted(names.modules.items()):
        folder = next((f for f in subject.folders if is_within(key, f) and key != f), None)
        if folder is None or is_init(path) or "/versions/" in path:
            continue
        source = dotted_from(key, folder.rpartition("/")[0])
        top, leaf = source.partition(".")[0], source.rpartition(".")[2]
        yield "module", ModuleMove(source, f"{top}.elsewhere.{leaf}")
        for statement in tree.facts(path).body:
            if isinstance(statement, n.FunctionDef | n.ClassDef):
                yield "definition", DefinitionMove((statement.name,), source, f"{top}.elsewhere.{leaf}")


def judged(trial: Trial, move: Move) -> tuple[str, str]:
    """Whether a move is proved or refused; anything else is broken."""
    tree = trial.tree
    try:
        rewrite = restructure(tree, [move])
    except Refusal as refusal:
        return "refused", str(refusal)
    after = tree.after(rewrite.steps)
    problems = check_static(tree, after, rewrite)
    if problems:
        return "BROKEN", str(problems[0])
    changed = {p for p in {*tree.files, *after.files} if tree.files.get(p) != after.files.get(p)}
    write(trial.copy, {path: after.files.get(path) for path in changed})
    module, _, name = trial.app.partition(":")
    shown = trial.interpreter.show(f"{rewrite.names(module)}:{name}", move.target)
    write(trial.copy, {path: tree.files.get(path) for path in changed})
    if "error" in shown:
        return "BROKEN", shown["error"]
    return ("proved", "") if shown["document"] == trial.document else ("BROKEN", "another document")


def write(root: Path, files: dict[str, bytes | None]) -> None:
    for path, text in files.items():
        if text is None:
            (root / path).unlink()
        else:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text)


if __name__ == "__main__":
    sys.exit(main())

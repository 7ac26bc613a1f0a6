"""Little projects as texts: moved, proved, and run before and after in a child process."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from plumbrule.restructure import DefinitionMove, ModuleMove, Rewrite, Tree, check_static, restructure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from plumbrule.restructure import Move

Files = dict[str, str]

SERVER = """
import json, os, sys
os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
import fastapi, pytest, sqlalchemy.orm
for line in sys.stdin:
    folder, code = json.loads(line)
    read, write = os.pipe()
    if os.fork() == 0:
        os.chdir(folder)
        sys.path.insert(0, folder)
        scope = {}
        try:
            exec(code, scope)
            answer = {"result": scope["result"]}
        except BaseException as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        os.write(write, json.dumps(answer).encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        print(pipe.read().decode(), flush=True)
    os.wait()
"""

OPENAPI = "from app.main import app; result = app.openapi()"
ROUTES = "from app.main import app; result = [[r, list(v)] for r, v in app.openapi()['paths'].items()]"


class Child:
    """One interpreter that has imported FastAPI; it forks for each project, which therefore knows no other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.count = 0

    def run(self, folder: Path, code: str) -> Any:
        """What `result` is once the code has run in a folder."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([str(folder), code]) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return answer["result"]

    def stop(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        assert self.process.stdout
        self.process.stdout.close()
        self.process.wait()


class Lab:
    """Writes projects below a folder and runs them."""

    def __init__(self, child: Child, folder: Path) -> None:
        self.child = child
        self.folder = folder

    def run(self, files: Mapping[str, str], code: str = OPENAPI) -> Any:
        """What `result` is once the code has run in a project."""
        self.child.count += 1
        root = self.folder / str(self.child.count)
        for path, text in files.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(text.encode("utf-8", "surrogateescape"))
        return self.child.run(root, code)

    def same(self, before: Files, after: Files, code: str = OPENAPI) -> None:
        """Both projects give the same, order included."""
        assert json.dumps(self.run(after, code)) == json.dumps(self.run(before, code))


def module(source: str, target: str) -> ModuleMove:
    return ModuleMove(source, target, "the slice it belongs to")


def definitions(names: str, source: str, target: str) -> DefinitionMove:
    return DefinitionMove(tuple(names.split()), source, target, "the slice it belongs to")


def rewritten(files: Mapping[str, str], *moves: Move) -> tuple[Files, Rewrite]:
    """The files after the moves, which the static proof has nothing against, and what was done."""
    before = Tree.of({path: text.encode("utf-8", "surrogateescape") for path, text in files.items()})
    rewrite = restructure(before, moves)
    after = before.after(rewrite.steps)
    problems = [str(problem) for problem in check_static(before, after, rewrite)]
    assert not problems, problems
    return {p: text.decode("utf-8", "surrogateescape") for p, text in after.files.items()}, rewrite


def moved(files: Mapping[str, str], *moves: Move) -> Files:
    """The files after the moves, which the static proof has nothing against."""
    return rewritten(files, *moves)[0]


def packages(*folders: str) -> Files:
    """An empty `__init__.py` for each folder."""
    return {f"{folder}/__init__.py": "" for folder in folders}

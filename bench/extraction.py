"""Takes the logic of handlers out, in real projects: nothing of their routes changes, or it is refused.

    extraction.py DIR [NAME …] [--least N] [--apps] [--show] [--out FILE]

DIR holds a folder for each project. Its fat routes (N statements or more) are made thin one after the other,
in memory. What was taken out has to parse and to compile, the static proof has to find nothing, and the table
of routes with the decorators, signatures and docstrings of all handlers has to be the same. No project is
run, unless `--apps` says that DIR holds the projects and environments of bench/structure.py: then each
application is imported before and after, and its OpenAPI document has to be the same text. With `--tests`
all is applied by the command itself, in a copy, and the tests of the project are run before and after.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.layouts.fat_routes import FAT, FatRoutes
from plumbrule.layouts.plan_file import written
from plumbrule.layouts.proposal import Proposal
from plumbrule.model.project import Project
from plumbrule.model.reading import no_collection
from plumbrule.plan import diff
from plumbrule.restructure import Tree
from plumbrule.verbs.structure.planning import attempted
from structure import SUBJECTS, Interpreter, write

if TYPE_CHECKING:
    from plumbrule.layouts.proposal import Line
    from plumbrule.verbs.structure.extracting import TakenOut
    from structure import Subject


class Row(NamedTuple):
    """One handler: what became of it, and why."""

    project: str
    handler: str
    verdict: str
    said: str


def main() -> int:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    parser.add_argument("--least", type=int, default=FAT)
    parser.add_argument("--apps", action="store_true")
    parser.add_argument("--tests", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.tests:
        return tested(options.folder.absolute(), options.names, options.least)
    rows: list[Row] = []
    every = SUBJECTS if options.apps else sorted(p.name for p in options.folder.iterdir() if p.is_dir())
    for name in options.names or every:
        start = time.process_time()
        made = list(rows_of(options.folder, name, options))
        rows += made
        counts = collections.Counter(row.verdict for row in made)
        said = [f"{verdict}: {count}" for verdict, count in sorted(counts.items())]
        print(f"{name:45}", *said, f"{time.process_time() - start:.1f} s", sep="  ", flush=True)
    if options.out:
        options.out.write_text("".join("\t".join(row) + "\n" for row in rows))
    print("together", dict(collections.Counter(row.verdict for row in rows)))
    return 1 if any(row.verdict == "BROKEN" for row in rows) else 0


def rows_of(folder: Path, name: str, options: argparse.Namespace) -> list[Row]:
    """What became of each fat route of a project."""
    tree = Tree.read(folder / name)
    tree.load()
    with no_collection():
        project = project_in(tree)
        proposal = Proposal("thin-routes", tuple(FatRoutes(project, options.least).lines()))
    made = attempted(tree, proposal, "")[1]
    if options.show:
        print(*(diff(step) for step in made.rewrite.steps), sep="\n")
    wrong = differences(tree, project, made)
    if options.apps and not wrong and made.rewrite.steps:
        wrong = in_its_interpreter(folder, name, SUBJECTS[name], tree, made)
    found = []
    for line in made.proposal.lines:
        handler = f"{line.module}.{line.names[0]}"
        if line.extract is None and line.target is not None:
            found.append(Row(name, handler, "BROKEN" if wrong else "moved before", wrong or line.target))
        elif line.target is None:
            found.append(Row(name, handler, "refused" if "cannot" in line.reason else "left", line.reason))
        else:
            found.append(Row(name, handler, "BROKEN" if wrong else "taken out", wrong or told(line)))
    return found


def told(line: Line) -> str:
    return f"{line.extract} -> {line.target}.{line.function} ({line.confidence}): {line.reason}"


def project_in(tree: Tree) -> Project:
    return Project([tree.facts(path) for path in tree.python])


def differences(tree: Tree, project: Project, made: TakenOut) -> str:
    """What is not as it was; empty if all is."""
    after = tree.after(made.rewrite.steps)
    for path in after.python:
        if after.files[path] != tree.files.get(path):
            if after.facts(path).broken:
                return f"{path} does not parse"
            try:
                compile(after.files[path], path, "exec")
            except SyntaxError as error:
                if path not in tree.files or compiles(tree.files[path]):
                    return f"{path}: {error}"
    with no_collection():
        before, now = routes(project), routes(project_in(after))
    return "" if before == now else f"routes: {[one for one in before if one not in now][:2]}"


def compiles(text: bytes) -> bool:
    try:
        compile(text, "", "exec")
    except SyntaxError:
        return False
    return True


def routes(project: Project) -> list[tuple[str, ...]]:
    """Every route with what FastAPI reads of its handler, in order."""
    found = []
    for route in project.routes:
        handler = route.handler
        node = handler.node if handler else None
        head = [d.text for d in node.decorators] if node else []
        head += [p.text for p in node.parameters] if node else []
        doc = (node.docstring or "") if node else ""
        returns = node.returns.text if node and node.returns else ""
        found.append((route.label, handler.name if handler else "", *head, returns, doc))
    return found


def in_its_interpreter(folder: Path, name: str, subject: Subject, tree: Tree, made: TakenOut) -> str:
    """What differs if the application is imported; empty if its document is the same text."""
    after = tree.after(made.rewrite.steps)
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / name
        shutil.copytree(
            folder / name, copy, ignore=shutil.ignore_patterns(".git", "node_modules", "frontend")
        )
        for extra in subject.extra:
            (copy / extra).touch()
        python = (folder / f"venv-{name}/bin/python").absolute()
        interpreter = Interpreter(python, copy / subject.root, subject)
        before = interpreter.show(subject.app)
        changed = {p for p in {*tree.files, *after.files} if tree.files.get(p) != after.files.get(p)}
        write(copy, {path: after.files.get(path) for path in changed})
        now = interpreter.show(subject.app)
        if "error" in before or "error" in now:
            return str(before.get("error", "")) + str(now.get("error", ""))
        return "" if before["document"] == now["document"] else "another document"


def tested(folder: Path, names: list[str], least: int) -> int:
    """Apply what can be taken out of whole projects, and run their tests before and after."""
    import layouts  # noqa: PLC0415  it puts the tests' folder on the path, which has a `structure` too

    wrong = 0
    with layouts.servers() as known:
        for name in names:
            subject = layouts.SUBJECTS[name]
            with tempfile.TemporaryDirectory(prefix=f"plumb-{name}-") as place:
                whole, python = layouts.placed(folder, name, subject, Path(place))
                base = layouts.tests(
                    subject, python, whole / subject.root, layouts.environment(name, subject, known)
                )
                plan, count = Path(place) / "plan.toml", planned(whole, Path(place) / "plan.toml", least)
                options = ["--plan", plan, "--apply", "--python", python, *subject.allow]
                variables = layouts.environment(name, subject, known)
                command = [layouts.PLUMB, "structure", whole / subject.root, *options]
                done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
                verdict = "applied" if done.returncode == 0 else done.stdout + done.stderr
                now = layouts.tests(
                    subject, python, whole / subject.root, layouts.environment(name, subject, known)
                )
                print(
                    name, f"{count} taken out", verdict, layouts.counted(base), layouts.counted(now), sep="  "
                )
                wrong += base != now or done.returncode != 0
    return int(wrong > 0)


def planned(root: Path, file: Path, least: int) -> int:
    """Write the plan of all extractions that are not refused; gives how many there are."""
    tree = Tree.read(root)
    with no_collection():
        proposal = Proposal("thin-routes", tuple(FatRoutes(project_in(tree), least).lines()))
    made = attempted(tree, proposal, "")[1]
    file.write_text(written(made.proposal))
    return sum(line.extraction is not None for line in made.proposal.moving)


if __name__ == "__main__":
    sys.exit(main())

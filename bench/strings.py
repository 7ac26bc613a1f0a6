"""Do the names in strings that tests replace mean the same object after a move?

    strings.py DIR [NAME …]

DIR holds source trees. Of each, all modules that mock targets name are moved, and all objects, one by one.
A resolver of its own, on Python's `ast`, says what each target means before and after. Prints a line a tree:
targets, moves, refusals, targets that lead elsewhere (none should), and strings that were edited elsewhere.
"""

from __future__ import annotations

import argparse
import ast
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.plan import Refusal
from plumbrule.restructure import DefinitionMove, ModuleMove, Tree, check_static, restructure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from plumbrule.restructure import Move

CALLS = {"patch", "dict", "multiple", "setattr", "delattr", "spy", "stub"}


class Target(NamedTuple):
    """A string that a test replaces by: the file that says it, how many such strings stand before it."""

    path: str
    number: int
    text: str


class Resolver:
    """What a dotted name means in a tree: the file, and the name in it, through imports."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.roots = ("", "src/", "backend/", "backend/src/")
        self.bound: dict[str, dict[str, ast.stmt | None]] = {}

    def __call__(self, dotted: str, seen: int = 0) -> tuple[str, str] | None:
        parts = dotted.split(".")
        for end in range(len(parts), 0, -1):
            for root in self.roots:
                folder = root + "/".join(parts[:end])
                path = next((p for p in (f"{folder}.py", f"{folder}/__init__.py") if p in self.files), None)
                if path:
                    return self.inside(path, root, parts[end:], seen)
        return None

    def inside(self, path: str, root: str, rest: list[str], seen: int) -> tuple[str, str] | None:
        """A name in a file; `import`s are followed."""
        if not rest:
            return path, ""
        bound = self.names(path)
        if rest[0] not in bound or seen > 20:
            return None
        statement, tail = bound[rest[0]], "".join(f".{part}" for part in rest[1:])
        if isinstance(statement, ast.ImportFrom):
            name = next(a.name for a in statement.names if (a.asname or a.name) == rest[0])
            package = path.removeprefix(root).split("/")[: -statement.level] if statement.level else []
            module = ".".join([*package, *([statement.module] if statement.module else [])])
            found = self(f"{module}.{name}{tail}", seen + 1)
            return found or (module, f"{name}{tail}")
        if isinstance(statement, ast.Import):
            alias = next(a for a in statement.names if (a.asname or a.name.partition(".")[0]) == rest[0])
            name = alias.name if alias.asname else alias.name.partition(".")[0]
            return self(name + tail, seen + 1) or (name, tail)
        return path, ".".join(rest)

    def defines(self, path: str, name: str) -> bool:
        """Whether a file defines a name, and does not just import it."""
        return not isinstance(self.names(path).get(name), ast.Import | ast.ImportFrom | None)

    def names(self, path: str) -> dict[str, ast.stmt | None]:
        """The names of a file's own level, each with the statement that binds it last."""
        if path not in self.bound:
            found: dict[str, ast.stmt | None] = {}
            for node in ast.walk(ast.parse(self.files[path])):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = [
                        a.asname or (a.name if isinstance(node, ast.ImportFrom) else a.name.partition(".")[0])
                        for a in node.names
                    ]
                elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                    names = [node.name]
                elif isinstance(node, ast.Assign | ast.AnnAssign):
                    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                    names = [t.id for t in targets if isinstance(t, ast.Name)]
                else:
                    continue
                found |= dict.fromkeys(names, node)
            self.bound[path] = found
        return self.bound[path]


def targets(files: Mapping[str, bytes], tops: set[str]) -> Iterator[Target]:
    """The strings that tests replace by, in code and in data."""
    for path, text in sorted(files.items()):
        if "test" not in path:
            continue
        if path.endswith(".json"):
            said = list(strings_in(json.loads(text)))
        elif path.endswith(".py"):
            said = [
                call.args[0].value
                for call in ast.walk(ast.parse(text))
                if isinstance(call, ast.Call)
                and getattr(call.func, "attr", getattr(call.func, "id", "")) in CALLS
                and call.args
                and isinstance(call.args[0], ast.Constant)
                and isinstance(call.args[0].value, str)
            ]
        else:
            continue
        named = [text for text in said if "." in text and text.partition(".")[0] in tops]
        yield from (Target(path, number, text) for number, text in enumerate(named))


def strings_in(value: object) -> Iterator[str]:
    """Every string of a JSON document."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings_in(inner)


def moves(found: list[Target], resolve: Resolver) -> Iterator[Move]:
    """Each module that targets name to another package, and each object to another module."""
    modules: dict[str, set[str]] = {}
    for target in found:
        parts = target.text.split(".")
        for end in range(len(parts) - 1, 1, -1):
            meant = resolve(".".join(parts[:end]))
            if meant and meant[0].endswith("/".join(parts[:end]) + ".py") and not meant[1]:
                of = modules.setdefault(".".join(parts[:end]), set())
                of |= {parts[end]} if resolve.defines(meant[0], parts[end]) else set()
                break
    for module, names in sorted(modules.items()):
        top, leaf = module.partition(".")[0], module.rpartition(".")[2]
        yield ModuleMove(module, f"{top}.elsewhere.{leaf}")
        yield from (DefinitionMove((name,), module, f"{top}.elsewhere.{leaf}") for name in sorted(names))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    failed = 0
    for name in options.names or sorted(path.name for path in options.folder.iterdir()):
        failed += measured(name, options.folder / name)
    return int(failed > 0)


def measured(name: str, folder: Path) -> int:
    """Print the line of one tree; gives how many targets led elsewhere."""
    tree = Tree.read(folder)
    tree.load()
    tops = {part for path in tree.python for part in path.split("/")[:3]} - {"tests"}
    before = Resolver(tree.files)
    found = [t for t in targets(tree.files, tops) if before(t.text)]
    done, refused, wrong, edited = 0, 0, 0, 0
    for move in moves(found, before):
        try:
            rewrite = restructure(tree, [move])
        except Refusal as refusal:
            refused += 1
            print(f"   {move.source} {getattr(move, 'names', '')}: {refusal}", file=sys.stderr)
            continue
        after = tree.after(rewrite.steps)
        assert not check_static(tree, after, rewrite)
        done += 1
        now, resolve = list(targets(after.files, tops)), Resolver(after.files)
        spoken = {(t.path, t.number): t.text for t in now}
        for target in found:
            new = spoken.get((rewrite.paths.get(target.path, target.path), target.number), "")
            meant, means = before(target.text), resolve(new)
            if renamed(move, meant, rewrite.paths) != means:
                wrong += 1
                print(f"   {move}: {target} is {new}: {meant} → {means}", file=sys.stderr)
        said = {change.before for change in rewrite.changes if change.kind in ("string", "configuration")}
        edited += len([text for text in said if not any(text in t.text for t in found) and ".py" not in text])
        for text in sorted(said):
            if not any(text in t.text for t in found):
                print(f"   also edited for {move.source}: {text}", file=sys.stderr)
    told = f"{done} moves, {refused} refused, {wrong} elsewhere, {edited} other strings"
    print(f"{name:10} {len(found)} targets, {told}")
    return wrong


def renamed(move: Move, meant: tuple[str, str] | None, paths: Mapping[str, str]) -> tuple[str, str] | None:
    """What a target means once a move is made."""
    if meant is None or isinstance(move, ModuleMove):
        return meant and (paths.get(meant[0], meant[0]), meant[1])
    source, target = (name.replace(".", "/") for name in (move.source, move.target))
    path, name = meant
    if path.removesuffix(".py").endswith(source) and name.partition(".")[0] in move.names:
        return path.removesuffix(f"{source}.py") + f"{target}.py", name
    return meant


if __name__ == "__main__":
    sys.exit(main())

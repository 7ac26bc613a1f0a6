"""A new project by layer: the one by feature, restructured before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.layouts.by_layer import by_layer
from plumbrule.model.project import Project
from plumbrule.plan import Refusal
from plumbrule.restructure import ModuleMove, Tree, check_static, restructure
from plumbrule.scaffold.wrapping import sorted_imports

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def layered(files: Mapping[str, str], package: str) -> tuple[dict[str, str], Mapping[str, str]]:
    """The files of a project by layer, and where each file that moved comes from."""
    tree = Tree.of(files)
    project = Project([tree.facts(path) for path in tree.python])
    moves = by_layer(project).moves
    own = list(commands(tree, package, {move.source for move in moves}))
    rewrite = restructure(tree, [*moves, *own])
    after = tree.after(rewrite.steps)
    problems = check_static(tree, after, rewrite)
    if problems:
        raise Refusal(f"the layout by-layer does not hold: {problems[0]}; choose by-feature")
    made = {path: finished(path, text.decode(), package, own) for path, text in after.files.items()}
    return made, {new: old for old, new in rewrite.paths.items()}


def finished(path: str, text: str, package: str, own: list[ModuleMove]) -> str:
    """A file with its imports in order, and the commands by their new names."""
    for move in own:
        old, new = move.source.removeprefix(f"{package}."), move.target.removeprefix(f"{package}.")
        text = text.replace(f"{package}.{old}", f"{package}.{new}")
        text = text.replace(f"{old.replace('.', '/')}.py", f"{new.replace('.', '/')}.py")
    return sorted_imports(text, package) if path.endswith(".py") else text


def commands(tree: Tree, package: str, moving: set[str]) -> Iterator[ModuleMove]:
    """What is left in the folder of a feature is a command: it goes up beside the others."""
    for path in tree.python:
        match path.removesuffix(".py").split("/"):
            case ["src", name, folder, stem] if name == package and stem != "__init__":
                source = f"{package}.{folder}.{stem}"
                if source not in moving:
                    yield ModuleMove(source, f"{package}.{stem}", "a command")
            case _:
                pass

"""A little tree and a plan for it, for tests of what becomes of both."""

from collections.abc import Mapping
from pathlib import Path

from plumbrule.plan import (
    Create,
    Delete,
    Edit,
    Move,
    Operation,
    Plan,
    Step,
    read_text,
    write_text,
)

Tree = dict[str, str]


def plant(root: Path, tree: Mapping[str, str]) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    for path, text in tree.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(root / path, text)
    return root


def files(root: Path) -> Tree:
    """What a user has in `root`, state of ours excluded."""
    found = (path for path in root.rglob("*") if path.is_file())
    tree = {str(path.relative_to(root)): read_text(path) for path in found}
    return {path: text for path, text in tree.items() if not path.startswith(".plumb/")}


def folders(root: Path) -> set[str]:
    found = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_dir()}
    return {path for path in found if not path.startswith(".plumb")}


def make_plan(root: Path, *operations: Operation) -> Plan:
    return Plan(root, tuple(Step(operation, "a test") for operation in operations))


BEFORE = {"a.py": "a\n", "old/b.py": "b\n", "old/c.py": "c\r\n", "keep.py": "k", "module.py": "m\n"}
OPERATIONS: tuple[Operation, ...] = (
    Create("new/deep/d.py", "d\n"),
    Edit("a.py", "a\n", "A\n"),
    Move("old/b.py", "new/b.py", "b\n", "B\n"),
    Delete("old/c.py", "c\r\n"),
    Move("module.py", "module/__init__.py", "m\n", "m\n"),
)
AFTER = {
    "a.py": "A\n",
    "keep.py": "k",
    "new/b.py": "B\n",
    "new/deep/d.py": "d\n",
    "module/__init__.py": "m\n",
}

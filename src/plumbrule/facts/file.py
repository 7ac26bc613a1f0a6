from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from plumbrule.facts.nodes import ClassDef, FunctionDef, Import, ImportFrom, Statement
    from plumbrule.facts.scope import Nodes
    from plumbrule.facts.source import Source, Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A `# comment`, with its place."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class File:
    """All that is known of one file by itself.

    `nodes` are those of the module's own level; `functions`, `classes` and `imports` hold every one in the
    file, in source order, but for imports in functions that are read later;
    `broken` lists the parts that do not parse.
    """

    source: Source
    body: tuple[Statement, ...]
    nodes: Nodes
    functions: tuple[FunctionDef, ...]
    classes: tuple[ClassDef, ...]
    imports: tuple[Import | ImportFrom, ...]
    comments: tuple[Comment, ...]
    broken: tuple[Span, ...]

    @property
    def path(self) -> str:
        """Its path, relative to the folder that was asked about, with `/`."""
        return self.source.path

    @property
    def is_test(self) -> bool:
        """Whether it belongs to the tests."""
        return is_test(self.path)


def is_test(path: str) -> bool:
    """Whether a path is one of the tests."""
    *folders, name = path.split("/")
    return (
        bool({"tests", "test", "testing", "e2e", "cypress"} & set(folders))
        or any(folder.endswith("_tests") for folder in folders[:1])
        or name.startswith(("test_", "conftest"))
        or name.endswith("_test.py")
    )

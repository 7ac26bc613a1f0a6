"""The text of a file after some edits: in its quotes, with its line ends, without needless imports."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING

from plumbrule.facts import layout
from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from plumbrule.facts.file import File
    from plumbrule.rulekit import Edit, Module

LINE_END = re.compile(rb"\r?\n")
QUOTED = re.compile(r"""(?<![\w"'\\])"([^"'\\\n]*)"(?!")""")
"""a text that may stand in either kind of quotes"""
SPOKEN_TO = re.compile(rb"#\s*(noqa|type:|pylint|isort|pyright|ruff|pragma|mypy|fmt)")
"""comments on an import that a tool reads"""
Imports = n.Import | n.ImportFrom


def edited(module: Module, edits: Iterable[Edit]) -> bytes:
    """The text of a module after edits that do not overlap."""
    text = module.source.text
    parts, at = [], 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        parts += [text[at : edit.span.start], ended(quoted(module, edit).encode(), text)]
        at = edit.span.end
    return tidied(module, b"".join([*parts, text[at:]]))


def ended(new: bytes, text: bytes) -> bytes:
    """New lines of a text, which end as its first one does."""
    return LINE_END.sub(b"\r\n", new) if text.partition(b"\n")[0].endswith(b"\r") else new


def quoted(module: Module, edit: Edit) -> str:
    """What an edit writes, in the quotes of the file; what stands in the file already stays as it is."""
    if not QUOTED.search(edit.text) or not module.file.once(is_single_quoted):
        return edit.text
    if any(x.start < edit.span.start and edit.span.end < x.end for x in formatted(module.file)):
        return edit.text

    def single(match: re.Match[str]) -> str:
        return match[0] if match[0].encode() in module.source.text else f"'{match[1]}'"

    return QUOTED.sub(single, edit.text)


def every(file: File) -> Iterator[n.Node]:
    """All nodes of a file."""
    for statement in file.body:
        yield from statement.walk()


def formatted(file: File) -> list[n.FString]:
    """The f-strings of a file: no quotes of theirs may stand inside."""
    return [node for node in every(file) if isinstance(node, n.FString)]


def is_single_quoted(file: File) -> bool:
    """Whether more texts of a file stand in 'single' quotes than in others."""
    texts = [x.text.lstrip("rRbBuUfF") for x in every(file) if isinstance(x, n.Constant | n.FString)]
    single = sum(text[:1] == "'" and text[:3] != "'''" for text in texts)
    return single > sum(text[:1] == '"' and text[:3] != '"""' for text in texts)


def tidied(module: Module, after: bytes) -> bytes:
    """An edited text without the names that it has imported for what is no longer there."""
    before = module.source.text
    file = read(module.path, after)
    less = [(node, alias) for node in file.imports for alias in node.names if is_less(alias, before, after)]
    if not less or module.path.endswith("__init__.py"):
        return after
    needless = used(module.file) - used(file)
    for node, alias in reversed(less):
        if word(alias) in needless and not is_wanted(module, node, alias):
            shorter = without(file, node, alias)
            return tidied(module, shorter) if shorter != after else after
    return after


def word(alias: n.Alias) -> str:
    """The name that an import makes."""
    return alias.asname or alias.name.partition(".")[0]


def is_less(alias: n.Alias, before: bytes, after: bytes) -> bool:
    """Whether a word is found less often than before."""
    use = re.compile(rb"(?<![\w.])" + re.escape(word(alias).encode()) + rb"\b")
    return len(use.findall(after)) < len(use.findall(before))


def used(file: File) -> set[str]:
    """The names that a file reads, also in texts that may be code."""
    found = set()
    for node in every(file):
        if isinstance(node, n.Name):
            found.add(node.id)
        elif isinstance(node, n.Constant) and isinstance(node.value, str) and may_be_code(node.value):
            found.update(re.findall(r"\w+", node.value))
    return found


def may_be_code(text: str) -> bool:
    """Whether a text may be an annotation, or name what a module has."""
    return " " not in text.replace(", ", "").replace(" | ", "")


def is_wanted(module: Module, node: Imports, alias: n.Alias) -> bool:
    """Whether an import is there for another than its own module, or a tool is told about it."""
    line = node.source.text[node.start : layout.line_end(node.source, node.end)]
    if SPOKEN_TO.search(line) or alias.asname == alias.name:
        return True
    name = module.path.rpartition("/")[2].removesuffix(".py")
    others = (i for m in module.project.modules for i in m.imports if isinstance(i, n.ImportFrom))
    from_here = (i for i in others if i.module.rpartition(".")[2] == name or not i.module)
    return any(taken.name in (word(alias), "*") for taking in from_here for taken in taking.names)


def without(file: File, node: Imports, alias: n.Alias) -> bytes:
    """A text without a name that is imported, or without the import if that is its only name."""
    text = file.source.text
    if len(node.names) > 1:
        places = [(one.start, one.end) for one in node.names]
        start, end = layout.without(file.source, places, node.names.index(alias))
        return text[:start] + text[end:]
    start, end = layout.line_start(file.source, node.start), layout.line_end(file.source, node.end)
    behind = text[node.end : end].strip()
    if text[start : node.start].strip() or (behind and not behind.startswith(b"#")):
        return text
    rest = text[end:].partition(b"\n")[2]
    is_first = not text[:start].strip() or text[:start].endswith((b":\n", b":\r\n"))
    return text[:start] + (rest.lstrip(b"\r\n") if is_first else rest)


def is_broken(path: str, before: File, after: bytes) -> bool:
    """Whether an edited file has faults of syntax that it did not have."""
    if len(read(path, after).broken) > len(before.broken):
        return True
    return is_python(before.source.text) and not is_python(after)


def is_python(text: bytes) -> bool:
    """Whether the Python that runs this can read a text: of a newer one it says nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True

"""How an import statement is changed: the module it reads, the names it takes, one group a module."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.plan import Refusal
from plumbrule.restructure.edits import line_end, line_start, newline

if TYPE_CHECKING:
    from plumbrule.facts import nodes as n
    from plumbrule.restructure.edits import Edits

MODULE = re.compile(rb"from(?:\s|\\\r?\n)*([.\w](?:[\w.\s]|\\\r?\n)*?)(?:\s|\\\r?\n)*\bimport\b")
LONGEST = 88
SPEAKS_TO_TOOLS = re.compile(rb"#\s*(noqa|type:|pyright:|ty:|pylint:|isort:|nosec|mypy:|ruff:)")


@dataclass(frozen=True, slots=True)
class Want:
    """What one name of a `from … import` is to be: `name` of `module`, bound to the same local name.

    `module` is as spelled; None drops the name, for it is defined here from now on.
    """

    alias: n.Alias
    module: str | None
    name: str
    bound: str | None = None

    @property
    def local(self) -> str:
        """The name that the statement binds."""
        return self.bound or self.alias.asname or self.alias.name

    @property
    def text(self) -> str:
        """How it is written in the list of names."""
        if self.name == self.local and not (self.alias.asname and self.alias.name == self.alias.asname):
            return self.name
        return f"{self.name} as {self.local}"


def rewrite_from(edits: Edits, statement: n.ImportFrom, wants: list[Want]) -> None:
    """Edit a `from … import` so that every name comes from where it is wanted from."""
    path, text = statement.source.path, statement.source.text
    start, end = module_span(statement)
    spelled = text[start:end].decode("utf-8", "replace")
    groups: dict[str | None, list[Want]] = {}
    for want in wants:
        groups.setdefault(want.module, []).append(want)
    staying = spelled if spelled in groups else next((m for m in groups if m is not None), None)
    if staying is None:
        drop_statement(edits, statement)
        return
    if staying != spelled:
        edits.replace(path, start, end, staying, "import")
    for want in groups[staying]:
        if want.name != want.alias.name:
            edits.replace(path, want.alias.start, want.alias.end, want.text, "import")
    leaving = [want for module, group in groups.items() if module != staying for want in group]
    if leaving:
        comments = remove_names(edits, statement, [want.alias for want in leaving])
        for module, group in groups.items():
            if module not in {staying, None}:
                said = next((comments[w.alias] for w in group if w.alias in comments), b"")
                add_statement(edits, statement, _from_line(statement, module or "", group), said)


def _from_line(statement: n.ImportFrom, module: str, group: list[Want]) -> str:
    """`from module import names`, over several lines where it would be long."""
    text = statement.source.text
    line = f"from {module} import {', '.join(want.text for want in group)}"
    indent = text[line_start(text, statement.start) : statement.start].decode()
    if len(indent + line) <= LONGEST or indent.strip():
        return line
    end = newline(text) + indent
    return f"from {module} import (" + "".join(f"{end}    {want.text}," for want in group) + f"{end})"


def module_span(statement: n.ImportFrom) -> tuple[int, int]:
    """Where the name of the module stands in a `from … import`."""
    found = MODULE.match(statement.source.text, statement.start)
    if found is None:
        raise Refusal(
            f"{statement.span}: this import is written in a way that cannot be rewritten; simplify it"
        )
    return found.start(1), found.end(1)


def remove_names(edits: Edits, statement: n.ImportFrom, aliases: list[n.Alias]) -> dict[n.Alias, bytes]:
    """Take some names out of a list; gives the comments that stood beside them."""
    path, text = statement.source.path, statement.source.text
    if all(_has_own_line(text, alias) for alias in aliases):
        comments = {}
        for alias in aliases:
            end = line_end(text, alias.end)
            rest = text[alias.end : end].strip().lstrip(b",").strip()
            if rest:
                comments[alias] = rest
            edits.replace(path, line_start(text, alias.start), end, "", "import")
        return comments
    first, last = statement.names[0], statement.names[-1]
    if b"#" in text[first.start : last.end]:
        raise Refusal(
            f"{statement.span}: this list of names cannot be split without losing a comment; split it"
        )
    kept = [edited_alias(edits, alias) for alias in statement.names if alias not in aliases]
    _forget(edits, path, first.start, last.end)
    edits.replace(path, first.start, last.end, ", ".join(kept), "import")
    return {}


def edited_alias(edits: Edits, alias: n.Alias) -> str:
    """The text of one name of a list after the edits made so far."""
    return edits.apply(alias.source.path, alias.start, alias.end).decode()


def _forget(edits: Edits, path: str, start: int, end: int) -> None:
    made = edits.by_path.get(path, [])
    edits.by_path[path] = [e for e in made if not (start <= e.start and e.end <= end)]


def _has_own_line(text: bytes, alias: n.Alias) -> bool:
    before = text[line_start(text, alias.start) : alias.start]
    after = text[alias.end : line_end(text, alias.end)].strip()
    return not before.strip() and (after in {b"", b","} or after.lstrip(b", ").startswith(b"#"))


def add_statement(edits: Edits, after: n.Statement, line: str, comment: bytes = b"") -> None:
    """Put a statement after another one: on the next line, or behind a semicolon in a one-liner."""
    path, text = after.source.path, after.source.text
    begin, end = line_start(text, after.start), line_end(text, after.end)
    indent, rest = text[begin : after.start], text[after.end : end].strip()
    if indent.strip() or (rest and not rest.startswith(b"#")):
        edits.insert(path, after.end, f"; {line}", "import")
        return
    said = comment or (rest if SPEAKS_TO_TOOLS.match(rest) else b"")
    tail = f"  {said.decode()}" if said else ""
    last = text[after.end : end].endswith(b"\n")
    made = f"{indent.decode()}{line}{tail}"
    edits.insert(path, end, made + newline(text) if last else newline(text) + made, "import")


def drop_statement(edits: Edits, statement: n.Statement) -> None:
    """Take a whole statement away, with its line; `pass` stays where a block would be empty."""
    path, text = statement.source.path, statement.source.text
    begin, end = line_start(text, statement.start), line_end(text, statement.end)
    alone = not text[begin : statement.start].strip() and text[statement.end : end].strip()[:1] in {b"", b"#"}
    if not alone or _is_only(statement):
        edits.replace(path, statement.start, statement.end, "pass", "import")
    else:
        edits.replace(path, begin, end, "", "import")


def _is_only(statement: n.Statement) -> bool:
    """Whether a block would be empty without a statement."""
    if statement.parent is None:
        return False
    bodies = [getattr(statement.parent, name, ()) for name in ("body", "orelse", "final")]
    return any(len(body) == 1 and statement in body for body in bodies)

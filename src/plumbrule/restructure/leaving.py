"""Modules that definitions leave: what goes with them, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.edits import line_end, newline
from plumbrule.restructure.environment import copy_loaders
from plumbrule.restructure.names import key_of
from plumbrule.restructure.quoted import quoted_names
from plumbrule.restructure.segments import copy_loggers, find_segments

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site


BLOCKS = (b"@", b"def ", b"async ", b"class ", b"#")


def cut(site: Site) -> None:
    """Find the parts that leave each module, and the imports that go away with them."""
    for key in sorted({key for key, _ in site.whole.definitions}):
        path = site.names.path(key) or ""
        site.segments[path] = find_segments(site, key)
        copy_loggers(site, key)
        copy_loaders(site, path)
    for path in site.segments:
        site.pruned[path] = set(_unused(site, path))


def staying(site: Site, path: str) -> list[n.Statement]:
    """The top-level statements that a module keeps."""
    gone = {node for segment in site.segments.get(path, ()) for node in segment.nodes}
    return [statement for statement in site.tree.facts(path).body if statement not in gone]


def names_used(site: Site, path: str) -> set[str]:
    """The names of a module's own level that what it keeps uses, or says in `__all__`."""
    found: set[str] = set()
    for statement in staying(site, path):
        found |= site.scopes(path).used(statement)
        if isinstance(statement, n.Assign) and any(t.text == "__all__" for t in statement.targets):
            found.update(str(x.value) for x in statement.walk() if isinstance(x, n.Constant))
    return found


def _unused(site: Site, path: str) -> list[n.Alias]:
    """The imports that only leaving parts used."""
    kept, quoted = names_used(site, path), _quoted(site, path)
    scopes, key = site.scopes(path), key_of(path)
    gone = []
    for statement in site.tree.facts(path).body:
        if not isinstance(statement, n.Import | n.ImportFrom):
            continue
        for alias in statement.names:
            local = alias.asname or alias.name
            used = local in quoted or any(site.segment(path, use.start) for use in scopes.names(local))
            plain = not (isinstance(statement, n.ImportFrom) and statement.module == "__future__")
            if used and plain and "." not in local and local not in kept and not is_read(site, key, local):
                gone.append(alias)
    return gone


def _quoted(site: Site, path: str) -> set[str]:
    """The names that annotations of leaving parts have in quotes."""
    nodes = (node for s in site.segments[path] for x in s.nodes for node in x.walk())
    return {name for c in nodes if isinstance(c, n.Constant) for name in quoted_names(c)}


def is_read(site: Site, key: str, name: str) -> bool:
    """Whether another file imports a name from a module, or may read it there."""
    for path in site.tree.python:
        if name.encode() not in site.tree.files[path]:
            continue
        for statement in site.names.imports(path):
            found = site.names.origin(path, statement) if isinstance(statement, n.ImportFrom) else None
            if found and found.key == key and any(alias.name in {name, "*"} for alias in statement.names):
                return True
    tail = f"{key.rpartition('/')[2]}.{name}".encode()
    return any(tail in text for text in site.tree.files.values())


def insert_imports(site: Site, path: str, made: list[str]) -> None:
    """Put import statements below those that a file has."""
    text, end = site.tree.files[path], newline(site.tree.files[path])
    body = site.tree.facts(path).body
    imports = [s for s in body if isinstance(s, n.Import | n.ImportFrom)]
    first = next(
        (s for s in body if not isinstance(s, n.Import | n.ImportFrom) and not _is_docstring(s)), None
    )
    above = [s for s in imports if first is None or s.start < first.start] or imports[:1]
    if above:
        at = line_end(text, above[-1].end)
        lead = "" if text[at - 1 : at] == b"\n" else end
        site.edits.insert(path, at, lead + "".join(line + end for line in made), "import")
        return
    docstring = next((s for s in body[:1] if _is_docstring(s)), None)
    at = line_end(text, docstring.end) if docstring else 0
    below = next((s for s in staying(site, path) if not _is_docstring(s)), None)
    gap = end * (2 if isinstance(below, n.FunctionDef | n.ClassDef) else 1)
    written = "".join(line + end for line in made)
    site.edits.insert(path, at, end + written if docstring else written + gap, "import")


def _is_docstring(statement: n.Statement) -> bool:
    return isinstance(statement, n.ExprStatement) and isinstance(statement.value, n.Constant)


def rest(site: Site, path: str) -> bytes:
    """What a module keeps, with the gaps closed."""
    text, end = site.tree.files[path], newline(site.tree.files[path]).encode()
    whole, at, after_line = b"", 0, False
    for segment in site.segments[path]:
        kept = site.edits.apply(path, at, segment.start)
        line = site.instead.get((path, segment.start), "").encode()
        whole += (_gap(kept, end) if after_line or _is_tight(whole, end) else b"") + kept + line
        after_line = bool(line) or (after_line and not kept.strip())
        at = _past_blank(text, segment.end)
    tail = site.edits.apply(path, at, len(text))
    whole += (_gap(tail, end) if after_line or _is_tight(whole, end) else b"") + tail
    whole = whole if text[:1].isspace() else whole.lstrip(b"\r\n")
    return whole if tail.strip() else whole.rstrip() + (end if whole.strip() else b"")


def _is_tight(above: bytes, end: bytes) -> bool:
    """Whether what was cut out stood right below something, and nothing sets that apart from the rest now."""
    return bool(above.strip()) and not above.endswith(end * 2)


def _gap(below: bytes, end: bytes) -> bytes:
    """The blank lines between an include and what follows it."""
    return end * 2 if below.startswith(BLOCKS) else end if below.strip() else b""


def _past_blank(text: bytes, at: int) -> int:
    while at < len(text) and not text[at : line_end(text, at)].strip():
        at = line_end(text, at)
    return at


def is_empty(site: Site, path: str) -> bool:
    """Whether nothing but imports that nobody reads is left of a module."""
    pruned = site.pruned.get(path, set())
    for statement in staying(site, path):
        if isinstance(statement, n.Import | n.ImportFrom):
            future = isinstance(statement, n.ImportFrom) and statement.module == "__future__"
            if not future and not all(alias in pruned for alias in statement.names):
                return False
        elif not _is_docstring(statement) and not _is_typing_block(statement):
            return False
    return key_of(path) not in site.needed


def _is_typing_block(statement: n.Statement) -> bool:
    return (
        isinstance(statement, n.If)
        and "TYPE_CHECKING" in statement.test.text
        and all(isinstance(inner, n.Import | n.ImportFrom) for inner in statement.body)
    )

"""Schemas of one name: FastAPI tells them apart by their modules, so that these are part of the document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.edits import line_start, newline
from plumbrule.restructure.moves import VisibleName
from plumbrule.restructure.names import dotted_from, is_within, key_of
from plumbrule.restructure.quoted import is_annotation

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site

ROOTS = {"BaseModel", "SQLModel", "RootModel", "GenericModel"}


def pin_schemas(site: Site) -> None:
    """Let schemas that share their name keep the key that the document has for them, or list the new one."""
    for same in schemas(site).values():
        if len(same) < 2:
            continue
        for path, node in same:
            home = site.home(path, node.start)
            if home != path:
                _pin(site, path, home, node)


def schemas(site: Site) -> dict[str, list[tuple[str, n.ClassDef]]]:
    """The classes that become schemas, by name."""
    classes = [
        (path, node)
        for path in site.tree.python
        if b"class " in site.tree.files[path]
        for node in site.tree.facts(path).body
        if isinstance(node, n.ClassDef) and node.bases
    ]
    known = set(ROOTS)
    while True:
        more = {node.name for _, node in classes if any(_last(base) in known for base in node.bases)} - known
        if not more:
            break
        known |= more
    found: dict[str, list[tuple[str, n.ClassDef]]] = {}
    for path, node in classes:
        if any(_last(base) in known for base in node.bases):
            found.setdefault(node.name, []).append((path, node))
    return found


def _last(base: n.Expr) -> str:
    inner = base.value if isinstance(base, n.Subscript) else base
    return inner.text.rpartition(".")[2]


def _pin(site: Site, path: str, home: str, node: n.ClassDef) -> None:
    roots = [r for r in site.names.roots | {""} if is_within(path, r) and is_within(home, r)]
    root = max(roots, key=len)
    old, new = dotted_from(key_of(path), root), dotted_from(key_of(home), root)
    text = site.tree.files[path]
    quoted = any(
        isinstance(x, n.Constant) and isinstance(x.value, str) and is_annotation(x) for x in node.walk()
    )
    lazy = quoted or b"from __future__ import annotations" in text
    body = node.body[0]
    own_line = not text[line_start(text, body.start) : body.start].strip()
    if not lazy and own_line:
        indent = text[line_start(text, body.start) : body.start].decode()
        after = node.docstring is not None
        line = f'__module__ = "{old}"'
        if after:
            site.edits.insert(path, body.end, f"{newline(text)}{newline(text)}{indent}{line}", "schema")
        else:
            site.edits.insert(path, body.start, f"{line}{newline(text)}{indent}", "schema")
    key, changed = (f"{module}.{node.name}".replace(".", "__") for module in (old, new))
    pinned = not lazy and own_line
    site.visible.append(VisibleName("schema", key, key if pinned else changed, path, node.line, pinned))

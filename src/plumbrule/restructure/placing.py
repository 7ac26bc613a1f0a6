"""Where a new import goes among those of a file: to its kind, in their order, into one that is there."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.edits import line_end, line_start, newline
from plumbrule.restructure.leaving import insert_imports, names_used
from plumbrule.restructure.names import key_of
from plumbrule.restructure.needs import Need, as_sorted, lines, spelled_like
from plumbrule.restructure.statements import LONGEST

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.restructure.site import Site

Import = n.Import | n.ImportFrom


def import_back(site: Site) -> None:
    """Let a module import what has left it and what it, or a reader of its face, still uses."""
    for path in site.segments:
        key = key_of(path)
        leaving = site.whole.leaving(key)
        wanted = names_used(site, path) & leaving.keys()
        if key in site.needed:
            wanted = set(leaving)
        home = site.whole.path(path)
        needs = [Need(3, spelled_like(site, path, leaving[name], home), name, name) for name in wanted]
        if needs:
            insert_needs(site, path, needs)


def insert_needs(site: Site, path: str, needs: Iterable[Need]) -> None:
    """Import what is needed, each where the order of the file wants it; new kinds below all imports."""
    header = _header(site, path)
    if not header:
        insert_imports(site, path, lines(needs))
        return
    # Where two places are one, what was put there first stands first.
    first = KINDS.index(_kind(site, path, header[0]))
    groups: dict[str, list[list[Need]]] = {}
    for module in _by_module(needs):
        groups.setdefault(_kind_of(module[0]), []).append(module)
    there = {_kind(site, path, s) for s in header}
    places = {kind: 1 if kind in there else 2 * (KINDS.index(kind) > first) for kind in KINDS}
    for kind in sorted(groups, key=lambda kind: (places[kind], KINDS.index(kind))):
        rest = [need for module in groups[kind] if not _insert(site, path, module) for need in module]
        if rest:
            _insert_kind(site, path, kind, lines(rest))


def _insert_kind(site: Site, path: str, kind: str, made: list[str]) -> None:
    """Put imports of a kind that a file has none of between those of its other kinds."""
    text, header = site.tree.files[path], _header(site, path)
    end = newline(text)
    above = [s for s in header if KINDS.index(_kind(site, path, s)) < KINDS.index(kind)]
    block = "".join(line + end for line in made)
    if above:
        at = line_end(text, above[-1].end)
        lead = "" if text[at - 1 : at] == b"\n" else end
        site.edits.insert(path, at, lead + end + block, "import")
    else:
        site.edits.insert(path, line_start(text, header[0].start), block + end, "import")


def _kind_of(need: Need) -> str:
    return "." if need.module.startswith(".") else KINDS[need.rank]


def _by_module(needs: Iterable[Need]) -> list[list[Need]]:
    found: dict[tuple[str, str], list[Need]] = {}
    for need in sorted(needs):
        found.setdefault((need.module, "" if need.module else need.name), []).append(need)
    return list(found.values())


def _insert(site: Site, path: str, needs: list[Need]) -> bool:
    """Put the names of one module among their kin; tells whether there are any."""
    text, first = site.tree.files[path], needs[0]
    module = first.module or first.name
    kin = [s for s in _header(site, path) if _kind(site, path, s) == _kind_of(first)]
    if not kin or first.raw:
        return False
    same = next((s for s in kin if isinstance(s, n.ImportFrom) and _spelled(s) == first.module), None)
    if same is not None and not _is_edited(site, path, same) and join(site, path, same, needs):
        return True
    key = _order(bool(first.module), module)
    behind = next((s for s in kin if _order(isinstance(s, n.ImportFrom), _spelled(s)) > key), None)
    at = line_start(text, behind.start) if behind else line_end(text, kin[-1].end)
    lead = "" if text[at - 1 : at] in {b"\n", b""} else newline(text)
    made = "".join(line + newline(text) for line in lines(needs) if line)
    site.edits.insert(path, at, lead + made, "import")
    return True


def join(site: Site, path: str, statement: n.ImportFrom, needs: Iterable[Need]) -> bool:
    """Add names to a `from … import`, in their order; tells whether there is room."""
    text, last = site.tree.files[path], statement.names[-1]
    own_lines = all(not text[line_start(text, a.start) : a.start].strip() for a in statement.names)
    names = [need.text for need in needs]
    wide = statement.end - line_start(text, statement.start) + sum(len(name) + 2 for name in names)
    spread = b"\n" in text[statement.start : statement.end]
    if any(alias.name == "*" for alias in statement.names) or (spread and not own_lines):
        return False
    if wide > LONGEST and not own_lines:
        _spread(site, path, statement, names)
        return True
    for name in names:
        behind = next((a for a in statement.names if as_sorted(a.name) > as_sorted(name)), None)
        if not own_lines:
            made = (behind.start, f"{name}, ") if behind else (last.end, f", {name}")
            site.edits.insert(path, *made, "import")
            continue
        at = line_start(text, behind.start) if behind else line_end(text, last.end)
        if not behind and b"," not in text[last.end : at]:
            site.edits.insert(path, last.end, ",", "import")
        indent = text[line_start(text, last.start) : last.start].decode()
        site.edits.insert(path, at, f"{indent}{name},{newline(text)}", "import")
    return True


def _spread(site: Site, path: str, statement: n.ImportFrom, names: list[str]) -> None:
    """Write a list of names that has become too long in lines of their own."""
    end = newline(site.tree.files[path])
    whole = sorted([*(alias.text for alias in statement.names), *names], key=as_sorted)
    text = "(" + "".join(f"{end}    {name}," for name in whole) + f"{end})"
    site.edits.replace(path, statement.names[0].start, statement.names[-1].end, text, "import")


def _is_edited(site: Site, path: str, statement: Import) -> bool:
    made = site.edits.by_path.get(path, ())
    return any(edit.start < statement.end and statement.start < edit.end for edit in made)


def _header(site: Site, path: str) -> list[Import]:
    """The imports at the top of a file, above everything else, each on lines of its own."""
    found: list[Import] = []
    for statement in site.tree.facts(path).body:
        if isinstance(statement, n.Import | n.ImportFrom):
            found.append(statement)
        elif found:
            break
    return found


def _spelled(statement: Import) -> str:
    if isinstance(statement, n.Import):
        return statement.names[0].name
    return "." * statement.level + statement.module


def _order(is_from: bool, module: str) -> tuple[bool, bool, str]:
    """As isort does it: `import x` before `from x`, and further dots before nearer ones."""
    depth = len(module) - len(module.lstrip("."))
    return is_from, not module.startswith("."), f"{9 - depth}{module.lower()}"


KINDS = ("future", "stdlib", "others", "project", ".")
"""what imports are grouped by, in their order; a need has the rank of its kind"""


def _kind(site: Site, path: str, statement: Import) -> str:
    module = _spelled(statement)
    top = module.partition(".")[0]
    if not top:
        return "."
    if top == "__future__":
        return "future"
    if top in sys.stdlib_module_names:
        return "stdlib"
    return "project" if site.names.find(module, path) else "others"

"""Modules that definitions come to: new ones, and those that were there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.edits import line_end, line_start, newline
from plumbrule.restructure.leaving import insert_imports, rest
from plumbrule.restructure.names import key_of
from plumbrule.restructure.needs import Need, lines, needs_of
from plumbrule.restructure.placing import insert_needs

if TYPE_CHECKING:
    from plumbrule.facts.file import File
    from plumbrule.restructure.site import Segment, Site

CHECKING = Need(1, "typing", "TYPE_CHECKING", "TYPE_CHECKING")
FUTURE = Need(0, "__future__", "annotations", "annotations")


def arrivals(site: Site) -> dict[str, list[tuple[str, Segment]]]:
    """The parts that arrive at each module of the new tree, in source order, with their files."""
    found = {target: _copies(site, target) for target in site.copies}
    for path in sorted(site.segments):
        for segment in site.segments[path]:
            found.setdefault(segment.target, []).append((path, segment))
    return found


def _copies(site: Site, target: str) -> list[tuple[str, Segment]]:
    """The loggers that a module is to have and has not."""
    key = next((old for old, new in site.whole.modules.items() if new == target), target)
    path = site.names.path(key)
    bound = site.scopes(path).locals(None) if path else {}
    return [copy for copy in site.copies[target] if not any(name in bound for name in copy[1].names)]


def new_module(site: Site, target: str, parts: list[tuple[str, Segment]]) -> str:
    """The text of a module that is made of parts alone."""
    needs = _needs(site, target, parts)
    end = newline(site.tree.files[parts[0][0]])
    typed = [need for need in needs if need.typing]
    header = lines([*(need for need in needs if not need.typing), *([CHECKING] if typed else [])])
    header += _typing_block(typed) if typed else []
    prelude = site.preludes.get(target, [])
    header += ["", *prelude] if prelude else []
    gap = (3 if _is_block(parts[0][1], parts[0][1]) else 2) if header else 0
    return end.join(line.rstrip() for line in header) + end * gap + _joined(site, parts)


def _typing_block(needs: list[Need]) -> list[str]:
    """`if TYPE_CHECKING:` and the imports below it."""
    return ["", "if TYPE_CHECKING:", *(line for line in lines(needs, "    ") if line)]


def _needs(site: Site, target: str, parts: list[tuple[str, Segment]]) -> list[Need]:
    home = site.path_of(target)
    found: dict[Need, None] = {}
    for path in dict.fromkeys(path for path, _ in parts):
        segments = [segment for other, segment in parts if other == path]
        found.update(dict.fromkeys(needs_of(site, key_of(path), segments, home)))
        if has_future(site.tree.facts(path)):
            found[FUTURE] = None
    found.update(dict.fromkeys(site.extra_needs.get(target, ())))
    for need in found:
        if clash := next((o for o in found if o.local == need.local and _differs(o, need)), None):
            both = f"{clash.module}.{clash.name} and {need.module}.{need.name}"
            raise Refusal(f"{home}: `{need.local}` would be both {both}")
    return list(found)


def _differs(one: Need, other: Need) -> bool:
    return (one.module, one.name) != (other.module, other.name) and not one.raw and not other.raw


def has_future(file: File) -> bool:
    """Whether a file has its annotations as texts."""
    return any(
        isinstance(s, n.ImportFrom)
        and s.module == "__future__"
        and any(a.name == "annotations" for a in s.names)
        for s in file.body
    )


def _joined(site: Site, parts: list[tuple[str, Segment]]) -> str:
    """The parts one below the other, with the gaps that definitions have."""
    out: list[str] = []
    last: tuple[str, Segment] | None = None
    end = newline(site.tree.files[parts[0][0]])
    for path, segment in parts:
        text = site.edits.apply(path, segment.start, segment.end, leaves=True).decode(
            "utf-8", "surrogateescape"
        )
        if out and last is not None:
            between = site.tree.files[path][last[1].end : segment.start] if last[0] == path else b"-"
            gap = between.decode() if not between.strip() else end * (2 if _is_block(segment, last[1]) else 1)
            out.append(gap)
        out.append(text if text.endswith("\n") else text + end)
        last = (path, segment)
    return "".join(out)


def _is_block(one: Segment, other: Segment) -> bool:
    return any(isinstance(x, n.FunctionDef | n.ClassDef) for x in (*one.nodes, *other.nodes))


def grown_module(site: Site, path: str, parts: list[tuple[str, Segment]]) -> str:
    """The text of a module that was there before, with what arrives."""
    target = parts[0][1].target
    needs = [need for need in _needs(site, target, parts) if not _has(site, path, need)]
    _check_arrival(site, path, parts, needs)
    plain = [need for need in needs if not need.typing and need != FUTURE]
    if plain:
        insert_needs(site, path, plain)
    if typed := [need for need in needs if need.typing]:
        header = (
            ["from typing import TYPE_CHECKING"] if not site.scopes(path).is_bound("TYPE_CHECKING") else []
        )
        insert_imports(site, path, [*header, *_typing_block(typed)])
    end = newline(site.tree.files[path])
    base = (rest(site, path) if path in site.segments else site.edits.apply(path)).decode(
        "utf-8", "surrogateescape"
    )
    body = _joined(site, parts)
    if prelude := site.preludes.get(target):
        body = end.join(prelude) + end * 3 + body
    return base.rstrip() + end * 3 + body if base.strip() else body


def _has(site: Site, path: str, need: Need) -> bool:
    """Whether a file has an import already."""
    if need == FUTURE:
        return has_future(site.tree.facts(path))
    text = site.edits.apply(path)
    for node in site.scopes(path).locals(None).get(need.local, ()):
        if isinstance(node, n.Alias) and node.name.rpartition(".")[2] == need.name.rpartition(".")[2]:
            line = text[line_start(text, node.start) : line_end(text, node.end)]
            return isinstance(node.parent, n.Import) or need.module.encode() in text or bool(line)
    return False


def _check_arrival(site: Site, path: str, parts: list[tuple[str, Segment]], needs: list[Need]) -> None:
    """Refuse names that mean something else in the module that they come to."""
    bound = site.scopes(path).locals(None)
    for source, segment in parts:
        for name in segment.names:
            if any(not isinstance(node, n.Alias) for node in bound.get(name, ())):
                raise Refusal(f"{path} defines `{name}` already; {source} cannot bring another one")
        if has_future(site.tree.facts(source)) != has_future(site.tree.facts(path)):
            raise Refusal(
                f"{path} and {source} treat annotations differently: add or remove the future import first"
            )
    for need in needs:
        if need.local in bound and not need.raw:
            raise Refusal(f"{path}: `{need.local}` means something else there; rename it first")

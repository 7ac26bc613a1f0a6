"""Lists of the packages that are shipped: a package that comes into being has to be in them."""

from __future__ import annotations

import tomllib
from configparser import ConfigParser, Error
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from, is_within
from plumbrule.restructure.scopes import all_nodes
from plumbrule.restructure.tree import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site


def check_packages(site: Site) -> None:
    """Refuse a move that leaves a module in none of the packages of a list."""
    arriving = {(path, f"{s.target}.py") for path, parts in site.segments.items() for s in parts}
    goings = sorted({*site.whole.files.items(), *arriving})
    for file, listed in lists(site):
        roots = sorted(site.names.roots | {""}, key=len, reverse=True)
        keys = {root: {f"{root}/{name}".strip("/").replace(".", "/") for name in listed} for root in roots}
        root = max(roots, key=lambda r: len(keys[r] & site.names.folders))
        after = {site.whole.key(key) for key in keys[root]}
        for old, new in goings:
            folder = new.rpartition("/")[0]
            if old.rpartition("/")[0] in keys[root] and folder not in after and is_within(folder, root):
                name = dotted_from(folder, root)
                where = f"{file}:{_line(site.tree.files[file], listed[-1])}"
                raise Refusal(
                    f"{where} lists the packages that are shipped, without {name}; add it there first"
                )


def lists(site: Site) -> Iterator[tuple[str, list[str]]]:
    """The files that list packages one by one, each with its list."""
    for path, text in site.tree.files.items():
        match path.rpartition("/")[2]:
            case "pyproject.toml":
                found = _in_pyproject(decoded(text))
            case "setup.cfg":
                found = _in_setup_cfg(decoded(text))
            case "setup.py":
                found = _in_setup_py(site, path)
            case _:
                continue
        if found:
            yield path, found


def _in_pyproject(text: str) -> list[str]:
    try:
        listed = tomllib.loads(text).get("tool", {}).get("setuptools", {}).get("packages")
    except tomllib.TOMLDecodeError:
        return []
    return [str(name) for name in listed] if isinstance(listed, list) else []


def _in_setup_cfg(text: str) -> list[str]:
    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except Error:
        return []
    listed = parser.get("options", "packages", fallback="")
    return [] if "find" in listed else listed.replace(",", " ").split()


def _in_setup_py(site: Site, path: str) -> list[str]:
    for node in all_nodes(site.tree.facts(path)):
        if isinstance(node, n.Keyword) and node.name == "packages" and isinstance(node.value, n.Sequence):
            return [str(x.value) for x in node.value.walk() if isinstance(x, n.Constant)]
    return []


def _line(text: bytes, name: str) -> int:
    """The line on which a list names a package."""
    quoted = next((at for q in ('"', "'", "") if (at := text.find(f"{q}{name}{q}".encode())) >= 0), 0)
    return text.count(b"\n", 0, quoted) + 1

"""What is looked up in packages by name at run time: by injectors, by queues, by the project itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from, is_within, key_of
from plumbrule.restructure.scopes import all_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site

REPLACERS = {"patch", "setattr", "delattr"}
SIGNS = re.compile(
    rb"autodiscover_tasks|WiringConfiguration|\.wire\(|import_module\(|lazy\(|(?:patch|attr)\(\s*[fF][\"']"
)
IMPORTERS = {"import_module", "lazy"}


@dataclass(frozen=True, slots=True)
class Lookup:
    """A place that takes modules out of a package: all, the one called `leaf`, or those with a `mark`."""

    node: n.Node
    folder: str
    leaf: str = ""
    mark: tuple[bytes, ...] = ()

    def takes(self, site: Site, key: str) -> bool:
        """Whether it takes a module of the package."""
        text = site.tree.files.get(site.names.path(key) or "", b"")
        right = not self.leaf or key == f"{self.folder}/{self.leaf}"
        return is_within(key, self.folder) and right and (not self.mark or any(m in text for m in self.mark))


def check_lookups(site: Site) -> None:
    """Refuse to take a module away from who looks it up without naming it."""
    leaving = {key: new for key, new in site.whole.modules.items() if site.names.path(key)}
    for path in site.tree.mentioning(SIGNS):
        for node in all_nodes(site.tree.facts(path)):
            if not isinstance(node, n.Call):
                continue
            for lookup in lookups(site, path, node):
                folder = site.whole.key(lookup.folder)
                for key, new in leaving.items():
                    stays = is_within(new, folder) and (not lookup.leaf or new == f"{folder}/{lookup.leaf}")
                    if lookup.takes(site, key) and not stays:
                        what = "replaces" if _called(node) in REPLACERS else "imports"
                        where = f"{node.span} {what} what it finds in {lookup.folder}"
                        raise Refusal(f"{where}: {_dotted(site, key)} would be missed; leave it there")
            check_relative(site, path, node)


def lookups(site: Site, path: str, call: n.Call) -> Iterator[Lookup]:
    """The packages that a call takes modules from."""
    match _called(call):
        case "autodiscover_tasks":
            given = call.keyword("related_name")
            leaf = str(getattr(given, "value", None) or "tasks")
            yield from (Lookup(call, key, leaf) for key in _packages(site, path, call.args[:1]))
        case "WiringConfiguration" | "wire":
            given = call.keyword("packages")
            marks = (b"Provide", b"inject")
            yield from (Lookup(call, k, "", marks) for k in _packages(site, path, [given] if given else []))
        case "patch" | "setattr" | "delattr" if call.args and isinstance(call.args[0], n.FString):
            yield from _replaced(site, path, call, call.args[0].parts)
        case "import_module" if call.args and isinstance(call.args[0], n.FString):
            first = call.args[0].parts[0]
            start = str(first.value) if isinstance(first, n.Constant) else ""
            if start.startswith("."):
                yield Lookup(call, key_of(path).rpartition("/")[0])
            elif start.endswith(".") and (found := site.names.find(start[:-1], path)):
                yield Lookup(call, found.key)
        case _:
            pass


def _replaced(site: Site, path: str, call: n.Call, parts: tuple[n.Expr, ...]) -> Iterator[Lookup]:
    """The package of `patch(f"app.parsers.{name}.fetch")`: any module of it that has a `fetch`."""
    match parts:
        case (n.Constant(value=str(start)), _, n.Constant(value=str(end))) if end.startswith("."):
            found = site.names.find(start.removesuffix("."), path) if start.endswith(".") else None
            if found is not None:
                yield Lookup(call, found.key, "", (end.rpartition(".")[2].encode(),))


def _called(call: n.Call) -> str:
    return call.func.attr if isinstance(call.func, n.Attribute) else getattr(call.func, "id", "")


def _packages(site: Site, path: str, given: list[n.Node] | tuple[n.Node, ...]) -> Iterator[str]:
    """The packages that strings in an argument name."""
    for node in (inner for argument in given for inner in argument.walk()):
        if isinstance(node, n.Constant) and isinstance(node.value, str):
            found = site.names.find(node.value, path)
            if found is not None and site.names.is_package(found.key):
                yield found.key


def check_relative(site: Site, path: str, call: n.Call) -> None:
    """Refuse what changes the meaning of `import_module(".types", __package__)` and `lazy(".types")`."""
    called = _called(call)
    name = call.args[0].value if call.args and isinstance(call.args[0], n.Constant) else None
    if called not in IMPORTERS or not isinstance(name, str) or not name.startswith("."):
        return
    package = call.args[1] if len(call.args) > 1 else call.keyword("package")
    if isinstance(package, n.Constant) and isinstance(package.value, str):
        found = site.names.find(package.value, path)
        old, new = (found.key, site.whole.key(found.key)) if found else ("", "")
    else:
        old, new = path.rpartition("/")[0], site.home(path, call.start).rpartition("/")[0]
    target, after = _relative(old, name), _relative(new, name)
    if old and site.names.exists(target) and site.whole.key(target) != after:
        meant = _dotted(site, target)
        raise Refusal(f"{call.args[0].span}: `{name}` means {meant}; write that there, and run again")


def _relative(folder: str, name: str) -> str:
    tail = name.lstrip(".")
    for _ in range(len(name) - len(tail) - 1):
        folder = folder.rpartition("/")[0]
    return f"{folder}/{tail.replace('.', '/')}"


def _dotted(site: Site, key: str) -> str:
    roots = [root for root in site.names.roots | {""} if is_within(key, root) and key != root]
    return dotted_from(key, max(roots, key=len, default=""))

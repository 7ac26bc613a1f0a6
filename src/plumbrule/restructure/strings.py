"""Strings in code that name modules: those that are looked up are rewritten, all others are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.addresses import Address, address, holds
from plumbrule.restructure.scopes import all_nodes

if TYPE_CHECKING:
    import re

    from plumbrule.restructure.site import Site

LOOKED_UP = {
    *("patch", "dict", "multiple", "setattr", "delattr", "spy", "stub"),
    *(
        "import_module",
        "__import__",
        "import_string",
        "resolve_name",
        "find_spec",
        "run_module",
        "importorskip",
    ),
    *("autodiscover_tasks", "wire", "lazy", "relationship", "Relationship", "load_object", "import_object"),
    *("PackageLoader", "files", "resource_filename", "get_data", "locate", "walk_modules"),
}
SPOKEN_AS: dict[str | None, str] = {
    **dict.fromkeys(("include", "imports", "modules", "packages", "pytest_plugins", "factory"), "reference"),
    **dict.fromkeys(("logger", "logger_name"), "logger"),
}
LOGGERS = {"getLogger", "get_logger", "at_level", "set_level"}
CLASSES = {"()", "class", "factory", "backend", "BACKEND"}


def rewrite_strings(site: Site, path: str, pattern: re.Pattern[bytes]) -> None:
    """Edit the strings of one file that name what moves, and list those that may."""
    text = site.tree.files[path]
    hits = [(m.start(), m.end()) for m in pattern.finditer(text) if not site.edits.covers(path, m.start())]
    if not hits:
        return
    facts = site.tree.facts(path)
    strings = sorted((x for x in all_nodes(facts) if isinstance(x, n.Constant)), key=lambda x: x.start)
    imports = [(s.start, s.end) for s in site.names.imports(path)]
    for start, end in hits:
        inside = [s for s in strings if s.start <= start and end <= s.end]
        if inside:
            _rewrite(site, path, inside[-1], text[start:end].decode())
        elif not any(a <= start < b for a, b in imports) and _is_comment(text, start):
            site.mention(path, start, text[start:end].decode(), "a comment")


def _is_comment(text: bytes, at: int) -> bool:
    return b"#" in text[text.rfind(b"\n", 0, at) + 1 : at]


def _rewrite(site: Site, path: str, constant: n.Constant, needle: str) -> None:
    value = constant.value if isinstance(constant.value, str) else ""
    prefix = value[:-1] if isinstance(constant.parent, n.FString) and value.endswith(".") else value
    found = address(site, prefix, path)
    if found is None:
        site.mention(path, constant.start, needle, "part of a longer text")
        return
    if found.after == found.text:
        return
    if why := doubt(site, path, constant, found):
        site.mention(path, constant.start, value, why)
        return
    raw = constant.source.text[constant.start : constant.end]
    at = raw.find(found.text.encode())
    if raw.count(found.text.encode()) != 1:
        site.mention(path, constant.start, value, "written in a way that cannot be edited")
        return
    start = constant.start + at
    site.edits.replace(path, start, start + len(found.text.encode()), found.after, "string")


def doubt(site: Site, path: str, constant: n.Node, found: Address) -> str | None:
    """Why a string may not be a reference; None if it is one."""
    if found.is_entry and holds(site, found):
        return None
    speaker = _speaker(site, path, constant, set())
    if speaker == "task":
        return "a task's name, which stays"
    if speaker is None:
        return "a string that nothing is seen to look up"
    return None


def _speaker(site: Site, path: str, node: n.Node, seen: set[n.Node]) -> str | None:
    """What a string is handed to: `reference`, `logger`, `task`, or None where it cannot be told."""
    child = node
    for parent in node.parents:
        match parent:
            case n.Keyword(name=name) if name in SPOKEN_AS:
                return SPOKEN_AS[name]
            case n.Call():
                return (
                    _called(parent, child)
                    or _through_parameter(site, path, parent, child, seen)
                    or _through_function(site, path, parent, child, seen)
                )
            case n.Dict() if said := _in_dict(parent, child):
                return said
            case n.Assign(targets=(n.Name(id=name) | n.Attribute(attr=name), *_)) if name in SPOKEN_AS:
                return SPOKEN_AS[name]
            case n.Assign(targets=(n.Name(id=name), *_)):
                return _by_name(site, path, parent, name, seen)
            case n.Sequence() | n.FString() | n.Keyword() | n.Starred() | n.Dict():
                child = parent
            case _:
                return None
    return None


def _called(call: n.Call, child: n.Node) -> str | None:
    name = call.func.attr if isinstance(call.func, n.Attribute) else getattr(call.func, "id", "")
    first = bool(call.args) and child is call.args[0]
    if name in LOGGERS and (first or isinstance(child, n.Keyword)):
        return "logger"
    if name in {"send_task", "signature"} and first:
        return "task"
    if name in LOOKED_UP and (
        first or name in {"wire", "lazy", "relationship", "Relationship", "autodiscover_tasks"}
    ):
        return "reference"
    return None


def _in_dict(node: n.Dict, child: n.Node) -> str | None:
    """A class or factory of a configuration, or a logger that it speaks of."""
    for key, value in zip(node.keys, node.values, strict=True):
        if value is child and isinstance(key, n.Constant):
            if key.value in CLASSES:
                return "reference"
            if key.value == "task":
                return "task"
            if (
                key.value == "models"
                and isinstance(node.parent, n.Dict)
                and _key_above(node.parent) == "apps"
            ):
                return "reference"  # Tortoise: `{"apps": {"shop": {"models": ["app.models"]}}}`
        if key is child and _key_above(node) == "loggers":
            return "logger"
    return None


def _key_above(node: n.Dict) -> object:
    outer = node.parent
    if isinstance(outer, n.Keyword):
        return outer.name
    if isinstance(outer, n.Dict):
        pairs = zip(outer.keys, outer.values, strict=True)
        return next((k.value for k, v in pairs if v is node and isinstance(k, n.Constant)), None)
    return None


def _by_name(site: Site, path: str, assign: n.Assign, name: str, seen: set[n.Node]) -> str | None:
    """What a variable that holds the string is handed to, if that is always the same."""
    scopes = site.scopes(path)
    said = set()
    for use in scopes.names(name):
        bound = scopes.binding(use, name)
        if use in assign.targets or bound is None or assign not in bound[1] or use in seen:
            continue
        said.add(_speaker(site, path, use, seen | {use}))
    return said.pop() if len(said) == 1 else None


def _through_parameter(site: Site, path: str, call: n.Call, child: n.Node, seen: set[n.Node]) -> str | None:
    """`@parametrize("target", ["app.x"])`: what the test hands its parameter to."""
    if not call.func.text.endswith("parametrize") or not call.args or child is call.args[0]:
        return None
    names, test = call.args[0], call.parent
    if not isinstance(names, n.Constant) or not isinstance(test, n.FunctionDef):
        return None
    said = set()
    for name in str(names.value).replace(" ", "").split(","):
        for use in site.scopes(path).names(name):
            if test.start <= use.start < test.end and use not in seen:
                said.add(_speaker(site, path, use, seen | {use}))
    return "reference" if "reference" in said else None


def _through_function(site: Site, path: str, call: n.Call, child: n.Node, seen: set[n.Node]) -> str | None:
    """`load("app.models")`, if `load` is a function of the same file: what it hands that parameter to."""
    bound = site.scopes(path).binding(call.func, call.func.id) if isinstance(call.func, n.Name) else None
    function = bound[1][-1] if bound else None
    if not isinstance(function, n.FunctionDef) or child not in call.args:
        return None
    at = call.args.index(child) if isinstance(child, n.Expr) else -1
    if not 0 <= at < len(function.parameters):
        return None
    name = function.parameters[at].name
    uses = [
        u for u in site.scopes(path).names(name) if function.start <= u.start < function.end and u not in seen
    ]
    said = {_speaker(site, path, use, seen | {use}) for use in uses}
    return "reference" if "reference" in said else None

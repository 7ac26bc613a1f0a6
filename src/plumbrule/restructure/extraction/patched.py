"""Names that tests replace in the module of a handler: a replaced name must still be the one that is read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Refusal
from plumbrule.restructure.names import dotted_from
from plumbrule.restructure.scopes import PATCHERS, all_nodes, chain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site

REPLACES = PATCHERS | {"patch", "multiple", "spy", "stub", "replace", "swap"}


def check_replaced(site: Site, key: str, names: set[str]) -> None:
    """Refuse if another file may replace a name of a module in a way that cannot be followed."""
    leaf = key.rpartition("/")[2]
    known = re.compile(rf"\b{re.escape(leaf)}\b".encode())
    wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(names)))})\b".encode()) if names else None
    for path in site.tree.python:
        text = site.tree.files[path]
        if path == site.names.path(key) or wanted is None or not known.search(text):
            continue
        if not wanted.search(text):
            continue
        for node, name in _replacing(site, path, key, names):
            raise Refusal(
                f"{node.span}: replaces `{name}` of {key.replace('/', '.')}, which would be read elsewhere; "
                "replace it where it is defined"
            )


def _replacing(site: Site, path: str, key: str, names: set[str]) -> Iterator[tuple[n.Node, str]]:
    """The places of a file that may replace a name of a module, but for those that moves follow."""
    for node in all_nodes(site.tree.facts(path)):
        match node:
            case n.Assign(targets=targets) | n.Delete(targets=targets):
                for target in (t for t in targets if isinstance(t, n.Attribute) and t.attr in names):
                    if _may_be(site, path, target.value, key):
                        yield target, target.attr
            case n.Call() if _called(node) in REPLACES:
                yield from _in_call(site, path, key, node, names)


def _in_call(site: Site, path: str, key: str, call: n.Call, names: set[str]) -> Iterator[tuple[n.Node, str]]:
    first = call.args[0] if call.args else None
    if first is None:
        return
    for keyword in call.keywords:
        if keyword.name in names and _called(call) == "multiple" and _may_be(site, path, first, key):
            yield keyword, keyword.name or ""
    second = call.args[1] if len(call.args) > 1 else None
    named = isinstance(second, n.Constant) and second.value in names and not isinstance(first, n.Constant)
    if isinstance(second, n.Constant) and named and not _is_bound(site, path, first):
        yield second, str(second.value)
    if isinstance(first, n.FString | n.BinOp | n.Name | n.Call):
        for part in _texts(site, path, first):
            if (name := part.rpartition(".")[2]) in names:
                yield first, name


def _texts(site: Site, path: str, expr: n.Expr) -> Iterator[str]:
    """The texts that an address is put together of; those of a variable only if it is one with a dot."""
    if isinstance(expr, n.Name):
        bound = site.scopes(path).binding(expr, expr.id)
        for node in bound[1] if bound else ():
            if isinstance(node, n.Assign) and isinstance(node.value, n.FString | n.BinOp):
                yield from _texts(site, path, node.value)
        return
    for node in expr.walk():
        if isinstance(node, n.Constant) and isinstance(node.value, str):
            yield node.value


def _may_be(site: Site, path: str, expr: n.Expr, key: str) -> bool:
    """Whether an expression may be a module: unless it is seen to be something else."""
    if isinstance(expr, n.Constant):
        roots = site.names.roots | {""}
        return expr.value in {dotted_from(key, root) for root in roots}
    if isinstance(expr, n.Name | n.Attribute):
        base: n.Expr = expr
        while isinstance(base, n.Attribute):
            base = base.value
        if isinstance(base, n.Name):
            return _means(site, path, base, key)
    return True


def _is_bound(site: Site, path: str, expr: n.Expr) -> bool:
    """Whether an expression starts with a name that an import or a definition binds: moves follow that."""
    base: n.Expr = expr
    while isinstance(base, n.Attribute):
        base = base.value
    if not isinstance(base, n.Name):
        return False
    found = site.scopes(path).binding(base, base.id)
    return found is not None and all(isinstance(x, n.Alias | n.ClassDef | n.FunctionDef) for x in found[1])


def _means(site: Site, path: str, base: n.Name, key: str) -> bool:
    """Whether a name may be, or lead to, a module."""
    found = site.scopes(path).binding(base, base.id)
    if found is None:
        return False
    for node in found[1]:
        if not isinstance(node, n.Alias):
            return not isinstance(node, n.Parameter | n.ClassDef | n.FunctionDef)
        if isinstance(node.parent, n.ImportFrom):
            origin = site.names.origin(path, node.parent)
            inner = site.names.member(origin.key, node.name) if origin else None
            if inner is not None and (inner == key or key.startswith(inner + "/")):
                return True
        elif found_module := site.names.find(node.name, path):
            whole = chain(base).outermost.text.replace(".", "/")
            return found_module.key == key or key.endswith(whole.rpartition("/")[0])
    return False


def _called(call: n.Call) -> str:
    return call.func.attr if isinstance(call.func, n.Attribute) else getattr(call.func, "id", "")

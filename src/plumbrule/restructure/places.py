"""Paths that a file computes from its own place: what `__file__` leads to is the same before and after."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from plumbrule.facts import nodes as n
from plumbrule.facts.syntax import read
from plumbrule.plan import Refusal
from plumbrule.restructure.moves import VisibleName
from plumbrule.restructure.scopes import all_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.facts.file import File
    from plumbrule.restructure.site import Site

SAME = {
    "Path",
    "PurePath",
    "str",
    "fspath",
    "abspath",
    "realpath",
    "normpath",
    "resolve",
    "absolute",
    "as_posix",
}
OWN_NAME = {"name", "stem", "basename", "suffix"}


class Anchor(NamedTuple):
    """The largest expression around `__file__` that only goes up, and the folder that it means."""

    expr: n.Expr
    folder: str


def rewrite_places(site: Site, path: str) -> None:
    """Edit what a file that moves computes from `__file__`; refuse what cannot be told."""
    text = site.tree.files[path]
    if b"__file__" not in text:
        return
    for use in file_names(site.tree.facts(path)):
        home = site.home(path, use.start)
        if home != path:
            _rewrite(site, path, home, use)


def file_names(file: File) -> Iterator[n.Name]:
    """Every `__file__` of a file."""
    return (node for node in all_nodes(file) if isinstance(node, n.Name) and node.id == "__file__")


def folded(expr: n.Node, path: str) -> str | None:
    """The path that an expression means in the file at `path`, None if it cannot be told."""
    match expr:
        case n.Name(id="__file__"):
            return path
        case n.Attribute(value=value, attr="parent"):
            return _up(folded(value, path))
        case n.Subscript(
            value=n.Attribute(value=value, attr="parents"), items=(n.Constant(value=int(count)),)
        ):
            at = folded(value, path)
            for _ in range(count + 1):
                at = _up(at)
            return at
        case n.BinOp(left=left, op="/", right=n.Constant(value=str(name))):
            return _joined(folded(left, path), [name])
        case n.Call():
            return _folded_call(expr, path)
        case _:
            return None


def _folded_call(call: n.Call, path: str) -> str | None:
    name = call.func.attr if isinstance(call.func, n.Attribute) else getattr(call.func, "id", "")
    inner = call.args[0] if call.args else None
    if name in {"resolve", "absolute", "as_posix"} and isinstance(call.func, n.Attribute):
        return folded(call.func.value, path)
    if inner is not None and len(call.args) == 1 and name in SAME:
        return folded(inner, path)
    if inner is not None and name == "dirname":
        return _up(folded(inner, path))
    if name in {"join", "joinpath", "Path"}:
        base = call.func.value if name == "joinpath" and isinstance(call.func, n.Attribute) else inner
        parts = [a.value if isinstance(a, n.Constant) else None for a in call.args[name != "joinpath" :]]
        if base is not None and all(isinstance(part, str) for part in parts):
            return _joined(folded(base, path), [str(part) for part in parts])
    return None


def _up(path: str | None) -> str | None:
    if path is None or path.startswith(".."):
        return f"{path}/.." if path else path
    return path.rpartition("/")[0] if path else ".."


def _joined(base: str | None, parts: list[str]) -> str | None:
    if base is None:
        return None
    path = posixpath.normpath(posixpath.join(base or ".", *parts))
    return "" if path == "." else path


def anchor(use: n.Name, path: str) -> Anchor | None:
    """The outermost expression around `__file__` that only leads up to a folder."""
    best: Anchor | None = None
    for parent in use.parents:
        if isinstance(parent, n.Attribute | n.Call | n.Subscript | n.BinOp):
            folder = folded(parent, path)
            if folder is None and not _leads_on(parent):
                break
            if folder is not None and (path.startswith(folder + "/") or not folder) and folder != path:
                best = Anchor(parent, folder)
        else:
            break
    return best


def place_of(use: n.Name, path: str) -> tuple[n.Expr, str | None]:
    """The largest expression around `__file__` that is a path, and which; None if it is only the file."""
    best: tuple[n.Expr, str | None] = (use, None)
    for parent in use.parents:
        if isinstance(parent, n.Attribute | n.Call | n.Subscript | n.BinOp):
            at = folded(parent, path)
            if at is None and not _leads_on(parent):
                break
            best = (parent, at) if at is not None and at != path else best
        else:
            break
    return best


def _leads_on(expr: n.Expr) -> bool:
    """Whether an attribute on the way, `x.parents` or `x.resolve`, is no path yet but part of one."""
    return isinstance(expr, n.Attribute) and expr.attr in {
        "parents",
        "resolve",
        "absolute",
        "joinpath",
        "as_posix",
    }


def _rewrite(site: Site, path: str, home: str, use: n.Name) -> None:
    found = anchor(use, path)
    if found is None:
        if _is_own_name(use) and path.rpartition("/")[2] == home.rpartition("/")[2]:
            return
        if isinstance(use.parent, n.Call) and use.parent.func.text.endswith(("getLogger", "get_logger")):
            site.visible.append(VisibleName("logger", path, home, path, use.line))
            return
        raise Refusal(
            f"{use.span}: what `__file__` is used for here would change; take the path from the settings"
        )
    folder = site.whole.modules.get(found.folder, found.folder)
    text = respelled(found, path, home, folder)
    if text is None or _value(text, home) != folder:
        raise Refusal(
            f"{use.span}: `{found.expr.text}` would mean another folder in {home}; name the folder once"
        )
    site.edits.replace(path, found.expr.start, found.expr.end, text, "__file__")


def _is_own_name(use: n.Name) -> bool:
    return any(
        (isinstance(p, n.Attribute) and p.attr in OWN_NAME)
        or (isinstance(p, n.Call) and p.func.text.rpartition(".")[2] in OWN_NAME)
        for p in use.parents
    )


def _value(text: str, path: str) -> str | None:
    """What the text of an expression means in the file at `path`."""
    body = read(path, text.encode()).body
    return folded(body[0].value, path) if len(body) == 1 and isinstance(body[0], n.ExprStatement) else None


def respelled(found: Anchor, path: str, home: str, folder: str) -> str | None:
    """An expression for `folder` in the file at `home`, in the style of the old one."""
    up = _steps_up(home, folder)
    before = path.count("/") + 1 - (found.folder.count("/") + 1 if found.folder else 0)
    down = posixpath.relpath(folder or ".", _climb(home, up) or ".")
    text = _climbing(found.expr, up - before)
    if text is None or down == ".":
        return text
    return _descending(found.expr, text, down.split("/"))


def _steps_up(home: str, folder: str) -> int:
    """How many folders up from a file lies the first that holds `folder`."""
    count, at = 1, home.rpartition("/")[0]
    while at and not (folder == at or folder.startswith(at + "/")):
        count, at = count + 1, at.rpartition("/")[0]
    return count


def _climb(path: str, steps: int) -> str:
    for _ in range(steps):
        path = path.rpartition("/")[0]
    return path


def _climbing(expr: n.Expr, more: int) -> str | None:
    """The text of an expression that goes some folders further up, or, if negative, less far."""
    match expr:
        case _ if more == 0:
            return expr.text
        case n.Subscript(value=value, items=(n.Constant(value=int(count)),)):
            return f"{value.text}[{count + more}]" if count + more >= 0 else None
        case n.Attribute(value=value, attr="parent"):
            return expr.text + ".parent" * more if more > 0 else _climbing(value, more + 1)
        case n.Call(func=func, args=(inner,)) if func.text.endswith("dirname"):
            opening = f"{func.text}("
            return opening * more + expr.text + ")" * more if more > 0 else _climbing(inner, more + 1)
        case n.Call(func=n.Attribute(attr="resolve" | "absolute")) if more > 0:
            return expr.text + ".parent" * more
        case n.Call(func=func, args=(inner,)) if func.text.rpartition(".")[2] in SAME:
            changed = _climbing(inner, more)
            return f"{func.text}({changed})" if changed else None
        case n.Call(func=func, args=args) if func.text.endswith("join") and more > 0:
            return expr.text[:-1].rstrip(", ") + ', ".."' * more + ")" if args else None
        case n.BinOp(op="/") if more > 0:
            return expr.text + ' / ".."' * more
        case _:
            return None


def _descending(expr: n.Expr, text: str, down: list[str]) -> str | None:
    """The text with the folders that lead down again."""
    called = expr.func.text if isinstance(expr, n.Call) else ""
    if called.rpartition(".")[2] in {"dirname", "join", "abspath", "realpath", "normpath"}:
        module = called.rpartition(".")[0]
        return f"{module}.join({text}, {', '.join(map(_quoted, down))})" if module else None
    joined = " / ".join([text, *map(_quoted, down)])
    parent = expr.parent
    simple = isinstance(parent, n.Assign | n.Keyword | n.Return) or (
        isinstance(parent, n.BinOp) and parent.left is expr
    )
    in_call = isinstance(parent, n.Call) and parent.func is not expr
    return joined if simple or in_call else f"({joined})"


def _quoted(name: str) -> str:
    return f'"{name}"'

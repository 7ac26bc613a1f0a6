"""What is made of a module's own name, and who sees it: tasks, loggers, resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.restructure.moves import VisibleName
from plumbrule.restructure.names import dotted_from, is_within, key_of
from plumbrule.restructure.scopes import all_nodes

if TYPE_CHECKING:
    from plumbrule.restructure.site import Site

TASKS = {"task", "shared_task"}
RESOURCES = {
    "files",
    "PackageLoader",
    "get_data",
    "resource_filename",
    "resource_string",
    "path",
    "read_text",
}
LOGGERS = {"getLogger", "get_logger"}


def rewrite_identity(site: Site, path: str) -> None:
    """Pin the names of tasks, keep resources where they are, and list the loggers of a file that moves."""
    facts, text = site.tree.facts(path), site.tree.files[path]
    for function in facts.functions:
        if site.home(path, function.start) != path and function.parent is None:
            _pin_task(site, path, function)
    if b"__name__" in text or b"__package__" in text or b"__spec__" in text:
        for node in all_nodes(facts):
            if isinstance(node, n.Name) and node.id in {"__name__", "__package__", "__spec__"}:
                home = site.home(path, node.start)
                if home != path:
                    _follow(site, path, home, node)


def _names(site: Site, path: str, home: str) -> tuple[str, str]:
    """How a module is called before and after, from the deepest root that holds both."""
    roots = [r for r in site.names.roots | {""} if is_within(path, r) and is_within(home, r)]
    root = max(roots, key=len)
    return dotted_from(key_of(path), root), dotted_from(key_of(home), root)


def _pin_task(site: Site, path: str, function: n.FunctionDef) -> None:
    """A Celery task is known to its queue by the name of its module: that name stays."""
    for decorator in function.decorators:
        if _called(decorator) not in TASKS or b"elery" not in site.tree.files[path]:
            continue
        if isinstance(decorator, n.Call) and decorator.keyword("name") is not None:
            continue
        old, _ = _names(site, path, site.home(path, function.start))
        wire = f"{old}.{function.name}"
        _add_name(site, path, decorator, f'name="{wire}"')
        site.visible.append(VisibleName("task", wire, wire, path, function.line, pinned=True))


def _add_name(site: Site, path: str, decorator: n.Expr, keyword: str) -> None:
    if not isinstance(decorator, n.Call):
        site.edits.insert(path, decorator.end, f"({keyword})", "task")
    elif decorator.args:
        site.edits.insert(path, decorator.args[-1].end, f", {keyword}", "task")
    else:
        opening = decorator.source.text.index(b"(", decorator.func.end) + 1
        site.edits.insert(path, opening, keyword + (", " if decorator.keywords else ""), "task")


def _called(expr: n.Node | None) -> str:
    func = expr.func if isinstance(expr, n.Call) else expr
    return func.attr if isinstance(func, n.Attribute) else getattr(func, "id", "")


def _follow(site: Site, path: str, home: str, use: n.Name) -> None:
    old, new = _names(site, path, home)
    called = _called(use.parent) if isinstance(use.parent, n.Call) else ""
    folder = path.rpartition("/")[0]
    if isinstance(use.parent, n.Compare):
        return
    if called in LOGGERS:
        site.visible.append(VisibleName("logger", old, new, path, use.line))
    elif called in RESOURCES and site.whole.key(folder) == folder:
        package = old if path.endswith("/__init__.py") else old.rpartition(".")[0]
        site.edits.replace(path, use.start, use.end, f'"{package}"', "resource")
    elif called not in RESOURCES:
        site.mention(path, use.start, use.id, f"will be {new}")

"""The parts of a module that leave it: whole statements, their comments, and what only they use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.facts.scope import bound_names
from plumbrule.plan import Refusal
from plumbrule.restructure.edits import line_end, line_start
from plumbrule.restructure.moves import VisibleName
from plumbrule.restructure.names import dotted_from
from plumbrule.restructure.site import Segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.restructure.site import Site

DEFINES = (n.FunctionDef, n.ClassDef, n.Assign, n.TypeAlias)


def find_segments(site: Site, key: str) -> list[Segment]:
    """The statements that leave a module, in source order, each with its target."""
    path = site.names.path(key) or ""
    if path.endswith("conftest.py"):
        raise Refusal(f"{path} serves the tests of its folder; move its fixtures by hand")
    _take_along(site, key, path)
    leaving = site.whole.leaving(key)
    found = []
    for statement in site.tree.facts(path).body:
        target = _target(statement, leaving)
        if target is not None:
            start, end = extent(site, path, statement)
            names = tuple(bound_by(statement))
            found.append(Segment(start, end, names, target, (statement,)))
    for name in leaving:
        if not any(name in segment.names for segment in found):
            raise Refusal(f"{path}: `{name}` is defined inside a condition or imported; move it by hand")
    return _merged(found)


def is_own_logger(statement: n.Node) -> bool:
    """Whether a statement makes the logger of its module: each module has one, under its own name."""
    return (
        isinstance(statement, n.Assign)
        and isinstance(statement.value, n.Call)
        and [arg.text for arg in statement.value.args] == ["__name__"]
        and statement.value.func.text.rpartition(".")[2].lower() in {"getlogger", "get_logger"}
    )


def logger_of(statement: n.Node) -> str:
    """The logger that a statement makes, by which it can be told from others; empty if it makes none."""
    if is_own_logger(statement):
        return "the logger of its module"
    match statement:
        case n.Assign(value=n.Call(func=func, args=(n.Constant(value=str()) as name,), keywords=())):
            return f"the logger {name.text}" if func.text in {"logging.getLogger", "getLogger"} else ""
        case _:
            return ""


def is_owner(statement: n.Statement) -> bool:
    """Whether a statement makes an application or a router: what belongs to it, it holds in its order."""
    made = statement.value if isinstance(statement, n.Assign) else None
    return isinstance(made, n.Call) and made.func.text.rpartition(".")[2] in {"FastAPI", "APIRouter"}


def copy_loggers(site: Site, key: str) -> None:
    """Give each module that something comes to its own logger, where what comes uses one that stays; one with
    a written name is the same everywhere.
    """
    path = site.names.path(key) or ""
    leaving = site.whole.leaving(key)
    for statement in site.tree.facts(path).body:
        if not logger_of(statement) or any(name in leaving for name in bound_by(statement)):
            continue
        names = set(bound_by(statement))
        for segment in site.segments[path]:
            if any(names & site.scopes(path).used(node) for node in segment.nodes):
                copies = site.copies.setdefault(segment.target, [])
                copy = Segment(*extent(site, path, statement), tuple(names), segment.target, (statement,))
                if not any(other.names == copy.names for _, other in copies):
                    copies.append((path, copy))
                    if is_own_logger(statement):
                        old, new = dotted_from(key, ""), dotted_from(segment.target, "")
                        site.visible.append(VisibleName("logger", old, new, path, segment.nodes[0].line))


def _merged(found: list[Segment]) -> list[Segment]:
    """One segment of statements that touch."""
    merged: list[Segment] = []
    for segment in found:
        last = merged[-1] if merged else None
        if last and last.end >= segment.start and last.target == segment.target:
            nodes, names = (*last.nodes, *segment.nodes), (*last.names, *segment.names)
            merged[-1] = Segment(last.start, max(last.end, segment.end), names, segment.target, nodes)
        elif last and last.end > segment.start:
            raise Refusal(
                f"{segment.nodes[0].span}: two statements share a line; put them on lines of their own"
            )
        else:
            merged.append(segment)
    return merged


def _target(statement: n.Statement, leaving: dict[str, str]) -> str | None:
    """The module that a statement goes to; None if it stays."""
    names = set(bound_by(statement))
    if names and isinstance(statement, DEFINES):
        targets = {leaving.get(name) for name in names}
        if targets == {None}:
            return None
        if len(targets) > 1:
            raise Refusal(
                f"{statement.span}: {', '.join(sorted(names))} are made together; move them together"
            )
        return targets.pop()
    subject = subject_of(statement)
    return leaving.get(subject) if subject and not names else None


def subject_of(statement: n.Statement) -> str | None:
    """The class or function that a statement completes: `User` in `User.model_rebuild()` and `User.x = 1`."""
    match statement:
        case n.ExprStatement(value=n.Call(func=n.Attribute() as at)):
            pass
        case n.Assign(targets=(n.Attribute() as at,)):
            pass
        case _:
            return None
    inner: n.Expr = at
    while isinstance(inner, n.Attribute):
        inner = inner.value
    return inner.id if isinstance(inner, n.Name) else None


def bound_by(statement: n.Statement) -> Iterator[str]:
    """The names that a top-level statement defines, those of an import left out."""
    if isinstance(statement, DEFINES) and not (isinstance(statement, n.Assign) and statement.op):
        yield from bound_names(statement)


def extent(site: Site, path: str, statement: n.Statement) -> tuple[int, int]:
    """The whole lines of a statement, from the comments right above it to the comment behind it."""
    text = site.tree.files[path]
    first = top(text, statement)
    start = line_start(text, first)
    while start > 0 and text[line_start(text, start - 1) : start].lstrip().startswith(b"#"):
        start = line_start(text, start - 1)
    start = _after_header(text, start)
    return start, line_end(text, max(statement.end - 1, first))


def top(text: bytes, statement: n.Node) -> int:
    """The first byte of a statement, the sign of its first decorator included."""
    decorators = getattr(statement, "decorators", ())
    return text.rfind(b"@", 0, decorators[0].start) if decorators else statement.start


def _after_header(text: bytes, start: int) -> int:
    """Past the lines at the top of a file that speak of the file: its encoding, its interpreter."""
    while (
        start == 0 and text.startswith((b"#!", b"# -*-", b"# coding", b"\xef\xbb\xbf")) and start < len(text)
    ):
        start = line_end(text, start)
        if not text[start:].startswith(b"#"):
            break
    return start


def _take_along(site: Site, key: str, path: str) -> None:
    """Add what only the leaving definitions use, so that nothing has to be imported back."""
    body = site.tree.facts(path).body
    while True:
        leaving = site.whole.leaving(key)
        users: dict[str, set[str | None]] = {}
        for statement in body:
            own = set(bound_by(statement))
            targets = {leaving.get(name) for name in own} or {_target(statement, leaving)}
            for name in site.scopes(path).used(statement):
                if name not in own:
                    users.setdefault(name, set()).update(targets)
        more = {
            name: next(iter(targets))
            for statement in body
            if not is_owner(statement)
            for name in bound_by(statement)
            if not (is_own_logger(statement) and _has_its_own(site, users.get(name, set()), name))
            if (targets := users.get(name, {None})) != {None}
            and len(targets) == 1
            and name not in leaving
            and not _is_used_elsewhere(site, key, path, name)
        }
        if not more:
            return
        site.whole.definitions.update({(key, name): target for name, target in more.items() if target})


def _has_its_own(site: Site, targets: set[str | None], name: str) -> bool:
    """Whether one of the modules that definitions go to has a logger of that name."""
    paths = [path for target in targets if target and (path := site.names.path(target))]
    found = [x for path in paths for x in site.tree.facts(path).body if name in bound_by(x)]
    return any(is_own_logger(statement) for statement in found)


def _is_used_elsewhere(site: Site, key: str, path: str, name: str) -> bool:
    """Whether another file may use a name of a module: it says the name, and imports the module."""
    if name == "__all__":
        return True
    said = name.encode()
    for other in site.tree.python:
        if other != path and said in site.tree.files[other] and _imports_module(site, other, key):
            return True
    dotted = (key.rpartition("/")[2] + "." + name).encode()
    return any(dotted in text for text in site.tree.files.values())


def _imports_module(site: Site, path: str, key: str) -> bool:
    for statement in site.names.imports(path):
        if isinstance(statement, n.Import):
            keys = [found.key for a in statement.names if (found := site.names.find(a.name, path))]
        elif origin := site.names.origin(path, statement):
            keys = [origin.key, *(site.names.member(origin.key, a.name) or "" for a in statement.names)]
        else:
            keys = []
        if key in keys:
            return True
    return False

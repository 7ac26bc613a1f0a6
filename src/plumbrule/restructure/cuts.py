"""Imports that break a cycle: done when a function is called or by type checkers alone, not at the top."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plumbrule.facts import nodes as n
from plumbrule.plan import Edit, Refusal, Step
from plumbrule.restructure.chains import is_exported
from plumbrule.restructure.cycles import reachable
from plumbrule.restructure.edits import line_start, newline
from plumbrule.restructure.evaluation import evaluated
from plumbrule.restructure.leaving import insert_imports, is_read
from plumbrule.restructure.loading import entries, is_test
from plumbrule.restructure.meanings import Meanings, runs_on_import
from plumbrule.restructure.moves import Change, ImportCut, MoveMap, Rewrite
from plumbrule.restructure.names import Names, dotted_from
from plumbrule.restructure.quoted import quoted_names
from plumbrule.restructure.relocation import Relocation, locate
from plumbrule.restructure.scopes import all_nodes
from plumbrule.restructure.site import Site
from plumbrule.restructure.startup import failures
from plumbrule.restructure.statements import Want, drop_statement, module_span, rewrite_from
from plumbrule.restructure.tree import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from plumbrule.restructure.tree import Tree


@dataclass(slots=True)
class Uses:
    """Where an imported name is used: in the bodies of which functions, and in annotations."""

    functions: dict[n.FunctionDef, None] = field(default_factory=dict)
    annotations: list[n.Node] = field(default_factory=list)


def cut_imports(tree: Tree, cuts: Sequence[ImportCut]) -> Rewrite:
    """The rewrite that defers imports; raises a Refusal where one is needed while its module is imported."""
    names = tree.once(Names)
    site = Site(tree, names, Relocation(names))
    changes: list[Change] = []
    for cut in cuts:
        source, target = locate(names, cut.source)[0], locate(names, cut.imported)[0]
        changes += _cut(site, source, target)
    steps = [
        Step(Edit(path, decoded(tree.files[path]), decoded(site.edits.apply(path))), "breaks a cycle", "edit")
        for path in sorted(site.edits.by_path)
        if site.edits.apply(path) != tree.files[path]
    ]
    _check_startup(site, tree.after(steps))
    return Rewrite((), tuple(steps), MoveMap(), {}, tuple(changes))


def _check_startup(site: Site, after: Tree) -> None:
    """Refuse what lets an entry load less than it did, or ask for what is not there yet."""
    old, new = (tree.once(Meanings).edges(tree.python, faces=True) for tree in (site.tree, after))
    starts = entries(site, old)
    for entry in starts:
        for lost in sorted(reachable(entry, old) - reachable(entry, new)):
            raise Refusal(f"nothing else would load {lost} when {entry} starts; leave this import")
    paths = [path for name in starts if (path := site.names.path(name.replace(".", "/")))]
    processes = [*([path] for path in paths), sorted(p for p in site.tree.python if is_test(site.tree, p))]
    before, now = failures(site.tree, processes), failures(after, processes)
    for was, failed in zip(before, now, strict=True):
        if failed and not was:
            raise Refusal(f"{failed}, would not be there yet; leave this import")


def _cut(site: Site, source: str, target: str) -> Iterator[Change]:
    path = site.names.path(source)
    if path is None:
        raise Refusal(f"{source} has no file; nothing is imported in it")
    found = [(s, _aliases(site, path, s, target)) for s in site.names.imports(path) if runs_on_import(s)]
    found = [(statement, aliases) for statement, aliases in found if aliases]
    if not found:
        raise Refusal(f"{path} does not import {dotted_from(target, '')} at the top; take this cut out")
    for statement, aliases in found:
        yield from _defer(site, path, source, statement, aliases)


def _aliases(site: Site, path: str, statement: n.Import | n.ImportFrom, target: str) -> list[n.Alias]:
    """The names of a statement that bring a module, or something of it."""
    if isinstance(statement, n.Import):
        return [a for a in statement.names if (f := site.names.find(a.name, path)) and f.key == target]
    origin = site.names.origin(path, statement)
    if origin is None:
        return []
    return [a for a in statement.names if (site.names.member(origin.key, a.name) or origin.key) == target]


def _defer(
    site: Site, path: str, key: str, statement: n.Import | n.ImportFrom, aliases: list[n.Alias]
) -> Iterator[Change]:
    if statement.parent is not None:
        raise Refusal(f"{statement.span}: this import stands in a block; defer it by hand")
    wanted: dict[n.FunctionDef, list[n.Alias]] = {}
    typed: list[n.Alias] = []
    for alias in aliases:
        uses = _uses(site, path, key, alias)
        for function in uses.functions:
            wanted.setdefault(function, []).append(alias)
        if uses.annotations:
            typed.append(alias)
        if not uses.functions and not uses.annotations:
            raise Refusal(f"{alias.span}: `{_local(alias)}` is imported for its effects; leave it")
    for function, group in wanted.items():
        yield _into(site, path, function, _spelled(statement, group))
    if typed:
        _for_checkers(site, path, _spelled(statement, typed))
    line = site.tree.facts(path).source.line_of(statement.start)
    yield Change("import", path, line, statement.text, "")
    _drop(site, statement, aliases)


def _uses(site: Site, path: str, key: str, alias: n.Alias) -> Uses:
    """The uses of an imported name; refuses one that is read while the module is imported, or by others."""
    local, scopes = _local(alias), site.scopes(path)
    if alias.name == "*" or (isinstance(alias.parent, n.Import) and "." in alias.name and not alias.asname):
        raise Refusal(f"{alias.span}: name what is imported, so that it can be deferred")
    if scopes.locals(None).get(local) != [alias]:
        raise Refusal(f"{alias.span}: `{local}` is bound in several places; defer it by hand")
    if is_read(site, key, local) or is_exported(site, path, local):
        raise Refusal(f"{alias.span}: others read `{local}` here; let them import it from where it is made")
    found = Uses()
    for use in scopes.names(local):
        bound = scopes.binding(use, local)
        if bound and bound[0] is None:
            _sort(site, path, use, found)
    for node in all_nodes(site.tree.facts(path)):
        if isinstance(node, n.Constant) and isinstance(node.value, str) and local in quoted_names(node):
            _sort(site, path, node, found)
    return found


def _sort(site: Site, path: str, use: n.Node, found: Uses) -> None:
    """Put a use where it belongs."""
    outermost = body = None
    child = use
    for parent in use.parents:
        if isinstance(parent, n.FunctionDef):
            outermost = parent
            body = bool(parent.body) and child.start >= parent.body[0].start
        child = parent
    if outermost is not None and body:
        found.functions[outermost] = None
        return
    if why := evaluated(site.tree, path, use):
        raise Refusal(f"{use.span}: {why}")
    found.annotations.append(use)


def _local(alias: n.Alias) -> str:
    return alias.asname or alias.name


def _spelled(statement: n.Import | n.ImportFrom, aliases: list[n.Alias]) -> str:
    """A statement that imports some of the names."""
    texts = ", ".join(f"{a.name} as {a.asname}" if a.asname else a.name for a in aliases)
    if isinstance(statement, n.Import):
        return f"import {texts}"
    start, end = module_span(statement)
    return f"from {decoded(statement.source.text[start:end])} import {texts}"


def _into(site: Site, path: str, function: n.FunctionDef, line: str) -> Change:
    """Put an import at the top of a function, below its docstring."""
    text, source = site.tree.files[path], site.tree.facts(path).source
    docstring = isinstance(function.body[0], n.ExprStatement) and isinstance(
        function.body[0].value, n.Constant
    )
    below = function.body[1:] if docstring else function.body
    first = min([below[0].start, *(d.start for d in getattr(below[0], "decorators", ()))]) if below else -1
    at = line_start(text, first)
    before = text[at:first].removesuffix(b"@")  # of a decorator
    if first < 0 or before.strip() or at <= function.start:
        raise Refusal(f"{function.span}: put the body of `{function.name}` on lines of its own")
    indent, end = decoded(before), newline(text)
    made = [edit for edit in site.edits.by_path.get(path, ()) if edit.start == at == edit.end]
    gap = "" if made or re.match(rb"\s*(?:from|import) ", text[at:]) else end
    if made:
        site.edits.by_path[path].remove(made[-1])
        line = decoded(made[-1].text).rstrip().lstrip() + end + indent + line
        gap = end
    site.edits.insert(path, at, f"{indent}{line}{end}{gap}", "import")
    return Change("import", path, source.line_of(function.start), "", line)


def _for_checkers(site: Site, path: str, line: str) -> None:
    """Let type checkers alone do an import."""
    block = ["", "if TYPE_CHECKING:", f"    {line}"]
    if not site.scopes(path).is_bound("TYPE_CHECKING"):
        block = ["from typing import TYPE_CHECKING", *block]
    insert_imports(site, path, block)


def _drop(site: Site, statement: n.Import | n.ImportFrom, aliases: list[n.Alias]) -> None:
    if isinstance(statement, n.ImportFrom):
        start, end = module_span(statement)
        written = decoded(statement.source.text[start:end])
        wants = [Want(a, None if a in aliases else written, a.name) for a in statement.names]
        rewrite_from(site.edits, statement, wants)
    elif len(statement.names) > 1:
        raise Refusal(f"{statement.span}: import one module a line, so that one can be deferred")
    else:
        drop_statement(site.edits, statement)

"""The edits that fixes are made of, written as the file around them is."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from plumbrule.facts import layout
from plumbrule.facts import nodes as n
from plumbrule.finding import Edit, Fix

if TYPE_CHECKING:
    from collections.abc import Iterable

    from plumbrule.model.calls import Call
    from plumbrule.model.code import Function, Module, Scoped

Imports = n.Import | n.ImportFrom
STANDARD, OTHERS, OWN, RELATIVE = range(4)
"""the sections of imports, in their order"""
HEAD = (n.Import, n.ImportFrom, n.If, n.Try)
"""what stands among the imports at the head of a module"""


def awaiting(call: Call) -> Fix:
    """Put `await` before a call, in parentheses where something follows it."""
    at, source = call.span, call.module.source
    before, after = source.span(at.start, at.start), source.span(at.end, at.end)
    is_alone = layout.outside(source, call.node, (-1, len(source.text))) != (at.start, at.end)
    if isinstance(call.node.parent, (n.Attribute, n.Subscript)) and not is_alone:
        return Fix((Edit(before, "(await "), Edit(after, ")")), safe=False)
    return Fix((Edit(before, "await "),), safe=False)


def async_def(function: Function) -> Fix | None:
    """Write `async` before `def`, where no code calls it by itself."""
    if function.callers:
        return None
    at = function.node.start
    return Fix((Edit(function.module.source.span(at, at), "async "),), safe=False)


def line_below(node: n.Node, line: str) -> Edit:
    """One more line, below the one that a node ends on and indented as that which it begins on."""
    end = layout.line_end(node.source, node.end)
    return Edit(node.source.span(end, end), f"\n{layout.indent(node.source, node.start)}{line}")


def added_to(entries: n.Dict, more: str) -> Edit:
    """One more entry behind the last of a dictionary."""
    key, value = entries.keys[-1], entries.values[-1]
    start, end = layout.outside(entries.source, value, (entries.start, entries.end - 1))
    place, text = layout.appended(entries.source, [(key.start if key else start - 2, end)], [more])
    return Edit(entries.source.span(*place), text)


def without_argument(call: n.Call, keyword: n.Keyword) -> Edit:
    """Take an argument out, with its comma, or with its line."""
    given = sorted((*call.args, *call.keywords), key=lambda argument: argument.start)
    places = [(argument.start, argument.end) for argument in given]
    return Edit(call.source.span(*layout.without(call.source, places, given.index(keyword))), "")


def import_edit(scope: Scoped, package: str, name: str = "") -> tuple[Edit, ...] | None:
    """What imports a package, or a name from it: nothing if it is imported, else one more name or line.

    None if the name means something else already, or is imported too late.
    """
    module = scope.module
    word = name or package
    top = [node for node in module.body if isinstance(node, Imports) and is_before_code(node, module)]
    if is_imported(top, package, name):
        return () if scope is module or word not in scope.bindings else None
    if word in module.bindings or word in scope.bindings:
        return None
    found = (x for x in top if isinstance(x, n.ImportFrom) and x.module == package and not x.level)
    beside = next((x for x in found if all(alias.name != "*" for alias in x.names)), None)
    if name and beside is not None:
        return (name_edit(beside, name),)
    return (import_line(module, f"from {package} import {name}" if name else f"import {package}"),)


def is_before_code(node: n.Statement, module: Module) -> bool:
    """Whether a statement of a module is run before its first class or function is made."""
    made = (one.start for one in module.body if isinstance(one, n.ClassDef | n.FunctionDef))
    return node.start < next(made, node.end)


def is_imported(top: Iterable[Imports], package: str, name: str) -> bool:
    """Whether a package, or a name from it, is imported under its own name."""
    if not name:
        return any(
            alias.text == package for node in top if isinstance(node, n.Import) for alias in node.names
        )
    found = (node for node in top if isinstance(node, n.ImportFrom) and node.module == package)
    return any(alias.text == name for node in found if not node.level for alias in node.names)


def name_edit(node: n.ImportFrom, name: str) -> Edit:
    """One more name in an import, where a sorter would put it."""
    names = [alias.name for alias in node.names]
    index = sum(name_key(one) < name_key(name) for one in names)
    place, text = layout.inserted(node.source, [(a.start, a.end) for a in node.names], index, name)
    return Edit(node.source.span(*place), text)


def name_key(name: str) -> tuple[int, str]:
    """Constants before classes before functions, then by name."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2, name


def import_line(module: Module, line: str) -> Edit:
    """A line more among the imports, where a sorter would put it."""
    source, kind = module.source, section(module, line)
    top = [node for node in head(module) if isinstance(node, Imports)]
    around = [node for node in top if "__future__" not in node.text]
    beside = [node for node in around if section(module, node.text) == kind]
    after = next((node for node in beside if sort_key(node.text) > sort_key(line)), None)
    if after is not None:
        return Edit(source.span(after.start, after.start), f"{line}\n")
    if beside:
        return line_below(beside[-1], line)
    above = [node for node in around if section(module, node.text) < kind]
    last: n.Node | None = above[-1] if above else None
    if not around:
        last = next(iter([*top[-1:], *filter(is_docstring, module.body[:1])]), None)
    if last is not None:
        end = layout.line_end(source, last.end)
        return Edit(source.span(end, end), f"\n\n{line}")
    first = layout.line_start(source, start_of(next(iter(around or module.body))))
    return Edit(source.span(first, first), f"{line}\n\n" if around else f"{line}\n\n\n")


def head(module: Module) -> list[n.Statement]:
    """The statements before the first that is neither an import nor what may stand between imports; all
    before the first class or function if there is no import among them.
    """
    body = list(module.body)
    end = next((i for i, one in enumerate(body) if not isinstance(one, HEAD) and not is_docstring(one)), None)
    if any(isinstance(one, Imports) for one in body[:end]):
        return body[:end]
    return [one for one in body if is_before_code(one, module)]


def is_docstring(statement: n.Statement) -> bool:
    """Whether a statement is a text and nothing else."""
    return isinstance(statement, n.ExprStatement) and isinstance(statement.value, n.Constant)


def start_of(statement: n.Statement) -> int:
    """Where a statement begins, with its decorators."""
    decorators = statement.decorators if isinstance(statement, n.ClassDef | n.FunctionDef) else ()
    return min(node.start for node in (statement, *decorators))


def section(module: Module, line: str) -> int:
    """Which section of the imports a line belongs to."""
    name = line.split()[1]
    package = name.partition(".")[0]
    if not package:
        return RELATIVE
    if package in sys.stdlib_module_names:
        return STANDARD
    own = any(other.name.partition(".")[0] == package for other in module.project.modules)
    return OWN if own else OTHERS


def sort_key(line: str) -> tuple[bool, str]:
    """Plain imports first, then by name."""
    kind, package, *_ = line.split()
    return kind == "from", package.lower()

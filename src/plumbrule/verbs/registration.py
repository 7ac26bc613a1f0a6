"""How a router gets into main.py: an import in its place, and one more argument of `include_private(…)`."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from plumbrule.plan import Refusal
from plumbrule.scaffold.wrapping import LIMIT, natural, wrap


@dataclass(frozen=True, slots=True)
class _Insertion:
    """Text that goes before a column of a line, both counted from zero."""

    line: int
    column: int
    text: str


def register(text: str, *, place: str, package: str, plural: str) -> str:
    """The text of main.py with the router of `plural` in it; the rest stays as it is, byte by byte."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        raise Refusal(f"cannot read {place}: {error}") from error
    if plural in set(_bound(tree)):
        raise Refusal(f"{place} uses the name {plural} for something else; choose another name")
    lines = text.split("\n")
    end = "\r" if lines[0].endswith("\r") else ""
    addition, call = _import(tree, package, plural, end), _private(tree)
    if addition is None or call is None:
        raise Refusal(
            f"{place} has no one call include_private(app, …) after imports of {package}; put it back, "
            f"or pass it {plural}.router by hand: nothing was written"
        )
    # The later one first, so that the position of the other one stays true.
    _insert(lines, _argument(call, lines, f"{plural}.router", end))
    _insert(lines, addition)
    return "\n".join(lines)


def _bound(tree: ast.Module) -> Iterator[str]:
    """The names that the module gives a meaning."""
    for node in tree.body:
        match node:
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                yield from (name.asname or name.name.partition(".")[0] for name in names)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.Assign() | ast.AnnAssign():
                yield from (part.id for part in ast.walk(node) if isinstance(part, ast.Name))
            case _:
                pass


def _import(tree: ast.Module, package: str, plural: str, end: str) -> _Insertion | None:
    """The import before the first of the package's that sorts after it, else after the last."""
    module = f"{package}.{plural}"
    statement = f"from {module} import router as {plural}{end}\n"
    places = [
        (node.module, node.lineno, node.end_lineno or node.lineno)
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] == package
    ]
    for other, start, _ in places:
        if natural(other) > natural(module):
            return _Insertion(start - 1, 0, statement)
    return _Insertion(places[-1][2], 0, statement) if places else None


def _private(tree: ast.Module) -> ast.Call | None:
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id == "include_private"]
    return found[0] if len(found) == 1 and found[0].args else None


def _argument(call: ast.Call, lines: list[str], argument: str, end: str) -> _Insertion:
    """One more argument after the last: on a line of its own if the last one has that, else beside it."""
    last = call.args[-1]
    line = (last.end_lineno or last.lineno) - 1
    code = lines[line].encode()
    column = len(code[: last.end_col_offset].decode())
    indent = lines[line][: len(lines[line]) - len(lines[line].lstrip())]
    if lines[last.lineno - 1].encode()[: last.col_offset].decode().strip():
        return _Insertion(line, column, f", {argument}")
    if re.match(r"\s*,\s*(#.*)?$", lines[line][column:]):
        return _Insertion(line + 1, 0, f"{indent}{argument},{end}\n")
    return _Insertion(line, column, f",{end}\n{indent}{argument}")


def _insert(lines: list[str], insertion: _Insertion) -> None:
    old = lines[insertion.line]
    new = old[: insertion.column] + insertion.text + old[insertion.column :]
    is_long = len(new) > LIMIT and "\n" not in new and "\r" not in new
    lines[insertion.line] = wrap(new).removesuffix("\n") if is_long else new

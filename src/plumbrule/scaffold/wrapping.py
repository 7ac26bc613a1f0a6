"""Lines of a rendered template that are too long are broken as `ruff format` breaks them."""

import re
from collections.abc import Iterable
from itertools import pairwise

LIMIT = 110

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_DEFINITION = re.compile(r"\s*(async )?def ")
_PAIRS = {"(": ")", "[": "]", "{": "}"}


def wrap(source: str) -> str:
    """The same code with no line over the limit; comments and docstrings are left alone."""
    return "".join(f"{part}\n" for line in source.splitlines() for part in _folded(line))


def imports(names: Iterable[tuple[str, str]], package: str) -> str:
    """The import block for pairs of module and name, sorted as ruff sorts them, in three sections.

    With no module the name is a module of the standard library.
    """
    modules: dict[str, set[str]] = {}
    for module, name in names:
        modules.setdefault(module, set()).add(name)
    sections: list[list[str]] = [[], [], []]
    for module in sorted(modules, key=natural):
        members = sorted(modules[module], key=_member)
        lines = [_import(module, members)] if module else [f"import {name}" for name in members]
        sections[_section(module, package)] += lines
    return "\n\n".join("\n".join(section) for section in sections if section)


_STANDARD = frozenset({"", "datetime", "decimal", "enum", "http", "typing", "uuid"})


def _section(module: str, package: str) -> int:
    if module in _STANDARD:
        return 0
    return 2 if module.partition(".")[0] == package else 1


def _import(module: str, names: list[str], *, split: bool = False) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= LIMIT and not split:
        return line
    return "\n".join([f"from {module} import (", *(f"    {name}," for name in names), ")"])


def _member(name: str) -> tuple[int, list[str | int]]:
    """Constants come before classes, and classes before functions."""
    constant = len(name) > 1 and name.isupper()
    return 0 if constant else 1 if name[0].isupper() else 2, natural(name)


def natural(name: str) -> list[str | int]:
    """A key that sorts item2 before item10."""
    parts = re.split(r"(\d+)", name.lower())
    return [int(part) if part.isdigit() else part for part in parts]


def _folded(line: str) -> list[str]:
    """The line, or its outermost bracket broken: on one line of its own, else an item a line."""
    bracket = _bracket(line)
    if len(line) <= LIMIT or line.lstrip().startswith(('"""', "#")) or bracket is None:
        return [line]
    start, end = bracket
    margin = line[: len(line) - len(line.lstrip())]
    inner = f"{margin}    "
    content = line[start + 1 : end]
    items = _items(content)
    alone = _DEFINITION.match(line) and len(items) == 1  # a parameter that is alone gets its comma at once
    if len(inner + content) <= LIMIT and not alone:
        lines = [inner + content]
    else:
        lines = [part for item in items for part in _folded(f"{inner}{item},")]
    return [line[: start + 1], *lines, margin + line[end:]]


def _bracket(line: str) -> tuple[int, int] | None:
    """Where the bracket to break opens and closes: the first one of a `def`, else the last with content."""
    found = [(start, end) for start, end in _brackets(line) if end > start + 1]
    if not found:
        return None
    return found[0] if _DEFINITION.match(line) else found[-1]


def _brackets(text: str) -> list[tuple[int, int]]:
    """The outermost brackets."""
    code, depth, start = _masked(text), 0, 0
    found = []
    for place, character in enumerate(code):
        if character in _PAIRS:
            start = start if depth else place
            depth += 1
        elif character in _PAIRS.values():
            depth -= 1
            if depth == 0:
                found.append((start, place))
    return found


def _items(content: str) -> list[str]:
    """What the commas outside all brackets and strings separate."""
    inside = {place for start, end in _brackets(content) for place in range(start, end)}
    code = _masked(content)
    commas = [place for place, sign in enumerate(code) if sign == "," and place not in inside]
    edges = [-1, *commas, len(content)]
    return [content[a + 1 : b].strip() for a, b in pairwise(edges)]


def _masked(text: str) -> str:
    """The text with nothing in its strings, in the same places."""
    return _STRING.sub(lambda match: '"' * len(match.group()), text)


def sorted_imports(source: str, package: str) -> str:
    """Code whose imports from a package are in order, those from one module in one statement."""
    statement = rf"from {re.escape(package)}(?:\.[\w.]+)? import (?:\([^)]*\)|[^\n(#]+)\n"
    return re.sub(rf"(?m)(?:^{statement})+", lambda block: _ordered(block[0]), source)


def _ordered(block: str) -> str:
    """Statements by module and first name; a name with another name has a statement of its own.

    A list that was broken into lines stays broken, as `ruff` leaves it because of its last comma.
    """
    plain: dict[str, set[str]] = {}
    broken = set()
    statements = []
    for module, names in re.findall(r"(?m)^from (\S+) import (\([^)]*\)|[^\n]+)", block):
        if names.startswith("("):
            broken.add(module)
        for name in filter(None, (name.strip() for name in names.strip("()").split(","))):
            if " as " in name:
                statements.append((module, [name]))
            else:
                plain.setdefault(module, set()).add(name)
    statements += [(module, sorted(names, key=_member)) for module, names in plain.items()]
    statements.sort(key=lambda pair: (natural(pair[0]), _member(pair[1][0])))
    return "".join(
        f"{_import(module, names, split=module in broken and ' as ' not in names[0])}\n"
        for module, names in statements
    )

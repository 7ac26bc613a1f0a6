"""Where something stands in a plan file, so that a mistake is shown where it was made."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from plumbrule.config import Document
    from plumbrule.plan import Refusal

TEXT = r'"""[\s\S]*?"""|\'\'\'[\s\S]*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
TOKEN = re.compile(rf'#.*|\[\[\s*(?P<table>\w+)\s*\]\]|"?(?P<key>[\w-]+)"?[ \t]*=[ \t]*|{TEXT}|[{{}}]')
VALUE = re.compile(rf"{TEXT}|\[[^\]\n]*\]|[^\s,{{}}\]#]*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A key, its value, or the start of an entry if `key` is empty; moves count from 1, outside is 0."""

    entry: int
    key: str
    is_value: bool
    start: int
    end: int


def marks(text: str) -> Iterator[Mark]:
    """What stands where, outside of tables and in each of the moves."""
    table, depth, listed, entries = "", 0, False, 0
    for token in TOKEN.finditer(text):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        table, listed = token["table"] or table, listed or bool(token["table"])
        if token["table"] or (token[0] == "{" and depth == 1):
            entries += table == "moves"
            if table == "moves":
                yield Mark(entries, "", False, *token.span())
        elif key := token["key"]:
            inside = listed or depth > 0
            table = table if inside else key
            if inside and table != "moves":
                continue
            entry = entries if inside else 0
            yield Mark(entry, key, False, *token.span("key"))
            value = VALUE.match(text, token.end())
            yield Mark(entry, key, True, token.end(), value.end() if value else token.end())


def refusal(
    source: Document, message: str, key: str = "", *, entry: int = 0, is_value: bool = False
) -> Refusal:
    """A refusal that points at a key or its value, else at the entry, else at the start of the file."""
    own = [mark for mark in marks(source.text) if mark.entry == entry]
    found = [mark for mark in own if (mark.key, mark.is_value) == (key, is_value)] or own[:1]
    start, end = (found[0].start, found[0].end) if found else (0, 1)
    line = source.text.count("\n", 0, start) + 1
    column = start - source.text.rfind("\n", 0, start)
    return source.at(line, column, end - start, message)

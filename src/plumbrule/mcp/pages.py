"""Long results in pieces: a page, and the cursor that asks for the next one."""

from collections.abc import Sequence
from typing import TypeVar

from plumbrule.plan import Refusal

Item = TypeVar("Item")

ITEMS = 50
CHARACTERS = 20_000


def page(items: Sequence[Item], cursor: str) -> tuple[list[Item], str | None]:
    """The items from a cursor on, and the cursor after them; none at the end."""
    start = _start(cursor, len(items))
    end = start + ITEMS
    return list(items[start:end]), str(end) if end < len(items) else None


def text_page(text: str, cursor: str) -> tuple[str, str | None]:
    """Whole lines of a text from a cursor on, and the cursor after them."""
    start = _start(cursor, len(text))
    if len(text) - start <= CHARACTERS:
        return text[start:], None
    end = text.rfind("\n", start, start + CHARACTERS) + 1 or start + CHARACTERS
    return text[start:end], str(end)


def _start(cursor: str, length: int) -> int:
    if cursor and not (cursor.isdecimal() and int(cursor) < length):
        raise Refusal(f"cursor {cursor!r} is none that came with a page of this result; leave it out")
    return int(cursor or 0)

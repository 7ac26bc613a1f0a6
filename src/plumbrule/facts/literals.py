"""What literals stand for."""

from __future__ import annotations

import ast

WORDS = {"true": True, "false": False, "none": None, "ellipsis": ...}


def string_value(raw: bytes) -> str | bytes:
    """What a string literal without placeholders stands for."""
    if 92 not in raw and raw[:1] in b"\"'":
        quote = 3 if raw[:3] in (b'"""', b"'''") and len(raw) >= 6 else 1
        return raw[quote:-quote].decode("utf-8", "replace")
    try:
        value = ast.literal_eval(raw.decode("utf-8", "replace"))
    except (ValueError, SyntaxError):
        return raw.decode("utf-8", "replace").strip("rRbBuU\"'")
    return value if isinstance(value, (str, bytes)) else ""


def number_value(text: str) -> object:
    """What a number stands for; its text if Python cannot tell."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text

"""The words that a shell offers for an argument or the value of a flag."""

from collections.abc import Callable, Iterable
from pathlib import Path


def among(words: Iterable[str]) -> Callable[[str], list[str]]:
    """Those of some words that begin as what was typed does."""
    known = tuple(words)

    def begun(incomplete: str) -> list[str]:
        return [word for word in known if word.startswith(incomplete)]

    return begun


def rules(incomplete: str) -> list[str]:
    """Rules and categories: by the names of their files, for nobody waits while a rulebook is imported."""
    files = sorted((Path(__file__).parents[1] / "rules").glob("*/[a-z]*.py"))
    names = [*dict.fromkeys(file.parent.name for file in files), *(file.stem for file in files)]
    return among(name.strip("_").replace("_", "-") for name in names)(incomplete)


def guides(incomplete: str) -> list[str]:
    """The guides."""
    from plumbrule.guides import guides as known  # noqa: PLC0415  they are read from files

    return among(known())(incomplete)
